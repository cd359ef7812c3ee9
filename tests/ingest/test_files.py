"""csv, parquet and jsonl files: good ones, damaged ones, and the odd ones in between."""

import gzip
import math
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataout.errors import InputError, UsageError
from dataout.ingest import csvs, files
from dataout.ingest.load import load, load_rows

HEADER = "profile_id,event,event_time,total,code\n"
ROW = "ann,purchase,2026-01-01,12.50,007\n"
READ = '{"code":"007","total":12.5}'


@pytest.fixture
def load_file(engine, write, options):
    def load_file(name, content, kind="events"):
        return load(engine, [write(name, content)], kind, options)

    return load_file


def test_cells_that_plainly_spell_a_number_are_numbers(load_file, engine):
    cells = ["0", "-1.5", "-1234567890123456", "007", "+1", "1e3", "1.", ".5", "12345678901234567"]
    names = [f"c{at}" for at in range(len(cells))]
    head = "profile_id,event,event_time," + ",".join(names)
    load_file("e.csv", f"{head}\n12.0,x,0,{','.join(cells)}\n")
    assert engine.events()[0][0] == "12"
    assert engine.events()[0][7] == (
        '{"c0":0,"c1":-1.5,"c2":-1234567890123456,"c3":"007","c4":"+1","c5":"1e3","c6":"1.",'
        '"c7":".5","c8":"12345678901234567"}'
    )


@pytest.mark.parametrize(
    "content",
    [
        HEADER + ROW,
        "\ufeff" + HEADER + ROW,
        (HEADER + ROW).replace("\n", "\r\n"),
        (HEADER + ROW).replace(",", ";"),
        (HEADER + ROW).replace(",", "\t"),
        (HEADER + ROW).replace(",", "|"),
        HEADER + "\n" + ROW + "\n,,,,\n\n",
        (HEADER + ROW).rstrip(),
        '"profile_id","event","event_time","total","code"\n' + ROW.replace("ann", '"ann"'),
    ],
    ids=["plain", "bom", "crlf", "semicolon", "tab", "bar", "blank", "open", "quoted"],
)
def test_dialects_of_csv(load_file, engine, content):
    assert load_file("e.csv", content).loaded == 1
    assert [(row[0], row[7]) for row in engine.events()] == [("ann", READ)]


def test_tabs_and_gzip_by_the_name(load_file, engine):
    tabbed = (HEADER + ROW).replace(",", "\t").replace("12.50", "1,5;6")
    assert load_file("e.tsv", tabbed).loaded == 1
    assert load_file("e.csv.gz", gzip.compress((HEADER + ROW).encode())).loaded == 1
    lines = b'{"profile_id": "ann", "event": "x", "event_time": 0}\n'
    assert load_file("e.jsonl.gz", gzip.compress(lines)).loaded == 1
    assert engine.events()[0][7] == '{"code":"007","total":"1,5;6"}'


def test_broken_rows_are_kept_with_their_lines(load_file, engine):
    content = (
        HEADER
        + ROW
        + 'ann,purchase,2026-01-01,"two\nlines",007\n'
        + "too,few\n"
        + ROW
        + "ann,purchase,2026-01-01,1,2,3\n"
        + "ann,purchase,soon,1,2\n"
    ).encode() + "Zoë,purchase,2026-01-01,1,2\n".encode("latin-1")
    loaded = load_file("e.csv", content)
    assert (loaded.loaded, loaded.rejected) == (3, 4)
    assert engine.rejects() == [
        ("e.csv", 5, "record: 2 cells instead of 5", "too,few"),
        ("e.csv", 7, "record: 6 cells instead of 5", "ann,purchase,2026-01-01,1,2,3"),
        (
            "e.csv",
            8,
            "event_time: not a time",
            '{"code":2,"event":"purchase","event_time":"soon","profile_id":"ann","total":1}',
        ),
        ("e.csv", 9, "record: not UTF-8", "Zo\\xeb,purchase,2026-01-01,1,2"),
    ]


def test_uneven_rows_of_bytes_that_are_no_text(load_file, engine):
    loaded = load_file("e.csv", (HEADER + ROW).encode() + b"Zo\xeb,1\n" + ROW.encode())
    assert (loaded.loaded, loaded.rejected) == (2, 1)
    assert engine.rejects()[0][3] == "Zo\\xeb,1"


def test_only_broken_rows(load_file):
    loaded = load_file("e.csv", HEADER + "a\nb,c\n")
    assert (loaded.loaded, loaded.rejected) == (0, 2)


def test_a_quote_that_is_never_closed_costs_what_follows_it(load_file, engine):
    loaded = load_file("e.csv", HEADER + ROW + 'bob,purchase,2026-01-01,1,"open\n' + ROW + ROW)
    assert (loaded.loaded, loaded.reasons) == (
        1,
        {"record: a quote is opened and never closed": 1},
    )
    [(_, line, _, record)] = engine.rejects()
    assert line == 3
    assert record.count("ann") == 2


