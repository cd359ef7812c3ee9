"""The mutant runner is judged itself; and no mutant in the list may have gone stale."""

import hashlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import run

from mutants import MUTANTS, Mutant

sys.path.pop(0)


@pytest.fixture
def project(tmp_path):
    """A package with one function, and one test that looks at one side of it only."""
    package = tmp_path / "src" / "planted"
    package.mkdir(parents=True)
    package.joinpath("__init__.py").write_text(
        "def larger(a, b):\n    return a if a > b else b\n", encoding="utf-8"
    )
    tmp_path.joinpath("test_planted.py").write_text(
        "import planted\n\ndef test_it():\n    assert planted.larger(1, 2) == 2\n", encoding="utf-8"
    )
    tmp_path.joinpath("test_red.py").write_text(
        "def test_it():\n    assert False\n", encoding="utf-8"
    )
    return tmp_path


def mutant(find="a > b", replace="a < b", tests=("test_planted.py",), file="planted/__init__.py"):
    return Mutant("planted", file, find, replace, tests)


def fingerprint(project):
    files = sorted(path for path in project.rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def judged(one, project):
    before = fingerprint(project)
    answer = run.judge((one,), project)["planted"]
    assert fingerprint(project) == before, "the working tree was touched"
    return answer


def test_a_mutant_that_the_tests_notice_is_caught(project):
    assert judged(mutant(), project) == "caught"


def test_a_mutant_that_they_do_not_notice_survives(project):
    assert judged(mutant(replace="a >= b"), project) == "SURVIVED"


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (mutant(find="a => b"), "stands 0 times"),
        (mutant(find="a"), "times in"),
        (mutant(replace="a > b"), "changes nothing"),
        (mutant(file="planted/gone.py"), "is gone"),
    ],
)
def test_a_mutant_that_cannot_be_planted_says_why(project, one, why):
    answer = judged(one, project)
    assert answer.startswith("DOES NOT APPLY")
    assert why in answer


def test_tests_that_fail_anyway_catch_nothing(project):
    assert judged(mutant(tests=("test_red.py",)), project) == "ITS TESTS FAIL WITHOUT IT"


def test_a_selection_that_selects_nothing_is_no_answer(project):
    with pytest.raises(RuntimeError, match="ran nothing"):
        judged(mutant(tests=("test_planted.py", "-k", "nothing")), project)


def test_names_are_unique():
    assert len({one.name for one in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("one", MUTANTS, ids=lambda one: one.name)
def test_every_mutant_still_applies(one):
    assert run.problem_with(one, run.ROOT / "src") == ""
    for argument in one.tests:
        if argument.startswith("tests/"):
            assert (run.ROOT / argument.split("::")[0]).exists()
