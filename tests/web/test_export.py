"""The list as a file: the same orders, readable by programs and by people, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import polars as pl
import pytest

from tests.scene import fill
from tests.worlds import said
from waypost.services import ingest
from waypost.services.live import OrderQuery
from waypost.web import export


def rows_of(raw: bytes) -> list[dict[str, str]]:
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


def test_csv_has_machine_names_and_instants_in_utc(shop):
    view = shop.view()
    rows = {row["order"]: row for row in rows_of(export.to_csv(view, OrderQuery(where=(("carrier", ("SF",)),)), None))}
    assert set(rows) == {"A-1", "A-2", "A-4", "A-6", "A-7", "X-1"}
    found = rows["A-1"]
    assert (found["status"], found["value"], found["currency"], found["destination"]) == (
        "delivered", "129.0", "CNY", "Beijing",
    )  # fmt: skip
    assert (found["created"], found["delivered"]) == ("2026-03-10T12:00:00Z", "2026-03-14T12:00:00Z")
    assert "customer" not in found


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_no_cell_of_a_file_is_a_formula(empty_shop, english, evil):
    import json

    event = said("order/E-1", "order.created", "2026-03-19T00:00:00Z", attributes={"channel": evil})
    reading = ingest.read_body(json.dumps([event]).encode(), empty_shop.vocabulary, empty_shop.now())
    empty_shop.submit(reading.said).result(60)
    (row,) = rows_of(export.to_csv(empty_shop.view(), OrderQuery(), None))
    assert row["channel"] == f"'{evil}"
    sheet = pl.read_excel(io.BytesIO(export.to_excel(empty_shop.view(), OrderQuery(), None, english)))
    assert sheet["Channel"].to_list() == [evil]


def test_excel_speaks_the_readers_language_and_zone(shop, chinese):
    raw = export.to_excel(shop.view(), OrderQuery(status="delivered"), None, chinese)
    sheet = pl.read_excel(io.BytesIO(raw))
    assert {"订单", "旅程", "环节", "下单时间 (Asia/Shanghai)", "金额"} <= set(sheet.columns)
    row = sheet.filter(pl.col("订单") == "A-1").row(0, named=True)
    assert row["旅程"] == "平台包裹"
    assert row["下单时间 (Asia/Shanghai)"] == datetime(2026, 3, 10, 20, 0)
    assert row["金额"] == 129.0


def test_a_file_holds_no_more_orders_than_it_may(shop, english, monkeypatch):
    monkeypatch.setattr(export, "MOST", 3)
    assert len(rows_of(export.to_csv(shop.view(), OrderQuery(sort="newest"), None))) == 3


def test_an_empty_store_gives_a_file_with_titles_only(empty_shop, english):
    assert rows_of(export.to_csv(empty_shop.view(), OrderQuery(), None)) == []
    fill(empty_shop)
