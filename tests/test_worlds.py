"""The simulated shop: repeatable, nobody real in it, and as untidy as it says."""

from __future__ import annotations

import csv
import doctest
import json
import random
import re
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import phonenumbers
import pyarrow.parquet as pq
import pytest

from dataout.identity.normalize import normalize
from dataout.model.people import Instant
from dataout.testing.worlds import places, population, records, shop, world
from dataout.testing.worlds.places import COUNTRIES, number

UNTIL = Instant(1_767_225_600_000)
END = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
AMOUNTS = ("cart_value", "total", "amount", "price")


@pytest.fixture(scope="module")
def made():
    return shop(7, 2_000, UNTIL)


def instant(value):
    if isinstance(value, int):
        return datetime.fromtimestamp(value / 1000, UTC)
    return datetime.fromisoformat(value)


def people(rows):
    return {row["profile_id"] for row in rows if "profile_id" in row}


def of(world_, name, within=timedelta(days=31)):
    return [
        row
        for row in world_.events
        if row["event"] == name and instant(row["event_time"]) > END - within
    ]


def test_the_same_arguments_make_the_same_world_whatever_else_is_random():
    random.seed(1)
    one = shop(3, 60, UNTIL)
    random.seed(2)
    assert shop(3, 60, UNTIL) == one
    assert shop(4, 60, UNTIL) != one


def test_another_end_shifts_all_times_and_nothing_else():
    one, two = shop(3, 60, UNTIL), shop(3, 60, Instant(UNTIL + 5_000))
    assert one.profiles == two.profiles
    for before, after in zip(one.events, two.events, strict=True):
        assert instant(after["event_time"]) - instant(before["event_time"]) == timedelta(seconds=5)
        assert after["properties"] == before["properties"]


def test_it_is_made_in_less_than_two_seconds():
    start = time.process_time()
    shop(1, 2_000, UNTIL)
    assert time.process_time() - start < 2


def test_its_size_and_its_label(made):
    assert len(made.profiles) == 2_000
    assert 35_000 < len(made.events) < 45_000
    assert "Simulated" in made.label
    assert "nobody of them real" in made.label
    assert {row["event"] for row in made.events} == {
        "page_viewed",
        "product_viewed",
        "cart_started",
        "purchase",
        "refund",
        "email_sent",
        "email_opened",
    }


def test_names_and_shapes_of_properties(made):
    shapes = {}
    for row in made.events:
        shapes.setdefault(row["event"], set()).add(tuple(row["properties"]))
    assert shapes["cart_started"] == {("cart_value", "currency", "items")}
    assert shapes["purchase"] == {("order_id", "total", "currency")}
    assert shapes["refund"] == {("order_id", "amount")}
    for cart in of(made, "cart_started"):
        items = cart["properties"]["items"]
        assert all(tuple(item) == ("sku", "price", "category") for item in items)
        total = round(sum(item["price"] for item in items), 2)
        assert float(cart["properties"]["cart_value"]) == total


def test_events_lie_in_the_30_days_and_are_received_in_order(made):
    received = [instant(row["received_at"]) for row in made.events]
    assert received == sorted(received)
    for row, known in zip(made.events, received, strict=True):
        happened = instant(row["event_time"])
        assert END - 31 * DAY < happened <= known <= END
        assert known - happened <= timedelta(hours=3)


def test_carts_of_the_last_day_are_many_and_some_are_bought(made):
    carts = people(of(made, "cart_started", DAY))
    bought = people(of(made, "purchase", DAY))
    assert len(carts) > 400
    assert 100 < len(carts & bought) < len(carts - bought)


def test_orders_are_unique_and_refunds_name_one(made):
    orders = Counter(row["properties"]["order_id"] for row in unique(of(made, "purchase")))
    assert set(orders.values()) == {1}
    known_late = {row["properties"]["order_id"] for row in of(made, "refund")} - set(orders)
    assert not known_late


def unique(rows):
    return list({row["event_id"]: row for row in rows}.values())


def test_copies_are_exact(made):
    by_id = {}
    for row in made.events:
        by_id.setdefault(row["event_id"], []).append(row)
    copies = [rows for rows in by_id.values() if len(rows) > 1]
    assert len(copies) == made.flaws["event twice"] > 0
    assert all(rows[0] == row for rows in copies for row in rows)


def test_flaws_of_events_are_as_counted(made):
    rows = unique(made.events)
    late = timedelta(milliseconds=records.LATE)
    counted = {
        "event late": sum(
            instant(row["received_at"]) - instant(row["event_time"]) > late for row in rows
        ),
        "event time in milliseconds": sum(isinstance(row["event_time"], int) for row in rows),
        "event without profile_id": sum("profile_id" not in row for row in rows),
        "amount as text": sum(
            any(isinstance(row["properties"].get(name), str) for name in AMOUNTS) for row in rows
        ),
    }
    assert all(counted.values())
    assert counted == {flaw: made.flaws[flaw] for flaw in counted}
    assert all(share < len(rows) / 40 for share in counted.values())


def test_every_address_is_at_a_domain_for_examples(made):
    for profile in made.profiles:
        _, _, domain = profile["attributes"].get("email", "").lower().partition("@")
        assert domain in {"", "example.com", "example.org", "example.net"}


