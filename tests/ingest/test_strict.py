"""What a strict catalog does not list is rejected; a source's zone reads its local times."""

from __future__ import annotations

import json

from dataout import Project
from dataout.app.commands.init import init
from dataout.cli.app import run


def test_events_that_a_strict_catalog_does_not_list_are_rejected(tmp_path):
    init(tmp_path / "shop", "cart-recovery")
    catalog = tmp_path / "shop" / "catalog.yaml"
    catalog.write_text(catalog.read_text().replace("mode: open", "mode: strict"))
    rows = [
        {"profile_id": "ann", "event": name, "event_time": "2026-03-01T12:00:00Z"}
        for name in ("purchase", "purchse")
    ]
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    loaded = Project.load(tmp_path / "shop").load([file], "events")
    assert (loaded.loaded, loaded.rejected) == (1, 1)
    assert loaded.reasons == {"event: not in the catalog": 1}


def test_a_source_reads_its_local_times(tmp_path):
    init(tmp_path / "shop", "cart-recovery")
    (tmp_path / "shop" / "sources.yaml").write_text("sources: {pos: {zone: America/New_York}}\n")
    mapping = tmp_path / "pos.mapping.yaml"
    mapping.write_text("source: pos\n")
    file = tmp_path / "events.csv"
    file.write_text("profile_id,event,event_time\nann,purchase,2026-03-01 12:00:00\n")
    project = Project.load(tmp_path / "shop")
    project.load([file], "events", mapping)
    (stream,) = project.status().streams
    assert stream.newest_event_time == 1_772_384_400_000  # 17:00 UTC


def test_rejects_of_a_mended_file_can_be_dropped(tmp_path):
    folder = tmp_path / "shop"
    init(folder, "cart-recovery")
    file = tmp_path / "events.csv"
    project = Project.load(folder)
    file.write_text("profile_id,event,event_time\nann,purchase,soon\n")
    assert project.load([file], "events").rejected == 1
    assert run(["--project", str(folder), "rejects", "drop", "events.csv"]) == 0
    assert project.status().rejects == 0
    assert run(["--project", str(folder), "rejects", "drop", "events.csv"]) == 2


def test_nothing_of_the_surroundings_shows(monkeypatch, tmp_path):
    monkeypatch.setenv("META_TOKEN", "s3cr3t")
    assert "s3cr3t" not in repr(Project.load(tmp_path))
