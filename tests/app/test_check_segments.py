"""What ``check`` says about segments and audiences, and where it says so."""

import pytest

from dataout.app.commands.check import check
from dataout.app.wiring import destination_types

HEAD = """\
name: shop
destinations: {meta: {type: meta, account: act_1, token: "${TOKEN}"}}
segments:
  bought: {who: {event: purchase, within: 30d}}
  hot: {who: {all: [{segment: bought}, {event: cart_started, within: 2h}]}}
  not_recent: {who: {not: {segment: bought}}}
  everyone: {who: {everyone: true}}
audiences:
"""


@pytest.fixture
def findings(tmp_path):
    def read(text, head=HEAD):
        (tmp_path / "dataout.yaml").write_text(f"{head}{text}", encoding="utf-8")
        found = check(tmp_path).findings
        assert not [each for each in found if each.level == "error"], found
        return found

    return read


def audience(segment, *more):
    body = ["sync: [{to: meta}]", *more]
    if "kind: exclusion" not in body:
        body += ["suppress: none", "because: a test"]
    return f"  one: {{segment: {segment}, {', '.join(body)}}}\n"


@pytest.mark.parametrize("segment", ["not_recent", "everyone"])
def test_an_audience_of_exclusions_only(findings, segment):
    (found,) = findings(audience(segment))
    assert (found.code, found.line) == ("only-exclusions", 9)
    assert "audience one" in found.message
    assert segment in found.message


def test_an_exclusion_may_be_exclusions_only(findings):
    assert findings(audience("not_recent", "kind: exclusion")) == ()


def test_an_audience_that_chooses_people(findings):
    assert findings(audience("bought")) == ()


def test_a_window_that_ends_before_the_platform_is_ready(findings):
    (found,) = findings(audience("hot"))
    assert found.code == "window-shorter-than-processing"
    assert "a window of 2h" in found.message
    assert "meta takes up to 24h" in found.message


def test_the_window_of_a_tier_counts_too(findings):
    tiers = "tiers: {now: {who: {event: visit, within: 1h}}, rest: {who: {everyone: true}}}"
    (found,) = findings(audience("bought", tiers))
    assert found.code == "window-shorter-than-processing"
    assert "a window of 1h" in found.message


def test_a_destination_says_how_long_it_takes():
    assert destination_types()["meta"].capabilities.processing_hours == 24


def test_a_finding_stands_where_the_condition_does(findings):
    text = """\
name: shop
segments:
  it:
    who:
      all:
        - event: purchase
          within: 1d
        - not:
            event: purchase
            within: 7d
"""
    (found,) = findings(text, head="")
    assert (found.code, found.file, found.line) == ("impossible-condition", "dataout.yaml", 9)
    assert "'purchase within 1d' and 'not purchase within 1w' cannot both hold" in found.message


def test_a_finding_in_a_tier_names_it(findings):
    tiers = "tiers: {now: {who: {all: [{list: a}, {not: {list: a}}]}}}"
    found = findings(audience("bought", tiers) + "lists: {a: {}}\n")
    assert [each.code for each in found] == ["impossible-condition"]
    assert found[0].message.startswith("segment one.now: ")
    assert (found[0].file, found[0].line) == ("dataout.yaml", 9)


def test_a_trait_is_judged_where_it_stands(findings):
    text = """\
name: shop
catalog: {events: {purchase: {properties: {total: {type: number}}}}}
traits:
  spent: {sum: purchase.totl, within: 90d}
"""
    (found,) = findings(text, head="")
    assert (found.code, found.line) == ("unknown-property", 4)
    assert found.message.startswith("trait spent: ")
    assert found.hint == "Did you mean 'total'?"
