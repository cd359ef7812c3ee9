"""Two public data sets (docs/data.md): loaded whole, twice, and compared with plain sums."""

from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from dataout.ingest.load import load
from dataout.ingest.mapping import read_mapping

RETAIL = """
source: till
zone: UTC
profile_id: CustomerID
event_time: InvoiceDate
skip: {CustomerID: {exists: false}}
event:
  - {is: cancellation, where: {InvoiceNo: {starts_with: C}}}
  - {is: purchase}
properties: {sku: StockCode, amount: {times: [Quantity, UnitPrice]}}
"""
STORE = """
source: website
unit: ms
profile_id: fullVisitorId
event_time: {plus: [{times: [visitStartTime, 1000]}, hit_time_ms]}
event:
  - {is: product_viewed, where: {action_type: "2"}}
  - {is: cart_added, where: {action_type: "3"}}
  - {is: purchase, where: {action_type: "6"}}
properties: {order_id: transactionId, products: products}
"""


@pytest.fixture
def read(write, options):
    return lambda text: replace(options, mapping=read_mapping(write("m.yaml", text)))


def test_online_retail(engine, testdata, read):
    path = testdata / "events" / "online_retail.parquet"
    loaded = load(engine, [path], "events", read(RETAIL))
    assert (loaded.loaded, loaded.skipped, loaded.rejected) == (406_829, 135_080, 0)
    sums = engine.rows(
        "SELECT name, count(*), CAST(sum(number_of(properties.amount)) AS VARCHAR)"
        " FROM events GROUP BY name ORDER BY name"
    )
    assert sums == [
        ("cancellation", 8_905, "-611342.090000"),
        ("purchase", 397_924, "8911407.904000"),
    ]
    assert engine.rows("SELECT count(*), max(slot) FROM profiles") == [(4_372, 4_372)]
    assert engine.rows("SELECT count(DISTINCT event_key) FROM events") == [(406_829,)]
    again = load(engine, [path], "events", read(RETAIL))
    assert (again.loaded, again.duplicates) == (0, 406_829)


def test_merchandise_store(engine, testdata, read):
    path = testdata / "events" / "ga360_hits_20170801.parquet"
    loaded = load(engine, [path], "events", read(STORE))
    assert (loaded.loaded, loaded.skipped, loaded.rejected) == (1_267 + 494 + 92, 11_380, 0)
    rows = pq.read_table(path).to_pylist()
    kept = [row for row in rows if row["action_type"] in {"2", "3", "6"}]
    stored = engine.rows(
        "SELECT profile_id, event_time, CAST(properties.products[1].sku AS VARCHAR)"
        " FROM events JOIN profiles USING (slot) ORDER BY landing"
    )
    assert stored == [
        (
            row["fullVisitorId"],
            round(row["event_time"].timestamp() * 1000),
            row["products"][0]["sku"] if row["products"] else None,
        )
        for row in kept
    ]
    assert any(person.startswith("0") for person, _, _ in stored)
