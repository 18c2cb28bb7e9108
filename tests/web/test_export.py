"""Tables as files: the same rows in three formats, readable by programs and by people, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from tests.scene import fill
from tests.worlds import said
from waypost.services import ingest
from waypost.services.export import Column, Row, Sheet, csv_parts, excel, parquet_parts
from waypost.services.export.orders import EventQuery, events_sheet, orders_sheet
from waypost.services.live import OrderQuery
from waypost.web import export

EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]


def rows_of(raw: bytes) -> list[dict[str, str]]:
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


EVERYTHING = OrderQuery()


def orders_csv(view: Any, query: OrderQuery = EVERYTHING) -> list[dict[str, str]]:
    return rows_of(export.to_csv(orders_sheet(view, query)))


def test_csv_has_machine_names_and_instants_in_utc(shop):
    rows = {row["order"]: row for row in orders_csv(shop.view(), OrderQuery(where=(("carrier", ("SF",)),)))}
    assert set(rows) == {"A-1", "A-2", "A-4", "A-6", "A-7", "X-1"}
    found = rows["A-1"]
    assert (found["status"], found["value"], found["currency"], found["destination"]) == (
        "delivered", "129.0", "CNY", "Beijing",
    )  # fmt: skip
    assert (found["created"], found["delivered"]) == ("2026-03-10T12:00:00Z", "2026-03-14T12:00:00Z")
    assert "customer" not in found


def test_the_whole_list_goes_out_whatever_page_of_it_is_shown(shop):
    shown = OrderQuery(sort="newest", limit=3, offset=3)
    found = [row["order"] for row in orders_csv(shop.view(), shown)]
    assert len(found) == shop.view().orders(OrderQuery()).total
    assert found[3:6] == [row.subject.ref for row in shop.view().orders(shown).rows]


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_of_a_file_is_a_formula(empty_shop, english, evil):
    event = said("order/E-1", "order.created", "2026-03-19T00:00:00Z", attributes={"channel": evil})
    reading = ingest.read_body(json.dumps([event]).encode(), empty_shop.vocabulary, empty_shop.now())
    empty_shop.submit(reading.said).result(60)
    (row,) = orders_csv(empty_shop.view())
    assert row["channel"] == f"'{evil}"
    sheet, words = export.orders(empty_shop.view(), OrderQuery(), None, english)
    raw = export.to_excel(sheet, english, words)
    assert pl.read_excel(io.BytesIO(raw))["Channel"].to_list() == [evil]
    assert "<f>" not in _sheet_xml(raw)
    assert 'quotePrefix="1"' in _part(raw, "xl/styles.xml")


def _sheet_xml(raw: bytes) -> str:
    return _part(raw, "xl/worksheets/sheet1.xml")


def _part(raw: bytes, name: str) -> str:
    import zipfile

    return zipfile.ZipFile(io.BytesIO(raw)).read(name).decode()


def test_a_negative_number_stays_a_number():
    sheet = Sheet("n", (Column("n", "number"), Column("t")), lambda: iter([(-5.5, "-5.5")]))
    assert rows_of(export.to_csv(sheet)) == [{"n": "-5.5", "t": "'-5.5"}]


def test_excel_speaks_the_readers_language_and_zone(shop, chinese):
    sheet, words = export.orders(shop.view(), OrderQuery(status="delivered"), None, chinese)
    found = pl.read_excel(io.BytesIO(export.to_excel(sheet, chinese, words)))
    assert {"订单", "旅程", "环节", "下单时间 (Asia/Shanghai)", "金额"} <= set(found.columns)
    row = found.filter(pl.col("订单") == "A-1").row(0, named=True)
    assert row["旅程"] == "平台包裹"
    assert row["下单时间 (Asia/Shanghai)"] == datetime(2026, 3, 10, 20, 0)
    assert row["金额"] == 129.0


def test_parquet_has_types_and_instants_in_utc(shop):
    found = pl.read_parquet(io.BytesIO(export.to_parquet(orders_sheet(shop.view(), OrderQuery()))))
    assert found.schema["created"] == pl.Datetime("us", "UTC")
    assert found.schema["value"] == pl.Float64
    row = found.filter(pl.col("order") == "A-1").row(0, named=True)
    assert row["created"] == datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
    assert [r["order"] for r in orders_csv(shop.view())] == found["order"].to_list()


def test_a_long_table_is_made_part_by_part():
    made = 0

    def rows() -> Iterator[Row]:
        nonlocal made
        for made in range(1, 60_001):
            yield made, f"row {made}"

    sheet = Sheet("long", (Column("n", "whole"), Column("text")), rows)
    parts = csv_parts(sheet)
    first = next(parts)
    assert made < 10_000
    whole = first + b"".join(parts)
    assert len(rows_of(whole)) == 60_000
    files = list(parquet_parts(sheet))
    assert len(files) == 4
    assert pl.read_parquet(io.BytesIO(b"".join(files)))["n"].to_list() == list(range(1, 60_001))
    assert len(pl.read_excel(io.BytesIO(excel(sheet, ["n", "text"], "UTC")))) == 60_000


@pytest.mark.parametrize("n", [0, 1, 1_999, 2_000, 2_001])
def test_no_row_is_lost_at_the_edge_of_a_part(n):
    sheet = Sheet("edge", (Column("n", "whole"),), lambda: iter([(i,) for i in range(n)]))
    assert [int(row["n"]) for row in rows_of(export.to_csv(sheet))] == list(range(n))
    assert pl.read_parquet(io.BytesIO(export.to_parquet(sheet)))["n"].to_list() == list(range(n))


def test_events_are_masked_for_who_may_not_see_people(shop):
    def told(show: bool) -> str:
        return export.to_csv(events_sheet(shop.engine, EventQuery(), show=show)).decode()

    assert "13800138000" in told(True)
    assert "customer-A-1" in told(True)
    assert "13800138000" not in told(False)
    assert "customer-A-1" not in told(False)
    assert "张三" not in told(True)  # raw bodies are in no file


def test_events_are_narrowed_by_code_source_and_time(shop):
    def ids(**asked: Any) -> list[dict[str, str]]:
        return rows_of(export.to_csv(events_sheet(shop.engine, EventQuery(**asked), show=True)))

    everything = ids()
    assert [int(row["id"]) for row in everything] == sorted(int(row["id"]) for row in everything)
    codes = ids(code="delivery.delivered", source="carrier.example")
    assert {(row["code"], row["source"]) for row in codes} == {("delivery.delivered", "carrier.example")}
    assert len(ids(limit=3)) == 3
    assert ids(after=int(everything[4]["id"]), limit=1)[0] == everything[5]
    assert ids(since=0, until=1) == []


def test_an_empty_store_gives_files_with_titles_only(empty_shop, english):
    sheet, words = export.orders(empty_shop.view(), OrderQuery(), None, english)
    assert rows_of(export.to_csv(sheet)) == []
    assert pl.read_parquet(io.BytesIO(export.to_parquet(sheet))).shape == (0, len(sheet.columns))
    assert "Order" in pl.read_excel(io.BytesIO(export.to_excel(sheet, english, words))).columns
    fill(empty_shop)


def test_every_column_has_a_title_in_both_languages(empty_shop, english, chinese):
    sheets = [orders_sheet(empty_shop.view(), OrderQuery()), events_sheet(empty_shop.engine, EventQuery(), show=True)]
    for sheet in sheets:
        for en, zh in zip(export.titles(sheet, english), export.titles(sheet, chinese), strict=True):
            assert en != zh, f"{en} is not translated"
