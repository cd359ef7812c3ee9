"""What is in the repository besides code: pins, addresses, paths, licence, changelog."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 1_000_000
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUN = [Requirement(text) for text in PROJECT["dependencies"]]
DEV = [Requirement(text) for text in PROJECT["optional-dependencies"]["dev"]]

HOSTS = re.compile(r"pypi[.]org|python[h]osted|registry[.]npmjs|files[.]python|opt/py[p]i")
"""Where packages come from is the machine's affair, so no file names it."""

PLACES = re.compile(r"(?<![\w.])/(?:work|farm|root|home|Users|opt)/[\w.]")
"""Paths of some machine."""


@cache
def tracked():
    """List the files of the repository, or of a copy of it that has no history."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and (ROOT / ".git").exists():
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not _ignored(path.relative_to(ROOT))]
    return [path for path in paths if path.is_file()]


def _ignored(path):
    hidden = [part for part in path.parts[:-1] if part.startswith(".")]
    return "__pycache__" in path.parts or any(part not in (".ci", ".github") for part in hidden)


def _pins(name):
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^ \\]+)", text, re.MULTILINE)
    return {canonicalize_name(package): Version(version) for package, version in found}


@pytest.mark.parametrize("pattern", [HOSTS, PLACES], ids=["registry hosts", "machine paths"])
def test_no_file_names_it(pattern):
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in tracked()
        for number, line in enumerate(_text(path).splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not found


def _text(path):
    return path.read_text(encoding="utf-8", errors="replace")


def test_no_file_is_large():
    large = [str(path) for path in tracked() if path.stat().st_size > LONGEST_FILE]
    assert not large


@pytest.mark.parametrize(
    ("name", "wanted"), [("run.txt", RUN), ("dev.txt", RUN + DEV)], ids=["run", "dev"]
)
def test_what_is_declared_is_pinned(name, wanted):
    pins = _pins(name)
    wrong = [
        str(requirement)
        for requirement in wanted
        if (pin := pins.get(canonicalize_name(requirement.name))) is None
        or pin not in requirement.specifier
    ]
    assert not wrong, "run: make requirements"


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "build.txt"])
def test_every_pin_has_hashes(name):
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    pinned = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert pinned
    assert [block for block in pinned if "--hash=sha256:" not in block] == []


def test_one_environment_can_hold_all_pins():
    dev = _pins("dev.txt")
    for name in ("run.txt", "build.txt"):
        assert {k: v for k, v in _pins(name).items() if dev.get(k, v) != v} == {}


PARTS = {"pydantic-core": "pydantic"}
"""Distributions that another one pins exactly and documents as a part of itself."""


def test_what_is_imported_is_declared():
    declared = {canonicalize_name(requirement.name) for requirement in RUN}
    declared |= {part for part, whole in PARTS.items() if whole in declared}
    owners = packages_distributions()
    undeclared = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in (ROOT / "src").rglob("*.py")
        for module in _imported(path) - sys.stdlib_module_names - {"dataout"}
        if not declared & {canonicalize_name(name) for name in owners.get(module, [])}
    }
    assert not undeclared


def _imported(path):
    names = set()
    for node in ast.walk(ast.parse(_text(path))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_the_licence_is_the_one_that_is_declared():
    text = _text(ROOT / "LICENSE")
    assert PROJECT["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert "Copyright [yyyy] [name of copyright owner]" in text


def test_the_changelog_is_open():
    assert re.search(r"^## \[Unreleased\]$", _text(ROOT / "CHANGELOG.md"), re.MULTILINE)
