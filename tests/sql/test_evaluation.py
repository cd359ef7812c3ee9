"""One query for all segments, however few or many there are."""

import dataout
from dataout.sql.parts import BITS

AT = "2026-03-10T12:00:00Z"
TIMES = {"never": 0, "once": 1, "often": BITS + 8}
EVENTS = [
    {"profile_id": name, "event": "visit", "event_time": 1_000 + number}
    for name, times in TIMES.items()
    for number in range(times)
]


def test_no_segments_have_no_members():
    assert dataout.evaluate({}, profiles=[{"profile_id": "ann"}], at=AT) == {}


def test_more_segments_than_a_word_has_bits():
    numbers = range(2 * BITS)
    segments = {str(n): {"who": {"event": "visit", "count": n}} for n in numbers}
    profiles = [{"profile_id": name} for name in TIMES]
    found = dataout.evaluate(segments, profiles=profiles, events=EVENTS, at=AT)
    assert found == {str(n): {who for who, times in TIMES.items() if times == n} for n in numbers}


def test_more_parts_of_several_places_than_a_word_has_bits():
    numbers = range(BITS + 9)
    segments = {
        str(n): {"who": {"any": [{"event": "visit", "count": n}, {"event": f"only_{n}"}]}}
        for n in numbers
    }
    profiles = [{"profile_id": name} for name in TIMES]
    events = [*EVENTS, {"profile_id": "never", "event": "only_7", "event_time": 1_000}]
    found = dataout.evaluate(segments, profiles=profiles, events=events, at=AT)
    expected = {str(n): {who for who, times in TIMES.items() if times == n} for n in numbers}
    assert found == expected | {"7": {"never"}}
