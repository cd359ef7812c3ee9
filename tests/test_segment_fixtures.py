"""The readable fixtures: every case, on the judge and on the engine."""

from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import dataout
from dataout.testing.judge import members

FOLDER = Path(__file__).parent / "fixtures" / "segments"
FILES = {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}
KEYS = {
    "about",
    "at",
    "as_known_at",
    "timezone",
    "segments",
    "profiles",
    "events",
    "lists",
    "cases",
}
MORE = {"traits", "objects", "catalog"}
"""What only some files need."""


@cache
def read(name):
    return YAML(typ="safe", pure=True).load(FILES[name].read_text(encoding="utf-8"))


@cache
def answers(name, asked):
    """Ask all the questions of a file at once."""
    fixture = read(name)
    cases = {case["title"]: {"who": case["who"]} for case in fixture["cases"]}
    ask = members if asked == "judge" else dataout.evaluate
    return ask(
        fixture.get("segments", {}) | cases,
        profiles=fixture["profiles"],
        events=fixture.get("events", []),
        lists=fixture.get("lists", {}),
        **{key: fixture[key] for key in MORE if key in fixture},
        at=fixture["at"],
        as_known_at=fixture.get("as_known_at"),
        timezone=fixture.get("timezone", "UTC"),
    )


CASES = [
    pytest.param(name, case["title"], set(case["expect"]), id=f"{name}: {case['title']}")
    for name in FILES
    for case in read(name)["cases"]
]


@pytest.mark.parametrize(("name", "title", "expected"), CASES)
def test_the_judge(name, title, expected):
    assert answers(name, "judge")[title] == expected


@pytest.mark.parametrize(("name", "title", "expected"), CASES)
def test_the_engine(name, title, expected):
    assert answers(name, "engine")[title] == expected


@pytest.mark.parametrize("name", FILES)
def test_a_fixture_says_each_thing_once(name):
    fixture = read(name)
    titles = [case["title"] for case in fixture["cases"]]
    assert len(titles) == len(set(titles))
    assert fixture.keys() <= KEYS | MORE
    assert all(case.keys() == {"title", "who", "expect"} for case in fixture["cases"])


def test_there_are_fixtures():
    assert len(CASES) > len(FILES) > 0
