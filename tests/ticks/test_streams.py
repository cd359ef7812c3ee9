"""Streams: rows come and go in bulk, and what is read of them is what is there."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ticks.small import NOON, looks, rows, stream

from dataout.ticks import reading
from dataout.ticks.columns import (
    NO_NUMBER,
    Amount,
    Code,
    Landing,
    Least,
    Moment,
    Received,
    Rows,
    Usable,
)
from dataout.ticks.keys import EPOCH, LONG_AGO, NEVER, SPAN
from dataout.ticks.runs import run_of
from dataout.ticks.streams import (
    Stream,
    bytes_of,
    forgetting,
    with_rows,
    without_people,
    without_rows,
)
from dataout.ticks.views import View, Window

AMOUNT = Amount(("total",))
COLUMNS = (Received(), Landing(), AMOUNT)
PEOPLE = 4


def table(told):
    """Make rows of (slot, moment after noon, received, landing, amount)."""
    slots, moments, received, landing, amount = (
        np.array([row[n] for row in told], np.int64) for n in range(5)
    )
    columns = {Received(): received, Landing(): landing, AMOUNT: amount}
    return Rows(slots, moments + NOON, columns)


@dataclass
class Model:
    """The same as a list of rows."""

    held: list = field(default_factory=list)

    def of(self, slot, after, until):
        return sorted(
            row[1:] for row in self.held if row[0] == slot and after < row[1] + NOON <= until
        )


ROW = st.tuples(
    st.integers(0, PEOPLE - 1), st.integers(-5, 5), st.integers(0, 2), st.integers(0, 9**9)
)


@st.composite
def histories(draw):
    """Draw many rows at once, then a few at a time; some of them go again."""
    amounts = st.integers(-(2**40), 2**40)
    sizes = [draw(st.integers(0, 150)), *draw(st.lists(st.integers(0, 8), max_size=6))]
    steps, landing, there = [], 0, []
    for size in sizes:
        batch = []
        for _ in range(size):
            slot, moment, received, _ = draw(ROW)
            batch.append((slot, moment, received, landing, draw(amounts)))
            landing += 1
        there += batch
        steps.append(("add", batch))
        gone = draw(st.lists(st.sampled_from(there), max_size=5, unique=True)) if there else []
        there = [row for row in there if row not in gone]
        steps.append(("remove", gone))
        if draw(st.integers(0, 3)) == 0:
            slot = draw(st.integers(0, PEOPLE - 1))
            there = [row for row in there if row[0] != slot]
            steps.append(("forget", slot))
    return steps


@given(histories(), st.integers(-6, 6), st.integers(-6, 6))
def test_what_is_read_is_what_is_there(steps, after, until):
    held, model = Stream(COLUMNS), Model()
    for what, batch in steps:
        match what:
            case "add":
                held = with_rows(held, table(batch))
                model.held += batch
            case "remove":
                held = without_rows(held, table(batch))
                model.held = [row for row in model.held if row not in batch]
            case "forget":
                held = without_people(held, np.array([batch], np.int64))
                model.held = [row for row in model.held if row[0] != batch]
    assert len(held) == len(model.held)
    same(held, model, NOON + after, NOON + until)


def same(held, model, after, until):
    view = View(looks(*((slot, until) for slot in range(PEOPLE))), {})
    within = Window(view.bound(np.full(PEOPLE, after, np.int64)), view.ago(0))
    wanted = [model.of(slot, after, until) for slot in range(PEOPLE)]
    assert reading.count(view, held, within).tolist() == [len(each) for each in wanted]
    totals = [sum(row[3] for row in each) for each in wanted]
    assert reading.sums(view, held, within, AMOUNT).tolist() == totals
    for which, place in (("first", 0), ("last", -1)):
        found = reading.end(view, held, within, which)
        landings = [each[place][2] if each else -1 for each in wanted]
        assert reading.values(held, found, Landing(), -1).tolist() == landings
        moments = [each[place][0] + NOON if each else LONG_AGO for each in wanted]
        assert reading.moments(held, found).tolist() == moments
    listed = reading.gathered(view, held, within, Landing(), AMOUNT)
    assert sorted(zip(listed.looks, listed.columns[Landing()], strict=True)) == sorted(
        (slot, row[2]) for slot, each in enumerate(wanted) for row in each
    )
    following = [model.of(slot, until, NEVER) for slot in range(PEOPLE)]
    assert reading.next_moments(view, held, within.until).tolist() == [
        each[0][0] + NOON if each else NEVER for each in following
    ]
    before = [model.of(slot, LONG_AGO, until) for slot in range(PEOPLE)]
    assert reading.last_moments(view, held, within.until).tolist() == [
        each[-1][0] + NOON if each else LONG_AGO for each in before
    ]
    for back in (1, 2, 3):
        found = reading.last_but(view, held, within, np.full(PEOPLE, back))
        for each, moment in zip(wanted, found.tolist(), strict=True):
            if len(each) < back:
                assert moment == NEVER
            else:
                assert each[0][0] + NOON <= moment <= each[-back][0] + NOON


def test_runs_are_merged_before_they_are_many():
    held = with_rows(Stream(), rows(*((1, NOON + n) for n in range(1_000))))
    for n in range(200):
        held = with_rows(held, rows((2, NOON + n)))
        sizes = [len(run.keys) for run in held.runs]
        assert all(big >= 20 * small for big, small in pairwise(sizes))
    assert len(held) == 1_200
    assert len(held.runs) <= 3


def test_rows_counted_from_the_last_may_lie_in_several_runs():
    held = stream(*((2, NOON + n) for n in range(99)), (1, NOON))
    held = with_rows(held, rows((1, NOON + 7)))
    assert len(held.runs) == 2
    view = View(looks(*[(1, NOON + 9)] * 3), {})
    found = reading.last_but(view, held, view.past, np.array([1, 2, 3]))
    assert found.tolist() == [NOON + 7, NOON, NEVER]


def test_a_change_leaves_the_stream_before_as_it_was():
    before = stream((1, NOON), (2, NOON), landing=[1, 2])
    after = without_rows(
        with_rows(before, rows((1, NOON + 1), landing=[3])), rows((1, NOON), landing=[1])
    )
    assert len(before) == 2
    view = View(looks((1, NOON), (2, NOON)), {})
    assert reading.count(view, before, view.past).tolist() == [1, 1]
    view = View(looks((1, NOON + 1), (2, NOON + 1)), {})
    assert reading.count(view, after, view.past).tolist() == [1, 1]


def test_of_rows_that_are_alike_one_is_taken_for_each():
    held = stream(*[(1, NOON)] * 5)
    assert len(without_rows(held, rows((1, NOON), (1, NOON)))) == 3
    assert len(without_rows(held, rows(*[(1, NOON)] * 9))) == 0


def test_what_is_not_there_takes_nothing_away():
    held = stream((1, NOON), landing=[1])
    for other in (rows((1, NOON), landing=[2]), rows((1, NOON + 1), landing=[1])):
        assert len(without_rows(held, other)) == 1


@pytest.mark.parametrize("moment", [EPOCH - 1, EPOCH + SPAN])
def test_who_has_a_moment_that_does_not_fit_is_elsewhere(moment):
    held = with_rows(stream((3, NOON)), rows((7, moment), (3, NOON), (7, NOON)))
    assert held.elsewhere.tolist() == [7]
    assert len(held) == 3


@pytest.mark.parametrize("amount", [2**62, -(2**62), 10**26])
def test_who_has_a_number_that_does_not_fit_is_elsewhere(amount):
    for column in (AMOUNT, Least(("total",))):
        held = np.array([5, amount, NO_NUMBER], object)
        one = Rows(np.array([1, 2, 3]), np.array([NOON] * 3), {column: held})
        assert with_rows(Stream((column,)), one).elsewhere.tolist() == [2]


def test_too_many_different_values_do_not_fit():
    code = Code(("sku",))
    one = Rows(np.array([1, 2]), np.array([NOON] * 2), {code: np.array([2**31 - 1, 2**31])})
    assert with_rows(Stream((code,)), one).elsewhere.tolist() == [2]


def test_states_from_before_1990_keep_their_order():
    moments = [EPOCH - 5, LONG_AGO, EPOCH - 9]
    held = with_rows(
        Stream((Moment(), Landing())),
        Rows(np.array([1, 1, 1]), np.array(moments), {Landing(): np.array([7, 8, 9])}),
    )
    view = View(looks((1, NOON)), {})
    last, first = (reading.end(view, held, view.past, which) for which in ("last", "first"))
    assert reading.values(held, last, Landing()).tolist() == [7]
    assert reading.values(held, first, Landing()).tolist() == [8]
    assert reading.moments(held, last).tolist() == [EPOCH - 5]
    assert len(held.elsewhere) == 0


def test_forgetting_drops_what_is_older_and_remembers_that():
    held = without_rows(stream((1, NOON), (1, NOON + 1), (1, NOON + 2)), rows((1, NOON + 1)))
    less = forgetting(held, NOON + 2)
    assert (len(held), len(less), less.kept_from) == (2, 1, NOON + 2)
    assert forgetting(less, NOON).kept_from == NOON + 2


def test_totals_may_pass_64_bits_and_differences_are_right():
    huge = 2**61
    told = [(slot, NOON) for slot in range(16)]
    one = Rows(*(np.array(each) for each in zip(*told, strict=True)), {AMOUNT: np.full(16, huge)})
    held = with_rows(Stream((AMOUNT,)), one)
    view = View(looks(*((slot, NOON) for slot in range(16))), {})
    assert reading.sums(view, held, view.past, AMOUNT).tolist() == [huge] * 16
    assert held.largest[AMOUNT] == huge


def test_memory_is_what_the_columns_take():
    told = [(1, NOON + n) for n in range(1_000)]
    assert bytes_of(stream(*told)) == 8_000
    usable = Usable(("total",))
    one = rows(*told)
    with_one = Rows(one.slots, one.moments, {usable: np.ones(1_000, np.int64)})
    assert bytes_of(with_rows(Stream((usable,)), with_one)) == 8_000 + 4 * 1_001


def test_a_run_orders_what_shares_a_moment_by_receipt_and_then_by_landing():
    columns = {Received(): np.array([2, 1, 1]), Landing(): np.array([1, 3, 2])}
    run = run_of(np.array([9, 9, 9]), columns)
    assert run.values(Landing(), np.arange(3)).tolist() == [2, 3, 1]
