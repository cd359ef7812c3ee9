"""Promises about who is in an audience."""
# ruff: noqa: D103  a check's name is its promise

from __future__ import annotations

import json
from functools import partial
from itertools import islice

from dataout.errors import Refused, Transient
from dataout.model.delivery import Accepted, Batch, BatchId, Op, Rejected
from dataout.ports import Unreadable
from dataout.testing.conformance.bench import Bench, Check, check, expect, raised, removes
from dataout.testing.emulators import faults

CHECKS: list[Check] = []

_REJECTED = 2

NAMES = (
    "Käufer – letzte 30 Tage",
    "購入者 🛒",
    'who\'s "in" & out? 100% /now\\ #1',
    "[dev] cart_recovery.high",
)


@check(CHECKS)
def opening_twice_gives_the_same_audience(bench: Bench) -> None:
    first = bench.connect().open("vip")
    expect(bench.connect().open("vip") == first, "a second audience of the same name was made")
    expect(bench.connect().open("vip 2") != first, "two names share one audience")


@check(CHECKS)
def any_name_opens_its_own_audience(bench: Bench) -> None:
    opened = [bench.connect().open(name) for name in NAMES]
    expect(len(set(opened)) == len(NAMES), "two names share one audience")
    again = [bench.connect().open(name) for name in NAMES]
    expect(again == opened, "a name with letters beyond ASCII is not found again")


@check(CHECKS)
def an_audience_is_found_among_many(bench: Bench) -> None:
    destination = bench.connect()
    first, *others = [destination.open(f"audience {number}") for number in range(45)]
    expect(destination.open("audience 0") == first, "the first of 45 audiences is not found")
    expect(destination.open("audience 44") == others[-1], "the last of 45 is not found")


@check(CHECKS)
def adding_adds_exactly_those(bench: Bench) -> None:
    remote, people = bench.connect().open("vip"), bench.people(5)
    bench.add(remote, people[:3])
    bench.expect_exactly(remote, people[:3], "after an add")
    bench.add(remote, people[3:], 2)
    bench.expect_exactly(remote, people, "after a second add")


@check(CHECKS, removes)
def removing_removes_exactly_those(bench: Bench) -> None:
    remote, people = bench.connect().open("vip"), bench.people(5)
    bench.add(remote, people)
    bench.remove(remote, people[:2])
    bench.expect_exactly(remote, people[2:], "after a remove")


@check(CHECKS, removes)
def removing_strangers_is_harmless(bench: Bench) -> None:
    remote, people = bench.connect().open("vip"), bench.people(4)
    bench.add(remote, people[:2])
    receipt = bench.remove(remote, people[2:])
    bench.remove(remote, people[2:], 2)
    bench.expect_exactly(remote, people[:2], "after strangers were removed")
    rejected = [one for one in receipt.outcomes.values() if isinstance(one, Rejected)]
    expect(not rejected, "who is not there cannot be removed: that is no rejection")


@check(CHECKS, removes)
def who_was_removed_can_come_back(bench: Bench) -> None:
    remote, people = bench.connect().open("vip"), bench.people(2)
    bench.add(remote, people)
    bench.remove(remote, people)
    bench.add(remote, people, 2)
    bench.expect_exactly(remote, people, "after add, remove, add")


@check(CHECKS, lambda capabilities: not removes(capabilities))
def a_removal_that_cannot_be_is_refused(bench: Bench) -> None:
    remote, people = bench.connect().open("vip"), bench.people(1)
    raised(Refused, lambda: bench.remove(remote, people), "a removal")


@check(CHECKS)
def audiences_do_not_mix(bench: Bench) -> None:
    one, other = bench.connect().open("one"), bench.connect().open("other")
    bench.add(one, bench.people(2))
    bench.add(other, bench.people(3, start=10))
    bench.expect_exactly(one, bench.people(2), "beside another audience")


@check(CHECKS)
def pushing_twice_changes_nothing(bench: Bench) -> None:
    remote, people = bench.connect().open("vip"), bench.people(3)
    first, second = bench.add(remote, people), bench.add(remote, people)
    bench.expect_exactly(remote, people, "after the same batch twice")
    expect(dict(first.outcomes) == dict(second.outcomes), "the same batch got another answer")
    if removes(bench.kind.capabilities):
        bench.remove(remote, people)
        bench.remove(remote, people)
        bench.expect_exactly(remote, [], "after the same removal twice")


@check(CHECKS)
def an_answer_lost_on_the_way_is_safe_to_repeat(bench: Bench) -> None:
    _repeat_after(bench, faults.DropAnswer())


@check(CHECKS)
def a_call_that_broke_half_way_is_safe_to_repeat(bench: Bench) -> None:
    _repeat_after(bench, faults.HalfWay())


