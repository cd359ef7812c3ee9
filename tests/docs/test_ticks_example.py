"""The Python of docs/ticks.md runs, and what it asserts holds."""

import re
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "docs" / "ticks.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_the_example_runs():
    (example,) = BLOCKS
    exec(compile(example, "docs/ticks.md", "exec"), {})  # noqa: S102 - it is our own page