def test_lines_are_counted_across_blocks(load_file, engine, monkeypatch):
    monkeypatch.setattr(csvs, "BLOCK", 200)
    rows = [ROW] * 50
    rows[20] = "uneven\n"
    rows[40] = ROW.replace("007", '"a\nb"')
    rows[45] = ROW.replace("2026", "2026-")
    loaded = load_file("e.csv", HEADER + "".join(rows))
    assert (loaded.loaded, loaded.rejected) == (48, 2)
    assert [row[1] for row in engine.rejects()] == [22, 48]


def test_a_row_longer_than_a_block(load_file, engine, monkeypatch):
    monkeypatch.setattr(csvs, "BLOCK", 200)
    with pytest.raises(InputError, match="line 2 or later: a row is longer"):
        load_file("e.csv", HEADER + ROW.replace("ann", "a" * 500))
    assert engine.events() == []


def test_blocks_of_jsonl_cut_lines_anywhere(load_file, engine, monkeypatch):
    monkeypatch.setattr(files, "BLOCK", 7)
    text = "".join(
        f'{{"profile_id": "{name}é", "event": "x", "event_time": 0}}\n' for name in "abcdef"
    )
    assert load_file("e.jsonl", text + "{broken\n").loaded == 6
    assert [row[0] for row in engine.events()] == [f"{name}é" for name in "abcdef"]
    assert engine.rejects()[0][1] == 7


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("e.csv", "", "has no header line"),
        ("e.csv", "\n\n", "has no header line"),
        ("e.csv", "Zoë\n".encode("latin-1"), "not readable UTF-8"),
        ("e.csv", "a,b\n".encode("utf-16"), "is UTF-16"),
        ("e.csv", "a,b,a\n", "its columns 1 and 3 have the same name"),
        ("e.csv", "profile,event,event_time\n", "no column 'profile_id'. Did you mean 'profile'?"),
        ("e.csv", "profile,what,when\n", "no column 'profile_id'. Did you mean its column 1?"),
        ("e.csv", "who,what,when\n", "no column 'profile_id'. Its first line has 3 cells."),
        ("e.csv.gz", b"not gzip", "cannot be read"),
        ("e.csv.gz", gzip.compress((HEADER + ROW * 9).encode(), mtime=0)[:-20], "cannot be read"),
        ("e.jsonl", '[{"a": 1}]', "is one JSON list"),
        ("e.jsonl", "{}".encode("utf-16"), "is UTF-16"),
        ("e.jsonl.gz", gzip.compress(b"{}" * 500, mtime=0)[:-9], "cannot be read"),
        ("e.parquet", b"", "cannot be read"),
        ("e.parquet", b"PAR1 and then nothing PAR1", "cannot be read"),
        ("e.xlsx", b"PK", "does not read files called"),
        ("e.gz", b"", "does not read files called"),
        ("noname", b"", "does not read files called"),
    ],
)
def test_files_that_cannot_be_read_at_all(load_file, engine, name, content, message):
    with pytest.raises(InputError, match=message):
        load_file(name, content)
    assert engine.rows("SELECT * FROM loads") == []


@pytest.mark.parametrize("name", ["e.jsonl", "e.ndjson"])
def test_an_empty_jsonl_holds_nothing(load_file, name):
    loaded = load_file(name, "")
    assert (loaded.loaded, loaded.rejected) == (0, 0)


def test_a_header_alone_holds_nothing(load_file):
    assert load_file("e.csv", HEADER).loaded == 0


def table(**columns):
    good = {"profile_id": ["ann"], "event": ["x"], "event_time": [0]}
    return pa.table(good | columns)


def save(path, rows):
    pq.write_table(rows, path)
    return path


def test_a_cut_off_parquet_leaves_nothing(engine, options, tmp_path):
    rows = pa.table({name: [str(at) for at in range(9999)] for name in ("profile_id", "event")})
    path = save(tmp_path / "e.parquet", rows.append_column("event_time", rows["event"]))
    whole = path.read_bytes()
    path.write_bytes(whole[:1000] + b"\0" * 5000 + whole[6000:])
    with pytest.raises(InputError, match="cannot be read"):
        load(engine, [path], "events", options)
    assert (engine.events(), engine.rows("SELECT * FROM profiles")) == ([], [])


def test_a_parquet_without_rows(engine, options, tmp_path):
    path = save(tmp_path / "e.parquet", table().slice(0, 0))
    assert load(engine, [path], "events", options).loaded == 0


