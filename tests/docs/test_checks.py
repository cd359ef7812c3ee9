"""Every code of ``check`` is documented, and each documented example has what it shows."""

import re
from pathlib import Path

import pytest

from dataout.app.commands.check import CODES, check

PAGE = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]
EXAMPLES = [
    (re.findall(r"`([a-z-]+)`", section.splitlines()[0])[0], example)
    for section in SECTIONS
    for example in re.findall(r"^```yaml finding\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
]
SHOP = """\
name: shop
timezone: UTC
destinations: {meta: {type: meta, account: act_1, token: "${TOKEN}"}}
"""
CATALOG = """\
catalog:
  attributes: {birthday: {type: timestamp}}
  events: {cart_started: {}, purchase: {properties: {total: {type: number}, coupon: {type: text}}}}
"""
AUDIENCE = "audiences: {one: {segment: hot, suppress: none, because: a test, sync: [{to: meta}]}}\n"


def documented():
    return {code for each in SECTIONS for code in re.findall(r"`([a-z-]+)`", each.splitlines()[0])}


def test_every_code_is_documented_and_no_other():
    assert documented() | {"project"} == set(CODES)
    assert "`project`" in PAGE


def indented(text, by):
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


def project_of(example):
    """Make an example a project: what it leaves out is added."""
    if re.match(r"(segments|catalog):", example) is None:
        example = f"segments:\n  it:\n    who:\n{indented(example, 6)}"
    if "refunded" in example:
        example = example.replace(
            "segments: {", "segments: {refunded: {who: {event: refund, within: 7d}}, "
        )
    parts = [example, "" if "catalog:" in example else CATALOG]
    if "{hot:" in example:
        parts.append(AUDIENCE)
    return "\n".join(parts)


@pytest.mark.parametrize(("code", "example"), EXAMPLES, ids=[code for code, _ in EXAMPLES])
def test_each_example_is_found(tmp_path, code, example):
    (tmp_path / "dataout.yaml").write_text(SHOP, encoding="utf-8")
    (tmp_path / "all.yaml").write_text(project_of(example), encoding="utf-8")
    found = check(tmp_path).findings
    assert not [finding for finding in found if finding.level == "error"], found
    assert code in {finding.code for finding in found}


def test_the_examples_are_many():
    assert len(EXAMPLES) >= 10