def test_flaws_of_profiles_are_what_identity_makes_of_them(made):
    reasons = Counter()
    for profile in made.profiles:
        attributes = profile["attributes"]
        for field in ("email", "phone", "first_name", "last_name", "city", "zip"):
            raw, country = attributes.get(field), attributes.get("country")
            reasons[normalize("meta", field, raw, country=country).reason] += 1
    assert reasons["email: empty"] == made.flaws["no e-mail"]
    assert reasons["email: no domain"] == made.flaws["e-mail without domain"]
    assert reasons["phone: no country"] == made.flaws["phone without country"]
    assert reasons["phone: empty"] == made.flaws["no phone"]
    unusable = sum(count for reason, count in reasons.items() if (reason or "").startswith("phone"))
    assert unusable == (
        made.flaws["no phone"]
        + made.flaws["phone without country"]
        + made.flaws["phone garbage"]
        + made.flaws["phone not in the numbering plan"]
    )
    assert reasons["phone: not a valid number"] >= made.flaws["phone not in the numbering plan"] > 0


def test_some_people_share_a_phone(made):
    numbers = Counter(
        normalize(
            "meta",
            "phone",
            profile["attributes"].get("phone"),
            country=profile["attributes"].get("country"),
        ).value
        for profile in made.profiles
    )
    del numbers[None]
    shared = sum(count - 1 for count in numbers.values())
    assert 0 < shared <= made.flaws["phone shared"]


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.code)
def test_reserved_numbers_validate_and_the_unassigned_ones_do_not(country):
    for ranges, valid in ((country.ranges, True), (country.unassigned, False)):
        for picked in ranges:
            for index in (0, picked.size - 1):
                text = number(country, (picked,), index)
                parsed = phonenumbers.parse(text)
                assert phonenumbers.is_valid_number(parsed) is valid, text
                assert phonenumbers.is_possible_number(parsed)
            assert number(country, (picked,), picked.size) is None


# The published ranges once more, written out: a number outside of them could be somebody's.
FICTION = (
    r"\+1[2-9]\d\d55501\d\d",
    r"\+442079460\d{3}|\+441(13|14|21|31|41|51|61)4960\d{3}|\+447700900\d{3}",
    r"\+49(3023125|4066969|6990009|8999998|2214710)\d{3}|\+4917139200\d\d",
    r"\+33(19900|26191|35301|46571|53649|63998)\d{4}",
    r"\+61[2378]5550\d{4}",
)


def readings(text):
    """Give all that a number may mean in one of the shop's countries, as E.164."""
    international = re.sub(r"^00", "+", text)
    for country in COUNTRIES:
        parsed = phonenumbers.parse(international, country.code)
        if phonenumbers.is_possible_number(parsed):
            yield phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def test_every_number_is_set_aside_for_fiction(made):
    assert {country.code for country in COUNTRIES} == {"US", "DE", "GB", "FR", "AU"}
    fiction = re.compile("|".join(FICTION))
    seen = 0
    for profile in made.profiles:
        text = profile["attributes"].get("phone", "")
        if text in population.GARBAGE or not text:
            continue
        assert any(fiction.fullmatch(reading) for reading in readings(text)), text
        seen += 1
    assert seen > 1_500


def test_the_vip_list_names_customers(made):
    assert 20 <= len(set(made.vip)) == len(made.vip)
    assert set(made.vip) <= people(made.profiles)


def test_the_files_hold_the_world(made, tmp_path):
    files = made.write(tmp_path / "shop")
    assert made.label in (tmp_path / "shop" / "README.txt").read_text(encoding="utf-8")
    with files.profiles.open(encoding="utf-8", newline="") as file:
        profiles = list(csv.DictReader(file))
    assert [row["profile_id"] for row in profiles] == [row["profile_id"] for row in made.profiles]
    for row, profile in zip(profiles, made.profiles, strict=True):
        kept = {name: text for name, text in row.items() if text and name != "profile_id"}
        attributes = profile["attributes"]
        newsletter = "true" if attributes["newsletter"] else "false"
        assert kept == {**attributes, "newsletter": newsletter}
    jsonl, parquet = files.events
    lines = [json.loads(line) for line in jsonl.read_text(encoding="utf-8").splitlines()]
    emails = pq.read_table(parquet)
    assert emails.schema.metadata[b"label"].decode() == made.label
    again = [
        {**row, "event_time": text(row["event_time"]), "received_at": text(row["received_at"])}
        for row in emails.to_pylist()
    ]
    key = json.dumps
    assert sorted(map(key, [*lines, *again])) == sorted(map(key, made.events))
    assert files.vip.read_text(encoding="utf-8").splitlines() == ["profile_id", *made.vip]


def text(moment):
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_writing_twice_gives_the_same_bytes(made, tmp_path):
    one, two = made.write(tmp_path / "a"), made.write(tmp_path / "b")
    for first, second in zip(
        (one.profiles, *one.events, one.vip), (two.profiles, *two.events, two.vip), strict=True
    ):
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("module", [places, records, world])
def test_the_examples_in_the_code(module):
    outcome = doctest.testmod(module)
    assert outcome.attempted
    assert not outcome.failed


def test_an_empty_shop_is_a_shop():
    empty = shop(1, 0, UNTIL)
    assert (empty.profiles, empty.events, empty.vip) == ((), (), ())