def _repeat_after(bench: Bench, fault: faults.Fault) -> None:
    remote, people = bench.connect().open("vip"), bench.people(4)
    ops = [Op.ADD, Op.REMOVE] if removes(bench.kind.capabilities) else [Op.ADD]
    for op in ops:
        batch = bench.batch(op, people)
        bench.emulator.faults.once(fault)
        raised(Transient, partial(bench.push, remote, batch), str(fault))
        bench.push(remote, batch)
        left = people if op is Op.ADD else []
        bench.expect_exactly(remote, left, f"after a repeated {op}")


@check(CHECKS)
def the_vendor_settles_everybody_in_a_batch_that_went_well(bench: Bench) -> None:
    remote, people = bench.connect().open("vip"), bench.people(5)
    batch = bench.batch(Op.ADD, people)
    receipt = bench.push(remote, batch)
    expect(set(receipt.outcomes) == set(batch.rows), "outcomes are not those of the batch's rows")
    taken = all(isinstance(one, Accepted) for one in receipt.outcomes.values())
    expect(taken, "a good row was not accepted")
    expect(receipt.unnamed == 0, "rejections are counted where there were none")


@check(CHECKS)
def a_row_the_vendor_rejects_is_reported(bench: Bench) -> None:
    remote, people = bench.connect().open("vip"), bench.people(5)
    bench.emulator.faults.once(faults.RejectRows(_REJECTED))
    receipt = bench.add(remote, people)
    expect(set(receipt.outcomes) <= {m.key for m in people}, "an outcome for a stranger")
    named = sum(isinstance(one, Rejected) for one in receipt.outcomes.values())
    expect(
        named + receipt.unnamed == _REJECTED,
        f"{_REJECTED} rows were rejected: {named} named, {receipt.unnamed} counted",
    )
    if bench.kind.capabilities.acknowledges == "member":
        expect(named == _REJECTED, "who is rejected is named, where members are acknowledged")
    bench.expect_exactly(remote, people[_REJECTED:], "after two rows were rejected")


@check(CHECKS)
def the_largest_batch_fits(bench: Bench) -> None:
    capabilities = bench.kind.capabilities
    remote = bench.connect().open("vip")
    rows = bench.rows(bench.people(capabilities.batch_rows))
    widest = max(len(json.dumps(row, ensure_ascii=False).encode()) + 1 for row in rows.values())
    fitting = dict(islice(rows.items(), max(1, capabilities.batch_bytes // widest)))
    bench.push(remote, Batch(BatchId("largest"), Op.ADD, fitting))
    held = len(bench.emulator.members(remote))
    expect(held == len(fitting), f"{held} of {len(fitting)} people of the largest batch are held")
    if removes(capabilities):
        bench.push(remote, Batch(BatchId("largest removal"), Op.REMOVE, fitting))
        expect(not bench.emulator.members(remote), "the largest removal leaves people behind")


@check(CHECKS)
def an_empty_batch_makes_no_call(bench: Bench) -> None:
    remote = bench.connect().open("vip")
    calls = len(bench.emulator.log)
    for op in bench.kind.capabilities.operations:
        receipt = bench.push(remote, Batch(BatchId(f"empty {op}"), op, {}))
        expect(not receipt.outcomes and not receipt.unnamed, "an empty batch has outcomes")
    expect(len(bench.emulator.log) == calls, "an empty batch makes a call")


@check(CHECKS)
def nobody_has_to_remember_anything(bench: Bench) -> None:
    remote, people = bench.connect().open("vip"), bench.people(2)
    destination = bench.connect()
    for number in range(2):
        other = bench.connect().open(f"another {number}")
        bench.add(other, people)
    destination.push(remote, bench.batch(Op.ADD, people))
    bench.add(remote, bench.people(1, start=5), 2)
    bench.expect_exactly(remote, [*people, bench.member(5)], "pushed by two clients in turn")


@check(CHECKS)
def the_vendor_says_who_is_in_or_that_it_does_not(bench: Bench) -> None:
    remote, people = bench.connect().open("vip"), bench.people(2)
    bench.add(remote, people[:1])
    said = bench.connect().contains(remote, [member.key for member in people])
    if bench.kind.capabilities.readable:
        wanted = {people[0].key: True, people[1].key: False}
        expect(said == wanted, "the vendor can be read, but says something else than is true")
    else:
        expect(isinstance(said, Unreadable), "nobody can be read, yet there is an answer")


@check(CHECKS)
def measuring_gives_a_range_and_a_state(bench: Bench) -> None:
    remote = bench.connect().open("vip")
    bench.add(remote, bench.people(3))
    report = bench.connect().measure(remote)
    expect(bool(report.state), "the vendor's word for the state is missing")
    if report.size is not None:
        low, high = report.size
        expect(0 <= low <= high, f"a size from {low} to {high}")
