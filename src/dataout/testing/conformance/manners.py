"""Promises about what a destination keeps to itself, and what it leaves alone."""
# ruff: noqa: D103  a check's name is its promise

from __future__ import annotations

import copy
import hashlib
import json
from functools import partial

from dataout.errors import Refused
from dataout.identity.platforms import PLATFORMS
from dataout.model.delivery import Op, Rejected
from dataout.model.people import IDENTIFYING, Field, Member, RowKey
from dataout.testing.conformance.bench import Bench, Check, check, expect, raised, removes

CHECKS: list[Check] = []

_OF_NOTHING = hashlib.sha256(b"").hexdigest()


@check(CHECKS)
def connecting_makes_no_call(bench: Bench) -> None:
    bench.connect()
    expect(not bench.emulator.log, "a call was made before anything was asked")


@check(CHECKS)
def a_probe_that_finds_all_well_names_the_account(bench: Bench) -> None:
    limits = bench.connect().probe()
    expect(bool(limits.account), "the probe names no account")
    if limits.used_percent is not None:
        expect(0 <= limits.used_percent <= 100, f"{limits.used_percent} % are used")  # noqa: PLR2004


@check(CHECKS)
def preparing_is_pure(bench: Bench) -> None:
    member = bench.member(1)
    before = copy.deepcopy(member)
    turned = Member(member.key, dict(reversed(list(member.values.items()))))
    first, second = bench.connect().prepare(member), bench.connect().prepare(turned)
    expect(first == second, "the same person is prepared in two ways")
    expect(member == before, "preparing changes the person")
    expect(not bench.emulator.log, "preparing makes a call")
    expect(json.loads(json.dumps(first)) == first, "a row cannot be kept as JSON")


@check(CHECKS)
def every_field_it_takes_travels(bench: Bench) -> None:
    for field in bench.kind.capabilities.fields:
        value = bench.value(field, 1)
        companion = {one: bench.value(one, 2) for one in _identifying(bench)[:1]}
        row = bench.connect().prepare(Member(RowKey("k"), {**companion, field: value}))
        expect(not isinstance(row, Rejected), f"{field}: a good value is rejected")
        expect(value in json.dumps(row, ensure_ascii=False), f"{field}: it is not in the row")


@check(CHECKS)
def one_identifier_is_enough(bench: Bench) -> None:
    for field in _identifying(bench):
        member = Member(RowKey("k"), {field: bench.value(field, 1)})
        expect(not isinstance(bench.connect().prepare(member), Rejected), f"{field} is not enough")


@check(CHECKS)
def who_cannot_be_identified_is_rejected(bench: Bench) -> None:
    fields = [f for f in bench.kind.capabilities.fields if f not in IDENTIFYING]
    for values in ({}, {field: bench.value(field, 1) for field in fields}):
        row = bench.connect().prepare(Member(RowKey("k"), values))
        expect(isinstance(row, Rejected), "a row without anything that identifies")


@check(CHECKS)
def what_was_not_hashed_is_never_sent_as_a_hash(bench: Bench) -> None:
    rules = PLATFORMS.get(bench.kind.capabilities.platform, {})
    hashed = [f for f in bench.kind.capabilities.fields if f in rules and rules[f].hashed]
    good = bench.value(Field.EMAIL, 1)
    for field in hashed:
        for bad in ("person1@example.com", good.upper(), good[:40], f" {good}", _OF_NOTHING):
            values = {**bench.member(1).values, field: bad}
            row = bench.connect().prepare(Member(RowKey("k"), values))
            if not isinstance(row, Rejected):
                expect(bad not in json.dumps(row), f"{field}: not the hash of a value, but sent")
            else:
                expect(bad not in row.reason, f"{field}: the reason repeats the value")


@check(CHECKS)
def nothing_secret_or_personal_is_printed_or_in_an_address(bench: Bench) -> None:
    people = bench.people(3)
    destination = bench.connect()
    destination.probe()
    remote = destination.open("vip")
    bench.add(remote, people)
    if removes(bench.kind.capabilities):
        bench.remove(remote, people)
    destination.measure(remote)
    secrets = set(bench.emulator.secrets)
    settings = bench.settings()
    shown = repr(settings) + str(settings) + repr(destination) + str(destination)
    expect(not any(secret in shown for secret in secrets), "a secret is in a repr")
    private = secrets | {value for member in people for value in member.values.values()}
    for call in bench.emulator.log:
        expect(not any(one in call.url for one in private), f"{call.path}: private text in the URL")


@check(CHECKS)
def the_log_shows_what_was_sent(bench: Bench) -> None:
    remote, people = bench.connect().open("vip"), bench.people(2)
    bench.add(remote, people)
    sent = [call for call in bench.emulator.log if call.op == Op.ADD]
    expect(len(sent) == 1, f"one batch became {len(sent)} adding calls")
    rows = [set(row.values()) for row in sent[0].rows]
    wanted = [set(member.values.values()) for member in people]
    expect(all(any(one <= row for row in rows) for one in wanted), "a value was left out")


@check(CHECKS)
def a_sandbox_cannot_be_left(bench: Bench) -> None:
    for name, value in bench.emulator.settings.items():
        if str(value).startswith("http://127.0.0.1"):
            outside = partial(bench.connect, **{name: "https://outside.example"})
            raised(Refused, outside, f"{name} outside of this machine")
    expect(not bench.emulator.log, "a call was made")


@check(CHECKS)
def unknown_settings_are_refused(bench: Bench) -> None:
    secret = next(iter(bench.emulator.secrets), "")
    error = raised(ValueError, lambda: bench.settings(no_such_setting=secret or 1), "a typo")
    expect(not secret or secret not in str(error), "the complaint repeats the value")


@check(CHECKS)
def what_it_says_it_can_do_makes_sense(bench: Bench) -> None:
    said = bench.kind.capabilities
    expect(bench.connect().capabilities == said, "the kind and the destination disagree")
    expect(bool(bench.kind.name) and bench.kind.name.islower(), "the kind needs a name")
    expect(Op.ADD in said.operations, "nobody can be added")
    expect(bool(_identifying(bench)), "no field identifies a person")
    expect(len(set(said.fields)) == len(said.fields), "a field is named twice")
    numbers = (said.batch_rows, said.batch_bytes, said.requests_per_second)
    expect(min(numbers) > 0, "a limit that lets nothing through")


def _identifying(bench: Bench) -> list[Field]:
    return [field for field in bench.kind.capabilities.fields if field in IDENTIFYING]
