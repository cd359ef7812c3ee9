"""Data as it comes: what cannot be taken in is counted, kept, shown masked, and replayed."""

import json
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

HEAD = "profile_id,event,event_time,event_id\n"


def parquet(shop, **columns):
    path = shop.folder.parent / "some.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def test_a_parquet_without_the_columns_of_an_event(shop):
    path = parquet(shop, user=["ann"], event=["purchase"], event_time=["2026-03-01T12:00:00Z"])
    answer = shop("load", path, "--as", "events")
    assert answer.code == 2
    assert "some.parquet has no column 'profile_id'." in answer.paragraph
    assert "Say in a mapping file (--mapping) which column holds it" in answer.paragraph
    assert shop.json("status")["profiles"] == 5


def test_a_parquet_without_the_mapped_column(shop):
    path = parquet(shop, user=["ann"], event=["purchase"], event_time=["2026-03-01T12:00:00Z"])
    mapping = shop.write("users.mapping.yaml", "profile_id: usr\n")
    answer = shop("load", path, "--as", "events", "--mapping", mapping)
    assert answer.code == 2
    assert answer.paragraph == (
        "some.parquet has no column 'usr', which the mapping names. Did you mean 'user'?"
    )
    mapping.write_text("profile_id: user\n", encoding="utf-8")
    assert shop("load", path, "--as", "events", "--mapping", mapping).code == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("profile_idd: user\n", ":1:1: profile_idd: unknown key 'profile_idd'."),
        ("unit: hours\n", ":1:7: unit: expected"),
        ("profile_id: [\n", "not valid YAML"),
    ],
)
def test_a_mapping_with_a_mistake(shop, content, message):
    mapping = shop.write("users.mapping.yaml", content)
    answer = shop.load("events", "e.csv", HEAD, "--mapping", mapping)
    assert answer.code == 2
    assert message in answer.err
    assert "Traceback" not in answer.err


def test_a_mapping_that_is_not_there(shop):
    answer = shop.load("events", "e.csv", HEAD, "--mapping", "nowhere.mapping.yaml")
    assert answer.code == 2
    assert "The mapping file nowhere.mapping.yaml cannot be read" in answer.paragraph


def test_bad_bytes_in_a_csv(shop, since):
    row = f"eve,purchase,{since(hours=1)},"
    text = f"{HEAD}{row}b-1\n".encode() + f"caf\xe9,purchase,{since(hours=1)},b-2\n".encode(
        "latin1"
    )
    answer = shop.load("events", "bytes.csv", text)
    assert answer.code == 1
    assert (answer.json["loaded"], answer.json["rejected"]) == (1, 1)
    assert answer.json["reasons"] == {"record: not UTF-8": 1}
    listed = shop("rejects", "list")
    assert listed.out.startswith("my-shop · dev: rejects")
    assert "bytes.csv:3" in listed.out


def test_thirteen_digits_are_rejected_and_with_a_unit_replayed(shop):
    hour_ago = (int(time.time()) - 3_600) * 1_000
    text = f"{HEAD}eve,purchase,{hour_ago},m-1\nfay,purchase,{hour_ago},m-2\n"
    answer = shop.load("events", "ms.csv", text)
    assert answer.code == 1
    assert answer.json["reasons"] == {"event_time: 13-digit number, milliseconds suspected": 2}
    [group] = shop.json("rejects", "list")["rejects"]
    assert (group["count"], group["field"]) == (2, "event_time")
    assert str(hour_ago) in group["examples"][0]["shape"]

    again = shop("--json", "rejects", "replay")  # nothing was mended
    assert (again.code, again.json["rejected"]) == (1, 2)
    assert shop.json("status")["rejects"] == 2

    mapping = shop.write("ms.mapping.yaml", "unit: ms\n")
    mended = shop("--json", "rejects", "replay", "--mapping", mapping)
    assert (mended.code, mended.json["loaded"], mended.json["rejected"]) == (0, 2, 0)
    assert shop("rejects", "list").out == "my-shop · dev: no rejects\n"
    bought = shop.json("segments", "purchased_7d", "--ids")["segments"]["purchased_7d"]
    assert bought["ids"] == ["bob", "eve", "fay"]


def test_the_same_event_id_again_is_counted_and_the_first_stays(shop, since):
    rows = [
        {"profile_id": name, "event": "purchase", "event_time": since(hours=1), "event_id": "d-1"}
        for name in ("eve", "fay", "gus")
    ]
    answer = shop.load("events", "twice.jsonl", "\n".join(map(json.dumps, rows)))
    assert (answer.code, answer.json["loaded"], answer.json["duplicates"]) == (0, 1, 2)
    bought = shop.json("segments", "purchased_7d", "--ids")["segments"]["purchased_7d"]
    assert bought["ids"] == ["bob", "eve"]


def test_an_event_that_a_strict_catalog_does_not_list_waits_among_the_rejects(shop, since):
    shop.edit("catalog.yaml", "mode: open", "mode: strict")
    answer = shop.load("events", "new.csv", f"{HEAD}eve,purchse,{since(hours=1)},s-1\n")
    assert answer.code == 1
    assert answer.json["reasons"] == {"event: not in the catalog": 1}
    shop.edit("catalog.yaml", "    purchase:", "    purchse:\n    purchase:")
    mended = shop("--json", "rejects", "replay")
    assert (mended.code, mended.json["loaded"]) == (0, 1)


