"""Files as they come: marks, encodings, delimiters, quotes, Excel, Parquet; and files that are no tables."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from connectors.table_file import CONNECTOR
from tests.tables import NOW, WIDE, document, read, sort
from waypost.connect.contract import Context, build
from waypost.connect.material import Folder
from waypost.domain.errors import FieldError
from waypost.domain.vocabulary import load

TABLE = "order,created,paid\n1001,2026-11-20 10:00:00,2026-11-20 10:05:00\n1002,2026-11-21 11:00:00,\n"
TIMES = ["2026-11-20T09:00:00Z", "2026-11-20T09:05:00Z", "2026-11-21T10:00:00Z"]
NAMED = document(table={"attributes": {"channel": "shop"}})


def named(shop: str) -> str:
    return f"order,created,paid,shop\n1001,2026-11-20 10:00:00,,{shop}\n"


def refused(body: bytes | str, mapping: dict[str, Any] = WIDE, name: str = "table.csv") -> FieldError:
    with pytest.raises(FieldError) as caught:
        read({name: body.encode() if isinstance(body, str) else body}, mapping)
    return caught.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_shows_the_columns(delimiter: str) -> None:
    assert read(TABLE.replace(",", delimiter)).times == TIMES


def test_commas_in_a_header_do_not_hide_the_semicolon() -> None:
    assert read("order;created;paid;a,b,c,d,e,f\n1;2026-11-20 10:00:00;;x\n").times == TIMES[:1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("shop", ["杭州西湖旗舰店", "plain"])
def test_encodings_are_found(encoding: str, shop: str) -> None:
    said = read(named(shop).encode(encoding), NAMED).said[0]
    assert said.attributes == {"channel": shop}
    assert said.subject.ref == "1001"


def test_a_western_encoding_is_not_taken_for_chinese_and_can_be_declared() -> None:
    body = named("São José Ação ÇÃO Łódź".replace("Łódź", "Münster")).encode("cp1252")
    error = refused(body, NAMED)
    assert error.problem == "the encoding is neither UTF-8 nor GB18030."
    assert '"encoding"' in error.remedy
    declared = document(NAMED, table={"file": {"encoding": "cp1252"}})
    assert read(body, declared).said[0].attributes == {"channel": "São José Ação ÇÃO Münster"}


def test_a_declared_encoding_is_held_to() -> None:
    declared = document(NAMED, table={"file": {"encoding": "utf-8"}})
    assert refused(named("杭州").encode("gb18030"), declared).problem == "the file is not utf-8."
    assert read(named("杭州").encode("utf-8-sig"), declared).said[0].attributes == {"channel": "杭州"}


def test_quoted_texts_may_hold_delimiters_quotes_and_line_breaks() -> None:
    body = (
        'order,created,paid,shop\r\n1001,2026-11-20 10:00:00,,"5"" screens, boxed\r\nsecond line"\r\n1002,soon,,x\r\n'
    )
    found = read(body, NAMED)
    assert found.said[0].attributes == {"channel": '5" screens, boxed\r\nsecond line'}
    # The second order stands in line 4, but in row 3 of a spreadsheet.
    assert found.refused[0].field == "table.csv row 3, column created"


def test_spreadsheet_tricks_empty_words_and_empty_lines_are_understood() -> None:
    mapping = document(table={"empty": ["NULL", "--"]})
    body = 'order,created,paid,\n\n="0012", 2026-11-20 10:00:00\t,NULL,\n  ,,,\n,,,\n'
    found = read(body, mapping)
    assert [(said.subject.ref, said.code) for said in found.said] == [("0012", "order.created")]
    assert found.refused == []


def test_lines_above_the_header_can_be_skipped() -> None:
    mapping = document(table={"file": {"header_row": 3}})
    found = read("Export of 20 Nov\n\n" + TABLE + "1003,soon,\n", mapping)
    assert found.times == TIMES
    assert found.refused[0].field == "table.csv row 6, column created"


def test_a_row_that_is_cut_off_or_too_long_is_refused_and_the_others_are_kept() -> None:
    found = read(TABLE + "1003,2026-11-2\n1004,2026-11-22 10:00:00,,,surplus\n1005,2026-11-22 10:00:00,\n")
    assert [said.subject.ref for said in found.said] == ["1001", "1001", "1002", "1005"]
    assert [(r.field, r.problem) for r in found.refused] == [
        ("table.csv row 4", "the row has 2 cells, the header 3."),
        ("table.csv row 5", "the row has 5 cells, the header 3."),
    ]
    assert '"(cell 5)": "surplus"' in found.refused[1].raw


@pytest.mark.parametrize("text", ['1003,"2026-11-22 10:00:00,\n', '1003,"2026"-11-22 10:00:00,\n'])
def test_broken_quotes_refuse_the_file_with_the_line(text: str) -> None:
    error = refused(TABLE + text)
    assert error.field == "table.csv, line 4"
    assert "cut off or its quotes are broken" in error.problem


def test_missing_columns_are_named_together_with_those_that_are_there() -> None:
    error = refused("order_id,created,settled\n1,2026-11-20 10:00:00,\n")
    assert error.field == "table.csv, column order, paid"
    assert "order_id, created, settled" in error.problem


def test_a_column_that_is_there_twice_is_refused() -> None:
    error = refused("order,created,paid,paid\n1,2026-11-20 10:00:00,,\n")
    assert error.field == "table.csv, column paid"


@pytest.mark.parametrize("body", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_no_table(body: str) -> None:
    assert "empty" in refused(body).problem


def test_a_header_alone_is_a_table_without_rows() -> None:
    assert read("order,created,paid\n") == ([], [])


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"%PDF-1.7\n", "a PDF document"),
        (gzip.compress(TABLE.encode(), mtime=0), "a compressed file"),
        (b"\xef\xbb\xbf\n<html><table>", "a web page"),
        (b"PK\x03\x04" + b"\0" * 200, "the workbook cannot be read"),
        (b"PAR1" + b"\0" * 200, "the Parquet file cannot be read"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0\0\0", "no text"),
    ],
)
def test_other_things_than_tables_are_named(body: bytes, what: str) -> None:
    error = refused(body)
    assert error.field == "table.csv"
    assert what in error.problem


def test_a_nul_in_a_text_is_refused_with_its_row() -> None:
    header, row = named("x" * 70).encode().splitlines(keepends=True)
    body = header + row * 20_000  # the first megabyte is clean
    found = read(body + b"1003,2026-11-20 10:00:00,,a\0b\n", NAMED)
    assert [r.problem for r in found.refused] == ["the row holds a NUL character."]
    assert "\0" not in found.refused[-1].raw


def workbook(rows: Sequence[Sequence[Any]], sheet: str = "Orders") -> bytes:
    body = io.BytesIO()
    book = xlsxwriter.Workbook(body, {"default_date_format": "yyyy-mm-dd hh:mm"})
    book.add_worksheet("Cover").write(0, 0, "cover") if sheet != "Orders" else None
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            page.write(number, place, value)
    book.close()
    return body.getvalue()


def test_excel_dates_are_dates_and_numbers_are_as_the_cell_shows_them() -> None:
    rows: list[list[Any]] = [
        ["order", "created", "paid"],
        [1001, datetime(2026, 11, 20, 10), datetime(2026, 11, 20, 10, 5)],
    ]
    found = read({"orders.xlsx": workbook([*rows, ["A-2", datetime(2026, 11, 21, 11), None]])})
    assert [said.subject.ref for said in found.said] == ["1001", "1001", "A-2"]
    assert found.times == TIMES


def test_an_excel_column_without_any_time_of_day_holds_dates() -> None:
    rows: list[list[Any]] = [
        ["order", "created", "paid"],
        ["1", datetime(2026, 11, 20), None],
        ["2", datetime(2026, 11, 21), None],
    ]
    said = read({"orders.xlsx": workbook(rows)}).said[0]
    assert ((said.until or 0) - (said.at or 0), said.raw_time) == (24 * 3600 * 1_000_000, "2026-11-20")


def test_dates_that_excel_left_as_text_beside_dates_are_two_formats() -> None:
    rows: list[list[Any]] = [
        ["order", "created", "paid"],
        ["1", datetime(2026, 5, 1, 8), None],
        ["2", "13/01/2026 08:00", None],
    ]
    with pytest.raises(FieldError, match="mixes two date formats"):
        read({"orders.xlsx": workbook(rows)})


def test_a_sheet_can_be_named_and_a_wrong_name_is_told_with_those_there_are() -> None:
    rows: list[list[Any]] = [["order", "created", "paid"], ["1", datetime(2026, 11, 20, 10), None]]
    body = workbook(rows, sheet="Data")
    found = read({"o.xlsx": body}, document(table={"file": {"sheet": "Data"}}))
    assert found.times == TIMES[:1]
    error = refused(body, document(table={"file": {"sheet": "Daten"}}), "o.xlsx")
    assert (error.problem, error.remedy) == ("there is no sheet 'Daten'.", 'Set "sheet" to one of: Cover, Data.')
    assert "column is missing" not in error.problem


def test_a_workbook_that_is_cut_off_is_refused() -> None:
    body = workbook([["order", "created", "paid"], ["1", datetime(2026, 11, 20, 10), None]])
    assert "the workbook cannot be read" in refused(body[: len(body) // 2], name="o.xlsx").problem


def test_parquet_types_are_taken_as_they_are(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "order": [1001, 1002],
            "created": [datetime(2026, 11, 20, 10), datetime(2026, 11, 21, 11)],
            "paid": [datetime(2026, 11, 20, 9, 5, tzinfo=UTC), None],
            "promised": [date(2026, 11, 25), None],
            "shop": ["杭州", None],
        }
    )
    frame.write_parquet(tmp_path / "o.parquet")
    promised = {"code": "delivery.delivered", "classifier": "planned", "at": "promised"}
    mapping = document(NAMED, table={"statements": [*WIDE["tables"][0]["statements"], promised]})
    found = read({"o.parquet": (tmp_path / "o.parquet").read_bytes()}, mapping)
    assert found.times == [TIMES[0], TIMES[1], "2026-11-24T23:00:00Z", TIMES[2]]
    assert found.said[0].subject.ref == "1001"
    assert found.said[0].attributes == {"channel": "杭州"}
    on_disk = build(CONNECTOR, {"mapping": mapping}).parse(Folder(tmp_path), Context(NOW, load()))
    assert sort(on_disk) == found
    body = (tmp_path / "o.parquet").read_bytes()
    assert "the Parquet file cannot be read" in refused(body[:-20], mapping, "o.parquet").problem
