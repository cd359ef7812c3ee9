"""A server ticks over streams in memory, or through SQL: to the outside it is the same."""

import pytest

from .serving import Shop, after, event

CARTS = """\
name: shop
segments:
  carts: {who: {event: cart_started, within: 1m}}
  left: {who: {all: [{event: cart_started, within: 10m}, {not: {event: purchase, within: 10m}}]}}
"""
BUYERS = "  buyers: {who: {event: purchase}}\n"
KEYED, SQL = "ticks: {by: keyed}\n", "ticks: {by: sql}\n"


def the_day_of(shop, first, then):
    shop.write(CARTS + first)
    shop.add("events", event("cart_started", "ann", -20.25), event("cart_started", "bob", -500))
    shop.asked(20, lambda _: shop.add("events", event("purchase", "ann", 19)))
    shop.asked(30, lambda _: shop.add("events", event("cart_started", "cid", 12.5)))
    shop.asked(61, lambda _: shop.write(CARTS + BUYERS + then))
    shop.asked(90, lambda _: shop.add("events", event("purchase", "bob", 88)))
    shop.run(1_300)
    return [change[:5] for change in shop.log]


@pytest.mark.parametrize("then", [KEYED, SQL])
@pytest.mark.parametrize("first", [KEYED, SQL])
def test_every_way_tells_the_same(tmp_path, first, then):
    expected = the_day_of(Shop(tmp_path), SQL, SQL)
    assert len(expected) > 8
    assert the_day_of(Shop(tmp_path), first, then) == expected


def test_who_has_too_little_memory_is_told(tmp_path):
    shop = Shop(tmp_path)
    shop.write(CARTS + "ticks: {memory: 1MB}\n")
    shop.add("events", *(event("cart_started", f"p{n}", -n % 30) for n in range(50_000)))
    shop.asked(20, lambda _: shop.add("events", event("cart_started", "ann", 15)))
    shop.run(100)
    (told,) = (each for each in shop.said if "ticks.memory" in each)
    assert "go through SQL" in told
    assert shop.server.figures.memory == 0
    assert [each[:5] for each in shop.log if each[1] == "ann"] == [
        ("carts", "ann", True, "data", 15),
        ("left", "ann", True, "data", 15),
        ("carts", "ann", False, "time", 75),
    ]


def test_memory_that_has_become_enough_is_used_again(tmp_path):
    shop = Shop(tmp_path)
    shop.write(CARTS + "ticks: {memory: 1MB}\n")
    shop.add("events", *(event("cart_started", f"p{n}", -n % 30) for n in range(50_000)))
    shop.happens(20, lambda: shop.write(CARTS + "ticks: {memory: 1GB}\n"))
    shop.asked(40, lambda _: shop.add("events", event("cart_started", "ann", 35)))
    shop.run(50)
    assert shop.server.figures.memory > 1_000_000
    assert ("carts", "ann", True, "data", 35) in [each[:5] for each in shop.log]


def test_memory_is_tried_again_every_day(tmp_path):
    shop = Shop(tmp_path)
    shop.write(CARTS + "ticks: {memory: 1MB}\n")
    shop.add("events", *(event("cart_started", f"p{n}", -n % 30) for n in range(50_000)))
    shop.run(86_400 + 10)
    assert len([each for each in shop.said if "ticks.memory" in each]) == 2


def test_a_server_that_stops_leaves_its_edges_to_whoever_comes(tmp_path):
    shop = Shop(tmp_path)
    shop.write(CARTS)
    shop.add("events", event("cart_started", "ann", -20.25))
    shop.run(5)
    edges = shop.engine.query("SELECT segment, moment FROM edges ORDER BY moment").to_pylist()
    assert [(each["segment"], each["moment"]) for each in edges] == [
        ("carts", after(39.75)),
        ("left", after(579.75)),
    ]
    assert shop.engine.query("FROM keyed").num_rows == 0


@pytest.mark.parametrize(("way", "some"), [(KEYED, True), (SQL, False)])
def test_figures_tell_what_is_kept_in_memory(tmp_path, way, some):
    shop = Shop(tmp_path)
    shop.write(CARTS + way)
    shop.add("events", event("cart_started", "ann", -20))
    shop.run(2)
    assert (shop.server.figures.memory > 0) is some
