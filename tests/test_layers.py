"""The shape of the source: what import-linter cannot see, or says less plainly.

The import contracts themselves are run by ``make lint``.
"""

import ast
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src"
LONGEST_FILE = 400
LONGEST_FUNCTION = 40

DOORS = {
    "sqlglot": ("dataout.sql",),
    "numpy": ("dataout.ticks",),
    "duckdb": ("dataout.engines",),
    "httpx": ("dataout.http", "dataout.destinations", "dataout.testing"),
    "prometheus_client": ("dataout.app.serving.metrics",),
    "sqlalchemy": ("dataout.store",),
}
"""Third-party packages that only these modules may import, lazily or not."""

HEAVY = ("duckdb", "pyarrow", "numpy", "sqlglot", "pydantic", "phonenumbers", "httpx", "sqlalchemy")
"""What ``dataout --help`` must not load, or it is no longer quick."""

PYTHON_FILES = sorted(
    path
    for folder in ("src", "tests", "examples", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if ".dataout" not in path.parts
)
MODULES = {
    ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PYTHON_FILES
    if path.is_relative_to(SRC)
}


@cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports_of(module):
    """Name everything a module imports, at whatever depth, whether or not only for types."""
    path = MODULES[module]
    parts = module.split(".")
    package = parts if path.name == "__init__.py" else parts[:-1]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def id_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PYTHON_FILES, ids=id_of)
def test_a_file_fits_in_a_head(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{id_of(path)} has {lines} lines: is it one room or two?"


@pytest.mark.parametrize("path", PYTHON_FILES, ids=id_of)
def test_a_function_fits_on_a_screen(path):
    long = {
        f"{id_of(path)}:{node.lineno} {node.name}": code_lines(node)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and code_lines(node) > LONGEST_FUNCTION
    }
    assert not long


def code_lines(function):
    """Count a function's lines; what it says for its callers is not what makes it long."""
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is None:
        return lines
    docstring = function.body[0]
    return lines - (docstring.end_lineno - docstring.lineno + 1)


def test_no_module_needs_itself_not_even_lazily():
    graph = {
        module: {name for name in imports_of(module) if name in MODULES and name != module}
        for module in MODULES
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_one_door(library):
    strangers = [
        module
        for module in MODULES
        if any(name.split(".")[0] == library for name in imports_of(module))
        and not any(module == door or module.startswith(f"{door}.") for door in DOORS[library])
    ]
    assert not strangers, f"only {', '.join(DOORS[library])} may import {library}"


@pytest.mark.parametrize("module", ["dataout", "dataout.cli"])
def test_importing_it_loads_nothing_heavy(module):
    code = f"import sys, {module}; print(*(m for m in {HEAVY!r} if m in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == []


@pytest.mark.parametrize("path", PYTHON_FILES, ids=id_of)
def test_nothing_is_patched_and_no_test_sleeps(path):
    used = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    sleepless = path.is_relative_to(ROOT / "tests")
    assert "mock.patch" not in used
    assert not sleepless or "time.sleep" not in used


def test_there_is_something_to_check():
    assert len(MODULES) > len(DOORS)
