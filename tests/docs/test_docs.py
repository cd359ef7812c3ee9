"""The documentation is complete, its links lead somewhere, and it says what the contracts say."""

import json
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from dataout import errors

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [*DOCS.rglob("*.md"), *(ROOT / n for n in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))]
)
COMMANDS = {"check", "init", "load", "run"}
"""A few that have to be found, lest the way of finding them finds nothing."""


@cache
def page(name):
    return (DOCS / name).read_text(encoding="utf-8")


@cache
def code_in_docs():
    """Everything in the documentation that is set as code."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md"))
    fenced = re.findall(r"^```.*?^```$", text, re.MULTILINE | re.DOTALL)
    return "\n".join([*fenced, *re.findall(r"`[^`\n]+`", text)])


def says(word):
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", code_in_docs()) is not None


@cache
def dataout(*arguments):
    command = Path(sys.executable).with_name("dataout")
    ran = subprocess.run(
        [command, *arguments],
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def commands_of(help_text):
    """Read the command names off a help page, framed by rich or not."""
    return set(re.findall(r"^(?:[│|] |  )([a-z][a-z-]*) {2,}\S", help_text, re.MULTILINE))


def properties_of(schema):
    """Find every key that a JSON Schema knows, at whatever depth."""
    if isinstance(schema, dict):
        known = schema.get("properties", {})
        yield from known
        for value in [*known.values(), *(v for k, v in schema.items() if k != "properties")]:
            yield from properties_of(value)
    if isinstance(schema, list):
        for value in schema:
            yield from properties_of(value)


def test_every_command_is_documented():
    commands = commands_of(dataout("--help"))
    assert commands >= COMMANDS
    headed = set(re.findall(r"^## `([a-z-]+)", page("commands.md"), re.MULTILINE))
    assert commands - headed == set()
    assert headed - commands == set(), "documented, and not there"


def help_pages(*command):
    """Give the help of a command and of everything below it."""
    text = dataout(*command, "--help")
    yield text
    for name in commands_of(text):
        yield from help_pages(*command, name)


def test_every_option_is_documented():
    options = {
        option for text in help_pages() for option in re.findall(r"(?<!\w)--[a-z][a-z-]*", text)
    }
    assert options > {"--project", "--env", "--json", "--as"}
    assert {option for option in options - {"--help"} if not says(option)} == set()


def test_every_error_is_documented():
    classes = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.Error)
    }
    documented = set(re.findall(r"^\| `(\w+)` \|", page("errors.md"), re.MULTILINE))
    assert documented == classes


def test_every_key_of_a_mapping_is_documented():
    from dataout.ingest.mapping import OPERATIONS, SHAPE

    words = {*(key.name for key in SHAPE.keys), *OPERATIONS}
    assert {word for word in words if f"`{word}`" not in page("loading.md")} == set()


def test_every_failure_of_the_sandbox_is_documented():
    from dataout.testing.emulators.faults import KINDS

    documented = set(re.findall(r"^\| `([a-z-]+)` \|", page("sandbox.md"), re.MULTILINE))
    assert documented == set(KINDS)


def test_every_destination_has_a_page():
    names = {point.name for point in entry_points(group="dataout.destinations")}
    assert names
    assert {name for name in names if not (DOCS / "destinations" / f"{name}.md").is_file()} == set()


def test_every_setting_of_a_project_is_documented():
    known = set(properties_of(json.loads(dataout("schema"))))
    assert {"name", "segments", "audiences", "destinations"} <= known
    assert {name for name in known if not says(name)} == set()


def test_the_architecture_page_lists_the_layers_of_the_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = next(
        contract["layers"]
        for contract in contracts["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    block = re.search(r"^```layers\n(.*?)^```$", page("architecture.md"), re.MULTILINE | re.DOTALL)
    assert block[1].splitlines() == [re.sub(r"[()]", "", layer) for layer in layers]


def test_the_architecture_page_names_every_module():
    table = set(re.findall(r"^\| `(\w+)(?:/|\.py)` \|", page("architecture.md"), re.MULTILINE))
    package = ROOT / "src" / "dataout"
    modules = {p.stem for p in package.iterdir() if p.suffix == ".py" and p.stem != "__init__"}
    modules |= {p.name for p in package.iterdir() if (p / "__init__.py").is_file()}
    assert table == modules


def slug(heading):
    """Spell a heading as GitHub spells its anchor."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower().replace("`", ""))
    return kept.strip().replace(" ", "-")


def anchors(path):
    text = re.sub(
        r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if target.startswith(("https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert not broken


def test_every_page_can_be_reached_from_the_index():
    reached, waiting = set(), [DOCS / "README.md"]
    while waiting:
        here = waiting.pop()
        if here in reached or not here.is_file():
            continue
        reached.add(here)
        targets = re.findall(r"\]\(([^)\s#]+\.md)", here.read_text(encoding="utf-8"))
        waiting += [(here.parent / target).resolve() for target in targets]
    assert {str(p.relative_to(ROOT)) for p in DOCS.rglob("*.md") if p not in reached} == set()
