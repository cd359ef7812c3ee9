"""A csv file without a header line: no message shows the record that stands in its place."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataout.errors import InputError
from dataout.ingest.headers import data_column
from dataout.ingest.load import load
from dataout.ingest.mapping import read_mapping

FIRST_LINES = {
    "an address": "Ann,Archer,ann@shop.example",
    "a number": "Ann,Archer,17",
    "an amount": "Ann,Archer,-12.50",
    "a date": "Ann,Archer,24.11.2026",
    "a time": "Ann,Archer,2026-11-24T10:00:00Z",
    "a phone": "Ann,Archer,+1 202-555-0143",
    "a long number in a text": "Ann,Archer,u1234567",
    "nothing": "Ann,,Archer",
    "a quote that is never closed": 'Ann,"Archer' + 60 * "\nBob,Baker",
}


@pytest.mark.parametrize("first", FIRST_LINES.values(), ids=FIRST_LINES)
@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("twice", [False, True])
def test_a_first_line_that_is_a_record(engine, write, options, first, mapped, twice):
    path = write("people.csv", f"{'Ann,' * twice}{first}\nbob,Baker,bob@shop.example\n")
    if mapped:
        mapping = read_mapping(write("m.yaml", "profile_id: Anna"))
        options = type(options)(now=options.now, mapping=mapping)
    with pytest.raises(InputError) as error:
        load(engine, [path], "profiles", options)
    said = f"{error.value} {error.value.hint}"
    assert f"there seems to be no header line: column {data_column(cells(first)) + twice}" in said
    assert "Let its first line name the columns" in said
    names = [cell for cell in cells(first) if cell.strip()]
    assert [cell for cell in names if cell in said.replace("'Anna'", "")] == []


def cells(line):
    first, *rest = line.split(",", 1) if '"' in line else line.split(",")
    return [first, *(cell.strip('"') for cell in rest)]


@pytest.mark.parametrize(
    "header",
    [
        "person_name,e-mail,revenue_2024,q1,address 1",
        ",shopper,email",  # exported with row numbers
        "shopper,email,",
        "Größe,utm_campaign,3rd_party,30d_total,opt-in",
    ],
)
def test_a_header_is_quoted_to_help(engine, write, options, header):
    path = write("people.csv", f"{header}\na,b,c,d,e\n")
    with pytest.raises(InputError) as error:
        load(engine, [path], "profiles", options)
    assert "header line" not in str(error.value)
    assert "Known: " in str(error.value)
    assert [name for name in header.split(",") if name not in str(error.value)] == []


def test_names_of_a_schema_are_names(load_table):
    """In a parquet file a column that is called 2024 is called so by somebody."""
    assert "Known: 2024" in load_table({"2024": [1]})


@pytest.fixture
def load_table(engine, tmp_path, options):
    def said(columns):
        pq.write_table(pa.table(columns), tmp_path / "some.parquet")
        with pytest.raises(InputError) as error:
            load(engine, [tmp_path / "some.parquet"], "profiles", options)
        return str(error.value)

    return said
