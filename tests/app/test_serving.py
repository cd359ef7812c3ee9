"""The loop of a server: when it ticks, what it does about failures, changed files, callers."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from dataout.app.serving.figures import LATE_BOUNDS
from dataout.errors import ProjectError, StateDamaged, StateError
from dataout.model.membership import Cause

from .serving import Shop, after, event, instant

CARTS = """\
name: shop
segments:
  carts: {who: {event: cart_started, within: 1m}}
"""


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path)
    made.write(CARTS)
    return made


def test_it_ticks_when_it_starts(shop):
    shop.add("events", event("cart_started", "ann", -30))
    assert shop.run(1).ticks == 1
    assert shop.log == [("carts", "ann", True, "definition", 0, 0)]


def test_it_sleeps_until_the_next_edge_and_ticks_at_its_very_millisecond(shop):
    shop.add("events", event("cart_started", "ann", -20.25))
    assert shop.run(120).ticks == 2
    assert shop.log[1:] == [("carts", "ann", False, "time", 39.75, 39.75)]
    assert shop.server.figures.edges == 1


def test_it_never_waits_longer_than_a_look(shop):
    shop.run(10)
    assert {seconds for _, seconds in shop.future.waits} <= {0, 1}


def test_what_a_call_brings_is_ticked_at_once_where_the_last_tick_is_long_ago(shop):
    call = shop.asked(20, lambda _: shop.add("events", event("cart_started", "ann", 19)))
    result = shop.run(30)
    assert shop.log == [("carts", "ann", True, "data", 19, 20)]
    assert (call.codes, result.calls, result.changes[Cause.DATA]) == ([0], 1, 1)


def test_calls_that_follow_each_other_share_a_tick(shop):
    for number, seconds in enumerate((5.1, 5.3, 5.5, 5.7)):
        person = f"p{number}"
        shop.asked(seconds, lambda _, p=person: shop.add("events", event("cart_started", p, 5)))
    assert shop.run(30).ticks == 3
    assert [(person, known) for _, person, _, _, _, known in shop.log] == [
        ("p0", 5.1),
        ("p1", 6.1),
        ("p2", 6.1),
        ("p3", 6.1),
    ]


def test_how_often_it_ticks_is_said_in_the_project(shop):
    shop.write(CARTS + "ticks: {every: 10s}\n")
    for seconds in (20, 21, 22):
        shop.asked(seconds, lambda _, s=seconds: shop.add("events", event("cart_started", "a", s)))
    assert shop.run(40).ticks == 3
    assert shop.server.figures.standing.last == after(30)


def test_a_call_that_brings_nothing_ticks_nothing(shop):
    for seconds in range(2, 20):
        shop.asked(seconds, lambda _: None)
    result = shop.run(30)
    assert (result.ticks, result.calls) == (1, 18)


def test_a_caller_who_has_gone_is_not_served(shop):
    call = shop.asked(5, lambda _: pytest.fail("nobody waits for this"), gone=True)
    assert shop.run(10).calls == 0
    assert call.codes == []


def test_calls_come_between_ticks_even_where_ticks_are_always_due(shop):
    """Every tick here takes longer than the pause between two of them."""
    shop.write(CARTS + "ticks: {every: 100ms}\n")
    for number in range(5):
        shop.asked(0, lambda _, n=number: slowly(shop, n))
    result = shop.run(20)
    assert result.calls == 5
    assert len(shop.log) == 5


def slowly(shop, number):
    shop.add("events", event("cart_started", f"p{number}", 0))
    shop.clock.sleep(2)


def test_a_call_that_ticks_lets_the_server_tick(shop):
    """What one brings and evaluates at once is not evaluated again."""
    shop.add("events", event("cart_started", "ann", -10))

    def runs(work):
        shop.add("events", event("cart_started", "bob", 4))
        work.tick(work.clock.now())

    shop.asked(5, runs)
    result = shop.run(40)
    assert (result.ticks, result.changes[Cause.DATA]) == (2, 1)
    assert shop.log[1:] == [("carts", "bob", True, "data", 4, 5)]


def test_a_call_ticks_by_the_definitions_that_it_has_read(shop):
    shop.add("events", event("cart_started", "ann", 0))

    def runs(work):
        shop.write(BUYERS)
        definition = shop.server.definitions.now()
        replace(work, definition=definition).tick(work.clock.now())

    shop.asked(10, runs)
    assert shop.run(20).ticks == 2
    assert shop.log[1:] == [("carts", "ann", False, "definition", 10, 10)]


def test_a_clock_that_is_set_back_stops_nothing(shop):
    """Ticks never go back: what arrives meanwhile is ticked at the instant of the last tick."""

    def set_back():
        shop.clock.at = after(-3_600)
        shop.asked(-3_580, lambda _: shop.add("events", event("cart_started", "ann", -20)))
        shop.future.end = after(-3_570)

    shop.happens(10, set_back)
    assert shop.run(20).ticks == 2
    assert shop.log == [("carts", "ann", True, "data", -20, 0)]
    assert shop.said == []


class Breakable:
    """An engine that fails as it is told to."""

    def __init__(self, engine):
        self.engine, self.error, self.fatal, self.dead = engine, None, False, False

    def __getattr__(self, name):
        return getattr(self.engine, name)

    def execute(self, sql, params=()):
        if self.error is not None:
            self.dead = self.fatal
            raise self.error
        self.engine.execute(sql, params)

    def query(self, sql, params=()):
        if self.dead:
            raise StateError("nothing works any more")
        return self.engine.query(sql, params)

    @contextmanager
    def beside(self):
        if self.error is not None:
            raise self.error
        with self.engine.beside() as other:
            yield other

    @contextmanager
    def transaction(self):
        with self.engine.transaction():
            yield


@pytest.fixture
def breakable(shop):
    shop.engine = Breakable(shop.engine)
    return shop


def test_a_tick_that_fails_is_tried_again_ever_later_and_told_once(breakable):
    shop = breakable
    shop.add("events", event("cart_started", "ann", -10))
    shop.engine.error = StateError("no room", "Make room.")
    shop.happens(20, lambda: setattr(shop.engine, "error", None))
    result = shop.run(45)
    assert [str(error) for error in shop.told] == ["no room"]
    assert shop.said == ["A tick failed; the next comes in 2 s at most.", "Ticks go on."]
    assert shop.server.figures.failed == 4  # at 0, 2, 6, 14 seconds
    assert shop.server.figures.failing == 0
    assert shop.log == [("carts", "ann", True, "definition", 30, 30)]
    assert result.ticks == 1


def test_another_failure_is_told_too(breakable):
    shop = breakable
    shop.engine.error = StateError("no room")
    shop.happens(5, lambda: setattr(shop.engine, "error", ValueError("what is this?")))
    shop.run(30)
    assert [str(error) for error in shop.told] == ["no room", "what is this?"]


def test_damage_ends_it_at_once(breakable):
    breakable.engine.error = StateDamaged("the file is damaged")
    with pytest.raises(StateDamaged):
        breakable.run(30)


def test_an_engine_that_answers_nothing_ends_it_with_what_went_wrong_first(breakable):
    shop = breakable
    shop.engine.error, shop.engine.fatal = ValueError("what is this?"), True
    with pytest.raises(ValueError, match="what is this"):
        shop.run(30)
    assert shop.said == []


BUYERS = CARTS.replace("carts:", "buyers:").replace("cart_started", "purchase")


def test_changed_files_are_taken_up_and_their_difference_is_told_once(shop):
    shop.add("events", event("cart_started", "ann", -5), event("purchase", "bob", -5))
    shop.happens(10.5, lambda: shop.write(BUYERS))
    assert shop.run(30).ticks == 2
    assert shop.log[1:] == [
        ("buyers", "bob", True, "definition", 12.5, 12.5),
        ("carts", "ann", False, "definition", 12.5, 12.5),
    ]
    assert shop.said == ["The project's files changed and are in force."]


def test_a_file_in_the_middle_of_being_written_is_not_taken_up(shop):
    """Half of a file is a definition, too, and would end every membership."""
    shop.add("events", event("cart_started", "ann", 0))
    for number in range(8):
        shop.happens(10 + number, lambda n=number: shop.write("name: shop\n" + "#" * n))
    shop.happens(18, lambda: shop.write(CARTS + "# done\n"))
    assert shop.run(30).ticks == 2
    assert len(shop.log) == 1


def test_a_mistake_keeps_the_version_before_and_is_told_once(shop):
    shop.add("events", event("cart_started", "ann", -20))
    shop.happens(10, lambda: shop.write(CARTS.replace("1m", "soon")))
    shop.happens(60, lambda: shop.write(CARTS.replace("1m", "2m")))
    shop.run(70)
    assert shop.log[1:] == [
        ("carts", "ann", False, "time", 40, 40),
        ("carts", "ann", True, "definition", 61, 61),
    ]
    [mistake] = shop.told
    assert isinstance(mistake, ProjectError)
    assert str(mistake.complaints[0].place) == "dataout.yaml:3:46"
    assert shop.said == [
        "The project's files changed; what they said before stays in force.",
        "The project's files changed and are in force.",
    ]
    assert not shop.server.figures.mistaken


def test_a_project_whose_main_file_is_gone_stays_in_force_and_says_to_put_it_back(shop):
    shop.add("events", event("cart_started", "ann", -20))
    shop.happens(10, (shop.folder / "dataout.yaml").unlink)
    shop.run(70)
    assert shop.log[1:] == [("carts", "ann", False, "time", 40, 40)]
    [mistake] = shop.told
    assert "is gone" in str(mistake)
    assert "Put it back" in mistake.hint


def test_files_that_went_and_came_back_as_they_were_are_no_mistake_and_may_go_again(shop):
    main = shop.folder / "dataout.yaml"
    aside = shop.folder / "aside"
    shop.add("events", event("cart_started", "ann", 0))
    for seconds in (5, 15):
        shop.happens(seconds, lambda: main.rename(aside))
        shop.happens(seconds + 5, lambda: aside.rename(main))
    shop.run(30)
    assert len(shop.told) == 2
    assert not shop.server.figures.mistaken


def test_an_environment_that_is_gone_from_the_files_stays_in_force(shop):
    shop.write(CARTS + "environments: {live: {sandbox: true}}\n")
    shop.server = None
    server = shop.begin()
    server.definitions.environment = "live"
    shop.future.end = after(10)
    shop.happens(5, lambda: shop.write(CARTS))
    server.serve()
    assert "no environment 'live'" in str(shop.told[0])


def test_a_call_that_reads_changed_files_puts_them_in_force(shop):
    """Or the next tick would bring back what the call has just ended."""
    shop.add("events", event("cart_started", "ann", 0))

    def ran(_):
        shop.write(BUYERS)
        assert set(shop.server.definitions.now().segments) == {"buyers"}

    shop.asked(10.5, ran)
    shop.run(11)
    assert shop.log[1:] == [("carts", "ann", False, "definition", 10.5, 10.5)]


def test_a_call_is_told_mistakes_as_if_it_were_alone(shop):
    def ran(_):
        shop.write("segments: {")
        with pytest.raises(ProjectError):
            shop.server.definitions.now()

    shop.asked(10, ran)
    shop.run(30)
    assert len(shop.told) == 1  # and the server's own people as well
    assert shop.server.figures.mistaken


def test_it_verifies_every_day_at_the_time_of_the_project(shop):
    shop.clock.at = instant("2026-03-02T01:59:50Z")
    shop.write(CARTS + "timezone: Europe/Berlin\n")
    shop.future.end = instant("2026-03-02T02:00:10Z")
    shop.begin().serve()
    assert shop.server.figures.verified == instant("2026-03-02T02:00:00Z")
    assert shop.server.figures.differing == 0
    assert shop.said == []


def test_a_difference_is_told_without_anybody_in_it(shop):
    shop.write(CARTS + "ticks: {verify: '12:00'}\n")
    shop.clock.at = after(-10)
    shop.add("events", event("cart_started", "ann", -20))
    shop.happens(-5, lambda: shop.engine.execute("DELETE FROM memberships"))
    shop.run(1)
    assert shop.server.figures.differing == 1
    [line] = shop.said
    assert line.startswith("verify: carts misses 1 people and has 0 too many.")
    assert "ann" not in line


def test_a_verification_that_fails_is_told_and_comes_again_tomorrow(breakable):
    shop = breakable
    shop.write(CARTS + "ticks: {verify: '12:00'}\n")
    shop.clock.at = after(-10)
    shop.happens(-5, lambda: setattr(shop.engine, "error", StateError("no memory")))
    shop.run(60)
    assert shop.said == ["The daily verification failed; the next one is tomorrow."]
    assert [str(error) for error in shop.told] == ["no memory"]
    assert shop.server.figures.verified is None
    assert shop.server.figures.failing == 0


def test_it_never_verifies_where_the_project_says_so(shop):
    shop.write(CARTS + "ticks: {verify: never}\n")
    shop.clock.at = instant("2026-03-02T02:59:58Z")
    shop.future.end = instant("2026-03-02T03:00:05Z")
    shop.begin().serve()
    assert shop.server.figures.verified is None


def test_lateness_is_that_of_the_tick_after_the_truth(shop):
    shop.asked(20, lambda _: shop.add("events", event("cart_started", "ann", 19.7)))
    shop.run(30)
    late = shop.server.figures.late[Cause.DATA]
    assert late.total == 300
    assert late.counts[LATE_BOUNDS.index(500)] == sum(late.counts) == 1
