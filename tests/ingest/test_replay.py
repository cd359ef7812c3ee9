"""Replaying rejects by a mapping that suits some of them: the others stay as they were."""

import json
from dataclasses import replace

import pytest

from dataout.ingest.load import load
from dataout.ingest.mapping import parse_mapping, read_mapping
from dataout.ingest.rejects import LEFT, list_rejects, replay

KINDS = ("events", "profiles", "list", "objects", "relationships")


@pytest.fixture
def rejected(engine, write, options):
    """Load records that cannot be taken in: ``rejected(kind, *rows)``."""

    def rejected(kind, *rows, mapping=None):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        path = write(f"{kind.replace(':', '-')}.jsonl", text)
        how = replace(options, mapping=mapping)
        assert load(engine, [path], kind, how).rejected == len(rows)

    return rejected


@pytest.fixture
def by(engine, write, options):
    """Replay with a mapping: ``by("profile_id: id")``."""

    def by(text):
        mapping = read_mapping(write("by.yaml", text))
        return replay(engine, replace(options, now=options.now + 9, mapping=mapping))

    return by


def kept(engine):
    return engine.rows("SELECT kind, line, reason, mapping, record FROM rejects ORDER BY ALL")


def test_rejects_of_other_kinds_are_left_alone(engine, rejected, by):
    rejected("events", {"id": "ann", "what": "visit", "at": "2026-11-24"})
    rejected("profiles", {"id": "bob", "what": "a profile", "at": "here"})
    rejected("list:vip", {"id": "cem", "what": "a member", "at": "there"})
    others = [row for row in kept(engine) if row[0] != "events"]
    done = by("{profile_id: id, event: what, event_time: at}")
    assert (done.loaded, done.rejected, dict(done.notes)) == (1, 0, {LEFT: 2})
    assert kept(engine) == others
    assert engine.attributes() == engine.members() == []
    assert [row[:2] for row in engine.events()] == [("ann", "visit")]


@pytest.mark.parametrize(
    "row",
    [
        {"who": "ann", "Mail": "m"},  # another name for the person
        {"id": "ann", "Tel": "t"},  # none of the columns that become attributes
    ],
)
def test_what_the_mapping_cannot_read_stays_as_it_was(engine, rejected, by, row):
    rejected("profiles", row)
    before = kept(engine)
    done = by("{profile_id: id, attributes: {email: Mail}}")
    assert (done.loaded, done.rejected) == (0, 1)
    assert kept(engine) == before
    assert engine.attributes() == []
    assert engine.rows("SELECT * FROM profiles") == []


def test_what_the_mapping_skips_stays_as_it_was(engine, rejected, by):
    rejected("events", {"id": "ann", "what": "visit", "at": "2026-11-24"})
    before = kept(engine)
    done = by("{profile_id: id, event_time: at, event: [{is: purchase, where: {what: {is: buy}}}]}")
    assert (done.loaded, done.rejected, done.skipped) == (0, 0, 1)
    assert kept(engine) == before


def test_what_its_own_mapping_skips_now_is_a_reject_no_more(engine, rejected, write, by):
    text = "{profile_id: id, event_time: at, event: what}"
    mapping = read_mapping(write("by.yaml", text))
    rejected("events", {"id": "ann", "what": "visit", "at": "never"}, mapping=mapping)
    done = by("{profile_id: id, event_time: at, event: what, skip: {at: {is: never}}}")
    assert (done.skipped, kept(engine)) == (1, [])


def test_its_own_mapping_says_a_new_reason(engine, rejected, write, by):
    mapping = read_mapping(write("by.yaml", "{profile_id: id}"))
    rejected("events", {"id": "ann", "what": "visit", "at": 5}, mapping=mapping)
    by("{profile_id: id, event: what}")
    (group,) = list_rejects(engine)
    assert group.reason.startswith("event_time")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("unit: ms", KINDS),
        ("profile_id: id", KINDS),
        ("set_at: since", KINDS[1:]),
        ("event_time: at", ["events"]),
        ("properties: {a: b}", ["events"]),
        ("attributes: {a: b}", ["profiles"]),
        ("{attributes: {a: b}, event: what}", ["events", "profiles"]),
        ("{attributes: {a: b}, object_id: id}", ["objects", "relationships"]),
        ("{type: {is: car}, via: {role: Role}}", ["objects", "relationships"]),
        ("via: all", ["relationships"]),
        ("deleted: gone", ["profiles"]),
        ("{profile_id: id, member: on}", ["list"]),
    ],
)
def test_the_kinds_that_a_mapping_is_for(text, kinds):
    mapping = parse_mapping(text, "m.yaml")
    assert [kind for kind in KINDS if mapping.suits(kind)] == list(kinds)