TYPES = [
    (pa.array([True]), "true"),
    (pa.array([5], pa.int8()), "5"),
    (pa.array([2**64 - 1], pa.uint64()), "18446744073709551615"),
    (pa.array([0.1], pa.float32()), "0.1"),
    (pa.array([2.5], pa.float64()), "2.5"),
    (pa.array([Decimal("1.10")]), "1.1"),
    (pa.array([Decimal("1." + "1" * 40)], pa.decimal256(41, 40)), '"1.' + "1" * 40 + '"'),
    (pa.array(["x"]).dictionary_encode(), '"x"'),
    (pa.array(["x"], pa.large_string()), '"x"'),
    (pa.array(["x"], pa.string_view()), '"x"'),
    (pa.array([b"x"]), '"x"'),
    (pa.array([b"\xff"]), '"ff"'),
    (pa.array([b"\xff\xfe"], pa.binary(2)), '"fffe"'),
    (pa.array([date(2026, 1, 2)]), '"2026-01-02"'),
    (pa.array([datetime(2026, 1, 2, 3, 4, 5, 600_000)]), '"2026-01-02 03:04:05.6"'),  # noqa: DTZ001 - a column without a zone
    (pa.array([datetime(2026, 1, 2, tzinfo=UTC)]), '"2026-01-02 00:00:00+00"'),
    (pa.array([1], pa.timestamp("ns")), '"1970-01-01 00:00:00.000000001"'),
    (pa.array([5], pa.duration("s")), "5"),
    (pa.array([{"b": 1, "a": [None, "x"]}]), '{"a":[null,"x"],"b":1}'),
    (pa.array([[{"n": 1.5}, {"n": math.nan}]]), '[{"n":1.5},{}]'),
    (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), '[["k",1]]'),
    (pa.array([{"A": 1, "a": 2}]), '{"A":1,"a":2}'),
    (pa.array([['quo"te', "é😀"]]), '["quo\\"te","é😀"]'),
]


@pytest.mark.parametrize(("column", "read"), TYPES, ids=[str(column.type) for column, _ in TYPES])
def test_columns_of_any_type(engine, options, column, read):
    assert load_rows(engine, "events", table(v=column), options).loaded == 1
    assert engine.events()[0][7] == f'{{"v":{read}}}'


@pytest.mark.parametrize("empty", [None, math.nan, math.inf])
def test_nulls_and_no_numbers_are_absent(engine, options, empty):
    loaded = load_rows(engine, "events", table(v=pa.array([empty], pa.float64())), options)
    assert engine.events()[0][7] == "{}"
    assert sum(loaded.notes.values()) == (empty is not None)


def test_a_type_without_a_form_in_json(engine, options):
    column = pa.array([(1, 2, 3)], pa.month_day_nano_interval())
    with pytest.raises(InputError, match="the column 'v' has the type month_day_nano_interval"):
        load_rows(engine, "events", table(v=column), options)


def test_a_column_called_as_the_loader_calls_its_own(engine, options):
    load_rows(engine, "events", table(row=[1], line=[2], file=["f"], c0=[3], text=["t"]), options)
    assert engine.events()[0][7] == '{"c0":3,"file":"f","line":2,"row":1,"text":"t"}'


def test_rows_of_plain_python(engine, options):
    row = {
        "profile_id": 5,
        "event": "x",
        "event_time": datetime(2026, 1, 1, tzinfo=UTC),
        "properties": {
            "price": Decimal("1.10"),
            "n": Decimal(3),
            "on": date(2026, 1, 2),
            "t": (1,),
        },
    }
    assert load_rows(engine, "events", [row], options).loaded == 1
    assert engine.events()[0][7] == '{"n":3,"on":"2026-01-02","price":1.1,"t":[1]}'
    with pytest.raises(UsageError, match="a set has no order"):
        load_rows(engine, "events", [row | {"tags": {1}}], options)


def test_rows_are_known_when_they_happened(engine, options):
    row = {"profile_id": "ann", "event": "x", "event_time": 5, "received_at": 7}
    always = replace(options, received="event_time")
    load_rows(engine, "events", [row, row | {"received_at": None}], always)
    assert [(*row[2:4], row[6]) for row in engine.events()] == [
        (5_000, 7_000, False),
        (5_000, 5_000, False),
    ]


def test_globs_and_missing_files(engine, options, write, tmp_path):
    for name in ("b.csv", "a.csv"):
        write(name, HEADER + ROW.replace("ann", name))
    assert load(engine, [f"{tmp_path}/*.csv", tmp_path / "a.csv"], "events", options).loaded == 2
    assert [row[0] for row in engine.events()] == ["a.csv", "b.csv"]
    with pytest.raises(InputError, match="No file matches"):
        load(engine, [f"{tmp_path}/*.parquet"], "events", options)
    with pytest.raises(InputError, match="There is no file"):
        load(engine, [tmp_path / "c.csv"], "events", options)
    with pytest.raises(InputError, match="is a folder"):
        load(engine, [tmp_path], "events", options)
    with pytest.raises(InputError, match="No file was named"):
        load(engine, [], "events", options)


def test_progress_is_told(engine, options, write, tmp_path):
    told = []
    path = save(tmp_path / "e.parquet", table())
    files_ = [path, write("e.csv", HEADER + ROW + "uneven\n")]
    load(engine, files_, "events", options, lambda done, rows: told.append((done, rows)))
    assert told == [(1, 1), (2, None)]
