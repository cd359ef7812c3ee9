"""A project with mistakes: each is named with its place and a way out, and nothing is touched."""

import pytest

SEGMENTS = "segments.yaml"
BOUGHT = "{event: purchase, within: 7d}"

MISTAKES = {
    "broken YAML": (
        (SEGMENTS, "who:", "who: ["),
        "segments.yaml:7:9: (yaml): not valid YAML",
        "Check the indentation",
    ),
    "an unknown key": (
        (SEGMENTS, "within: 24h", "withn: 24h"),
        "segments.yaml:8:11: segments.cart_abandoners.who.all[0].withn: unknown key 'withn'.",
        "Did you mean 'within'?",
    ),
    "a wrong type": (
        ("dataout.yaml", "timezone: Europe/Berlin", "timezone: 5"),
        "dataout.yaml:2:11: timezone: expected an IANA time zone, found the number 5.",
        "For instance Europe/Berlin",
    ),
    "a wrong type in a condition": (
        (SEGMENTS, "within: 24h", "within: [24h]"),
        "segments.yaml:8:19: segments.cart_abandoners.who.all[0].within: expected a duration,",
        "for instance 90m, 24h or 7d.",
    ),
    "an unknown segment": (
        ("audiences.yaml", "[purchased_7d, refunded_30d,", "[purchased_7d, refunded_30,"),
        "audiences.yaml:9:30: audiences.cart_recovery.suppress[1]: there is no segment",
        "Did you mean 'refunded_30d'?",
    ),
    "an unknown destination": (
        ("audiences.yaml", "to: meta", "to: mta"),
        "audiences.yaml:11:13: audiences.cart_recovery.sync[0].to: there is no destination 'mta'.",
        "Did you mean 'meta'?",
    ),
    "a segment of itself": (
        (SEGMENTS, BOUGHT, "{not: {segment: purchased_7d}}"),
        "segments in a circle: purchased_7d → purchased_7d.",
        "",
    ),
    "a circle of segments": (
        (
            SEGMENTS,
            f"who: {BOUGHT}",
            "who: {segment: loop}\n  loop: {who: {segment: purchased_7d}}",
        ),
        "segments in a circle: purchased_7d → loop → purchased_7d.",
        "",
    ),
    "a name that stands twice": (
        (SEGMENTS, "  refunded_30d:", "  purchased_7d:"),
        "segments.yaml:19:3: purchased_7d: the key 'purchased_7d' stands twice;",
        "first in line 14.",
    ),
    "nothing suppressed": (
        ("audiences.yaml", "suppress: [purchased_7d, refunded_30d, vip_customers]", ""),
        "audiences.yaml:2:3: audiences.cart_recovery: names no suppression",
        "or say suppress: none with a because:.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_has_its_place_and_a_way_out(shop, mistake):
    (file, old, new), message, way_out = MISTAKES[mistake]
    shop.edit(file, old, new)
    answer = shop("run")
    assert answer.code == 2
    assert answer.out == ""
    assert "Traceback" not in answer.err
    told = next((line for line in answer.err.splitlines() if message in line), "")
    assert told, answer.err
    assert way_out in told
    assert answer.err.splitlines()[-1].endswith("in the project's files.")
    assert not shop.meta.log
    findings = shop("--json", "check")
    assert findings.code == 2
    assert {finding["level"] for finding in findings.json["findings"]} == {"error"}
    assert len(findings.json["findings"]) == len(answer.err.splitlines()) - 1


def test_nothing_is_lost_by_a_mistake(shop):
    """The state is untouched: mended, the project goes on where it stood."""
    assert shop("run", "recent_buyers@meta").code == 0
    shop.edit("segments.yaml", "within: 24h", "withn: 24h")
    assert shop("run").code == 2
    shop.edit("segments.yaml", "withn: 24h", "within: 24h")
    status = shop.json("status")
    assert status["profiles"] == 5
    assert {sync["sync"]: sync["held"] for sync in status["syncs"]}["recent_buyers@meta"] == 1


def test_all_mistakes_are_told_at_once(shop):
    shop.edit("segments.yaml", "within: 24h", "withn: 24h")
    shop.edit("dataout.yaml", "timezone: Europe/Berlin", "timezone: 5")
    shop.edit("audiences.yaml", "to: meta", "to: mta")
    answer = shop("status")
    assert answer.err.splitlines()[-1] == "3 mistakes in the project's files."


def test_an_event_that_a_strict_catalog_does_not_list(shop):
    shop.edit("catalog.yaml", "mode: open", "mode: strict")
    assert shop("check").code == 0
    shop.edit("segments.yaml", BOUGHT, "{event: purchse, within: 7d}")
    answer = shop("run")
    assert answer.code == 2
    assert answer.err.splitlines() == [
        "segments.yaml:17:18: segments.purchased_7d.who.event: there is no event 'purchse'. "
        "Did you mean 'purchase'?",
        "1 mistake in the project's files.",
    ]


def test_an_event_that_an_open_catalog_does_not_list(shop):
    shop.edit("segments.yaml", BOUGHT, "{event: purchse, within: 7d}")
    assert shop("check").code == 1
    assert shop("status").code == 0


def test_a_file_that_is_not_text(shop):
    (shop.folder / "more.yaml").write_bytes(b"segments:\n  caf\xe9: {who: {everyone: true}}\n")
    answer = shop("status")
    assert answer.code == 2
    assert answer.err.startswith("more.yaml:2:6: (file): not UTF-8. Save the file in UTF-8.")


def test_a_folder_without_a_project(call, tmp_path):
    answer = call("--project", tmp_path, "status")
    assert answer.code == 2
    assert f"there is no dataout.yaml in {tmp_path}. Start a project with: dataout init" in (
        answer.err
    )
    assert not (tmp_path / ".dataout").exists()
