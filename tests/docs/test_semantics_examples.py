"""Every YAML block of the documentation is run: by engine and judge, or as a project."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


class TextTimes(SafeConstructor):
    """Leaves instants as they are written, as the project's own reader does."""


TextTimes.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


def blocks():
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = TextTimes
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            line = text[: match.start()].count("\n") + 1
            name = f"{page.relative_to(ROOT / 'docs')}:{line}"
            yield pytest.param(yaml.load(match[1]), match[1], id=name)


BLOCKS = list(blocks())
EXAMPLES = [pytest.param(p.values[0], id=p.id) for p in BLOCKS if "given" in p.values[0]]
PROJECTS = [pytest.param(p.values[1], id=p.id) for p in BLOCKS if "given" not in p.values[0]]


def instant(start, offset):
    """Add an offset such as ``-3h`` to an ISO-8601 instant."""
    sign, amount, unit = re.fullmatch(r"([-+]?)(\d+)([a-z]+)", offset).groups()
    span = timedelta(milliseconds=int(amount) * UNITS[unit])
    return (start - span if sign == "-" else start + span).isoformat(timespec="milliseconds")


def rows_of(example):
    start = datetime.fromisoformat(example["start"]).astimezone(UTC)
    profiles = [
        {"profile_id": name, "attributes": person.get("attributes", {})}
        for name, person in example["given"].items()
    ]
    profiles += [
        {
            "profile_id": name,
            "set_at": instant(start, each["at"]),
            "attributes": {key: value for key, value in each.items() if key != "at"},
        }
        for name, person in example["given"].items()
        for each in person.get("set", [])
    ]
    events = [
        {
            "profile_id": name,
            "event": event["event"],
            "event_time": instant(start, event["at"]),
            "properties": {k: v for k, v in event.items() if k not in ("event", "at")},
        }
        for name, person in example["given"].items()
        for event in person.get("events", [])
    ]
    return profiles, events


def by_the_engine(*args, **kwargs):
    import dataout

    return dataout.evaluate(*args, **kwargs)


def by_the_judge(*args, **kwargs):
    from dataout.testing import judge

    return judge.members(*args, **kwargs)


@pytest.mark.parametrize("evaluate", [by_the_engine, by_the_judge])
@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_true(example, evaluate):
    profiles, events = rows_of(example)
    members = evaluate(
        example["segments"],
        profiles=profiles,
        events=events,
        objects=example.get("objects", []),
        lists=example.get("lists", {}),
        traits=example.get("traits", {}),
        catalog=example.get("catalog", {}),
        at=example["start"],
        timezone=example.get("timezone", "UTC"),
    )
    expected = {name: frozenset(people) for name, people in example["expect"].items()}
    assert dict(members) == expected


@pytest.mark.parametrize("text", PROJECTS)
def test_what_looks_like_a_project_is_one(text, tmp_path):
    """A block may leave out the project's name; warnings are allowed, mistakes are not."""
    named = text if text.startswith("name:") else f"name: example\n{text}"
    tmp_path.joinpath("dataout.yaml").write_text(named, encoding="utf-8")
    ran = subprocess.run(
        [Path(sys.executable).with_name("dataout"), "--project", tmp_path, "--json", "check"],
        env=os.environ | {"META_TOKEN": "made-up"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    findings = json.loads(ran.stdout)["findings"]
    assert [finding for finding in findings if finding["level"] == "error"] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_looks_like_a_mapping_is_one(page):
    from dataout.ingest.mapping import parse_mapping

    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```yaml mapping\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        assert parse_mapping(block, page.name).body.values


def test_there_are_both_kinds():
    assert len(EXAMPLES) >= 10
    assert PROJECTS
