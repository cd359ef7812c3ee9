"""Plants each known bug in a copy of the source and sees whether the tests notice.

    python tests/mutants/run.py [WORD…]      (only the mutants whose name holds one of the words)

The working tree is never touched: the copy lies in a temporary folder and goes first on the path.
Leaves with 0 when every mutant was caught, with 1 when one survived, no longer applies, or the
tests it names do not even pass on the source as it is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from mutants import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 900


def passes(src: Path, tests: tuple[str, ...], root: Path = ROOT) -> bool:
    """Run the tests against the source in ``src``; running out of time counts as failing.

    Raises ``RuntimeError`` when pytest could not run them at all: a typing error in a selection
    must not pass for a caught mutant.
    """
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    path = os.pathsep.join([str(src), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    environment = os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ran = subprocess.run(
            command,
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    if ran.returncode in (4, 5):
        message = f"pytest ran nothing for {' '.join(tests)}:\n{ran.stdout}{ran.stderr}"
        raise RuntimeError(message)
    return ran.returncode == 0


def problem_with(mutant: Mutant, src: Path) -> str:
    """Say why a mutant cannot be planted in ``src``; nothing when it can."""
    file = src / mutant.file
    if not file.is_file():
        return f"{mutant.file} is gone"
    times = file.read_text(encoding="utf-8").count(mutant.find)
    if times != 1:
        return f"its text stands {times} times in {mutant.file}"
    return "it changes nothing" if mutant.find == mutant.replace else ""


def plant(mutant: Mutant, src: Path, copy: Path) -> None:
    """Copy the source and break the copy."""
    shutil.copytree(src, copy, ignore=shutil.ignore_patterns("__pycache__"))
    file = copy / mutant.file
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(mutant.find, mutant.replace), encoding="utf-8")


def verdict(mutant: Mutant, root: Path, sound: Callable[[tuple[str, ...]], bool]) -> str:
    """Plant one mutant and say ``caught``, ``SURVIVED`` or why that cannot be said."""
    if problem := problem_with(mutant, root / "src"):
        return f"DOES NOT APPLY: {problem}"
    if not sound(mutant.tests):
        return "ITS TESTS FAIL WITHOUT IT"
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "src"
        plant(mutant, root / "src", copy)
        return "SURVIVED" if passes(copy, mutant.tests, root) else "caught"


def judge(mutants: tuple[Mutant, ...], root: Path = ROOT) -> dict[str, str]:
    """Give every mutant's verdict by name; each selection runs once on the unbroken source."""
    sound = cache(lambda tests: passes(root / "src", tests, root))
    verdicts: dict[str, str] = {}
    for mutant in mutants:
        verdicts[mutant.name] = verdict(mutant, root, sound)
        print(f"{verdicts[mutant.name]:8}  {mutant.name}", flush=True)  # noqa: T201
    return verdicts


def main(words: list[str]) -> int:
    """Judge the mutants that a word names, or all of them."""
    chosen = tuple(m for m in MUTANTS if not words or any(word in m.name for word in words))
    verdicts = judge(chosen)
    caught = sum(answer == "caught" for answer in verdicts.values())
    print(f"{caught} of {len(verdicts)} caught")  # noqa: T201
    return 0 if caught == len(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
