"""The examples' segments on the real data give the answers that were computed independently."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest

from dataout import Project

EXAMPLES = Path(__file__).parents[2] / "examples"

TOTAL = "a total, not people"
OTHER_WINDOW = "the other convention of windows: asked one millisecond earlier instead"


@dataclass(frozen=True, slots=True)
class Set:
    """A data set: its truth, the files to load with their kind and mapping, what is left out."""

    truth: str
    files: tuple[tuple[str, Literal["events", "objects", "relationships"], str], ...]
    left_out: Mapping[str, str]


SETS = {
    "online-retail": Set(
        "online_retail.json",
        (("online_retail.parquet", "events", "invoices"),),
        {
            "surviving_orders": TOTAL,
            "purchase_invoices": TOTAL,
            "units_cancelled_without_match": TOTAL,
            "net_value_surviving_orders_gbp_thousandths": TOTAL,
            "ledger_value_all_rows_thousandths": TOTAL,
        },
    ),
    "merchandise-store": Set(
        "ga360_day.json",
        (("ga360_hits_20170801.parquet", "events", "hits"),),
        {
            "cart_in_4h_no_buy_in_4h_alt": OTHER_WINDOW,
            "cart_in_24h_no_buy_in_24h_alt": OTHER_WINDOW,
            "net_cart_positive_never_bought": "nets carts per SKU: a hit's products are a list, and"
            " what cancels lines is matched by single properties",
            "orders_distinct": TOTAL,
            "purchase_hits": TOTAL,
            "revenue_micros_max_per_order": TOTAL,
            "revenue_micros_all_hits_summed": TOTAL,
        },
    ),
    "otto": Set(
        "otto_20.json",
        (("otto_20.parquet", "events", "actions"),),
        {
            "cart_in_4h_no_buy_in_4h_alt": OTHER_WINDOW,
            "cart_in_24h_no_buy_in_24h_alt": OTHER_WINDOW,
            "cart_in_168h_no_buy_in_168h_alt": OTHER_WINDOW,
            "cart_idle_24h_max24h": "nothing is at least 24 h old and less than 24 h: a mistake",
        },
    ),
    "complete-journey": Set(
        "complete_journey.json",
        (
            ("cj_transactions.parquet", "events", "baskets"),
            ("cj_coupon_redemptions.parquet", "events", "redemptions"),
            ("cj_campaign_descriptions.parquet", "objects", "campaigns"),
            ("cj_campaigns.parquet", "relationships", "targets"),
        ),
        {},
    ),
}

LATER = "2030-01-01T00:00:00Z"
"""For answers about a campaign: its dates stand in the conditions, but who was in it since when is
not in the data, and so holds from loading on."""


@dataclass(frozen=True, slots=True)
class Example:
    """A loaded data set, and what is true of it."""

    project: Project
    truth: dict[str, Any]
    set: Set

    def answers(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give each instant with its answers, by segment."""
        for instant, answers in self.truth["instants"].items():
            yield _utc(instant), dict(_single(answers))
        for told in self.truth.get("campaigns", {}).values():
            answers = {name: told[name] for name in told if isinstance(told[name], dict)}
            yield LATER, {**answers, "in_campaign_8": told["members"]}


@pytest.fixture(params=SETS)
def example(
    request: pytest.FixtureRequest, testdata: Path, tmp_path_factory: pytest.TempPathFactory
) -> Example:
    return _loaded(request.param, testdata, tmp_path_factory.getbasetemp() / "examples")


@cache
def _loaded(name: str, testdata: Path, folders: Path) -> Example:
    """Load a set once; reading it is what takes the time."""
    chosen = SETS[name]
    folder = folders / name
    shutil.copytree(EXAMPLES / name, folder)
    project = Project.load(folder)
    for data, kind, mapping in chosen.files:
        mapped = folder / f"{mapping}.mapping.yaml"
        loaded = project.load([testdata / "events" / data], kind, mapped)
        assert loaded.rejected == 0
    truth = json.loads((testdata / "truth" / chosen.truth).read_text())
    return Example(project, truth, chosen)


def test_every_answer_that_can_be_said_is_reproduced(example: Example) -> None:
    for instant, answers in example.answers():
        found = example.project.segments(at=instant, ids=True).segments
        unsaid = set(answers) - set(found) - set(example.set.left_out)
        assert not unsaid, f"neither said nor left out with a reason: {unsaid}"
        for segment, answer in answers.items():
            if segment in found:
                assert _answer(found[segment].ids, answer) == _expected(answer), segment


def test_what_is_left_out_is_not_said_after_all(example: Example) -> None:
    said = set(example.project.segments(at=LATER).segments)
    assert not said & set(example.set.left_out)
    known = {segment for _, answers in example.answers() for segment in answers}
    assert set(example.set.left_out) <= known
    assert said <= known


def test_windows_of_the_other_convention_are_ours_a_millisecond_earlier(example: Example) -> None:
    others = [name for name, reason in example.set.left_out.items() if reason is OTHER_WINDOW]
    for instant, answers in example.answers():
        earlier = (datetime.fromisoformat(instant) - timedelta(milliseconds=1)).isoformat()
        found = example.project.segments(at=earlier, ids=True).segments if others else {}
        for name in others:
            ours = found[name.removesuffix("_alt")].ids
            assert _answer(ours, answers[name]) == _expected(answers[name]), name


def test_the_examples_have_no_mistakes_and_pass_their_own_tests(example: Example) -> None:
    found = example.project.check().findings
    assert [each for each in found if each.level != "note"] == []
    assert example.project.test().failures == ()


def _single(answers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give a split by value as one answer per part."""
    for name, answer in answers.items():
        if isinstance(answer, int) or "count" in answer:
            yield name, answer
        else:
            for part, inner in answer.items():
                yield f"{name}_{part}", inner


def _utc(instant: str) -> str:
    return instant if instant.endswith("Z") else f"{instant.replace(' ', 'T')}Z"


def _answer(ids: tuple[str, ...] | None, answer: Any) -> Any:
    assert ids is not None
    if isinstance(answer, int):
        return len(ids)
    digest = hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()
    return {"count": len(ids), "members_sha256": digest}


def _expected(answer: Any) -> Any:
    if isinstance(answer, int):
        return answer
    return {"count": answer["count"], "members_sha256": answer["members_sha256"]}