WITHOUT_HEADER = {
    "addresses": "ann@shop.example\nbob@shop.example\n",
    "names": "Ann Smith,Berlin\nBob Miller,Rome\n",
    "names in small letters": "ann smith,berlin,event\n",
    "the same twice": "ann smith,ann smith,2026-03-01,4.50\n",
    "a phone": "ann,+1 202 555 0123\n",
    "a word of ours": "ann smith,member\n",
    "a near miss": "profile ann,berlin\n",
    "our words and an address": "ann@shop.example,profile_id_\n",
}


@pytest.mark.parametrize("content", WITHOUT_HEADER.values(), ids=WITHOUT_HEADER)
@pytest.mark.parametrize("kind", ["profiles", "events", "list:vip"])
@pytest.mark.parametrize("mapping", ["", "profile_id: ann_smyth\n"])
def test_a_csv_without_a_header_gives_nobody_away(shop, content, kind, mapping):
    """Its first line is somebody's record, and is told by position alone."""
    more = ("--mapping", shop.write("m.mapping.yaml", mapping)) if mapping else ()
    answer = shop.load(kind, "bare.csv", content, *more)
    assert answer.code == 2
    told = answer.paragraph.replace("ann_smyth", "").lower()
    assert [
        cell for cell in ("ann", "smith", "berlin", "202", "shop.example") if cell in told
    ] == []


def test_a_csv_without_a_header_is_recognized(shop):
    answer = shop.load("list:vip", "bare.csv", "ann@shop.example,2026-03-01\n")
    assert answer.paragraph == (
        "bare.csv has no column 'profile_id'. Its first line has 2 cells. It looks like "
        "a record: put a line before it that names the columns, and load it again."
    )


EMPTY = {
    "empty.csv": "has no header line.",
    "empty.parquet": "cannot be read: it is damaged, cut off, or not what its name says",
}


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_file_that_should_say_what_its_columns_are(shop, name):
    answer = shop.load("events", name, "")
    assert answer.code == 2
    assert EMPTY[name] in answer.paragraph


@pytest.mark.parametrize(
    ("name", "content"), [("e.jsonl", ""), ("e.jsonl", "\n\n"), ("e.csv", HEAD)]
)
def test_a_file_without_records_is_no_mistake(shop, name, content):
    answer = shop.load("events", name, content)
    assert answer.code == 0
    assert (answer.json["loaded"], answer.json["rejected"]) == (0, 0)


WRONG = {
    "no such file": ("missing.csv", "events", "There is no file"),
    "no match": ("*.missing", "events", "No file matches"),
    "a folder": (".", "events", "is a folder."),
    "an unknown suffix": ("notes.txt", "events", "does not read files called *.txt."),
    "not a parquet": ("junk.parquet", "events", "Nothing of it was loaded."),
    "not gzip": ("junk.csv.gz", "events", "Nothing of it was loaded."),
    "a list of objects": ("list.jsonl", "events", "jsonl has one object per line."),
    "an unknown kind": ("fine.csv", "evnts", "Did you mean 'events'?"),
    "an unknown list": ("fine.csv", "list:vipp", "Did you mean 'vip'?"),
    "a list without a name": ("fine.csv", "list:", "'list:' is nothing to load."),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_load_that_cannot_be(shop, mistake):
    name, kind, message = WRONG[mistake]
    contents = {"list.jsonl": "[{}]", "fine.csv": HEAD}
    for each in ("notes.txt", "junk.parquet", "junk.csv.gz", "list.jsonl", "fine.csv"):
        shop.write(each, contents.get(each, "just text"))
    answer = shop("load", shop.folder.parent / name, "--as", kind)
    assert answer.code == 2
    assert message in answer.paragraph
    assert shop.json("status")["profiles"] == 5


def test_a_file_that_breaks_off_leaves_nothing_behind(shop, since):
    """All of a file or nothing: its good beginning is not half-loaded."""
    import gzip

    rows = "".join(f"u{n},purchase,{since(hours=1)},z-{n}\n" for n in range(5_000))
    whole = gzip.compress((HEAD + rows).encode())
    path = shop.write("cut.csv.gz", whole[: len(whole) // 2])
    assert shop("load", path, "--as", "events").code == 2
    assert shop.json("status")["profiles"] == 5
    path.write_bytes(whole)
    assert shop.json("load", path, "--as", "events")["loaded"] == 5_000


def test_rejects_show_the_shape_of_a_record_and_nobody(shop, personal):
    row = {"profile_id": "ann", "event": "purchase", "event_time": "soon", "to": personal[0]}
    shop.load("events", "who.jsonl", json.dumps({**row, "phone": f"+1 {personal[5]}"}))
    for answer in (shop("rejects", "list"), shop("--json", "rejects", "list")):
        assert answer.code == 0
        assert "xxx.xxxxxx@xxxxxxx.xxx" in answer.out
        assert [each for each in personal if each in answer.out] == []
