"""How often a server ticks, and when it verifies."""

from datetime import time

import pytest
from jsonschema import Draft202012Validator

from dataout.definitions import json_schema
from dataout.model.definitions import TicksBy, TickSettings


def read(folder, written):
    folder.write("dataout.yaml", f"name: shop\nticks: {written}\n")
    return folder.read().ticks


def test_without_a_word_it_is_every_second_and_at_three(folder):
    assert folder.read().ticks == TickSettings(1_000, time(3))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{}", TickSettings()),
        ("{every: 100ms}", TickSettings(100)),
        ("{every: 1m, verify: 22:30}", TickSettings(60_000, time(22, 30))),
        ("{verify: never}", TickSettings(1_000, None)),
        ("{by: sql}", TickSettings(by=TicksBy.SQL)),
        ("{by: keyed}", TickSettings()),
        ("{memory: 500MB}", TickSettings(memory=500_000_000)),
        ("{memory: 2GB}", TickSettings(memory=2_000_000_000)),
        ("{verify: 00:00}", TickSettings(1_000, time(0))),
    ],
)
def test_what_can_be_said(folder, written, expected):
    assert read(folder, written) == expected


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("{every: 99ms}", "dataout.yaml:2:16: ticks.every: ticks come every 100ms at most."),
        ("{every: 1}", "dataout.yaml:2:16: ticks.every: expected a duration, found the number 1."),
        ("{verify: 24:00}", "dataout.yaml:2:17: ticks.verify: expected a time of the day or never"),
        ("{verify: 3:00}", "found the text '3:00'. For instance 03:00."),
        ("{verify: off}", "found the text 'off'. For instance 03:00."),
        ("{by: hand}", "2:13: ticks.by: expected keyed or sql, found the text 'hand'."),
        ("{memory: 2}", "2:17: ticks.memory: expected a size, found the number 2."),
        ("{memory: 0MB}", "found the text '0MB'. For instance 500MB or 4GB."),
        ("{often: 1s}", "dataout.yaml:2:9: ticks.often: unknown key 'often'."),
        ("fast", "ticks: expected ticks as a mapping"),
    ],
)
def test_mistakes(folder, written, complaint):
    found = folder.only(f"name: shop\nticks: {written}\n", "dataout.yaml")
    assert complaint in found


@pytest.mark.parametrize(
    ("ticks", "valid"),
    [
        ({"every": "2s", "verify": "23:59"}, True),
        ({"verify": "never"}, True),
        ({"verify": "24:00"}, False),
        ({"verify": "x03:00"}, False),
        ({"every": 5}, False),
        ({"by": "sql"}, True),
        ({"memory": "4GB"}, True),
        ({"memory": "4 GB"}, False),
        ({"by": "hand"}, False),
    ],
)
def test_the_schema_says_the_same(ticks, valid):
    assert Draft202012Validator(json_schema()).is_valid({"ticks": ticks}) is valid
