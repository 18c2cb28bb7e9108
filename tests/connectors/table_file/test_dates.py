"""Date formats: declared, found over the whole column, or refused; never guessed."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.table_file.dates import look
from tests.tables import WIDE, document, read
from waypost.domain.errors import DocumentError, FieldError
from waypost.domain.instants import TzSource


def created(*values: str, dates: object = None, **settings: Any) -> list[str]:
    table = "order;created\n" + "".join(f"{n};{value}\n" for n, value in enumerate(values, 1))
    at = {"column": "created"} if dates is None else {"column": "created", "dates": dates}
    mapping = document(table={"statements": [{"code": "order.created", "at": at}]}, **settings)
    found = read(table, mapping)
    assert [refused.problem for refused in found.refused] == []
    return found.times


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-05 10:30:15", "2026-11-05T09:30:15Z"),
        ("2026-11-05T10:30:15.250", "2026-11-05T09:30:15Z"),
        ("2026-11-05 10:30", "2026-11-05T09:30:00Z"),
        ("2026-11-05T10:30:15Z", "2026-11-05T10:30:15Z"),
        ("2026-11-05 10:30:15 UTC", "2026-11-05T10:30:15Z"),
        ("2026-11-05T10:30:15-0300", "2026-11-05T13:30:15Z"),
        ("2026-11-05T10:30:15+08:00", "2026-11-05T02:30:15Z"),
        ("2026/11/5 9:05", "2026-11-05T08:05:00Z"),
        ("2026年11月5日 10时30分15秒", "2026-11-05T09:30:15Z"),
        ("2026年11月5日10:30", "2026-11-05T09:30:00Z"),
        ("20261105103015", "2026-11-05T09:30:15Z"),
        ("25.11.2025 10:30", "2025-11-25T09:30:00Z"),
        ("11/25/2025 1:30:15 PM", "2025-11-25T12:30:15Z"),
        ("11/25/2025 12:05 am", "2025-11-24T23:05:00Z"),
        ("1762338615", "2025-11-05T10:30:15Z"),
        ("1762338615000", "2025-11-05T10:30:15Z"),
        ("1762338615000000", "2025-11-05T10:30:15Z"),
        ("1762338615.5", "2025-11-05T10:30:15Z"),
    ],
)
def test_formats_that_can_be_read_in_one_way_are_found(written: str, instant: str) -> None:
    assert created(written) == [instant]


@pytest.mark.parametrize("written", ["2026-11-05", "2026/11/5", "20261105", "2026年11月5日", "5.11.2026"])
def test_a_date_alone_is_the_whole_local_day(written: str) -> None:
    dates = "dmy" if written.startswith("5") else None
    table = f"order;created\n1;{written}\n"
    at = {"column": "created", "dates": dates} if dates else {"column": "created"}
    said = read(table, document(table={"statements": [{"code": "order.created", "at": at}]})).said[0]
    assert (said.until or 0) - (said.at or 0) == 24 * 3600 * 1_000_000
    assert created(written, dates=dates) == ["2026-11-04T23:00:00Z"]


def test_one_value_settles_the_order_of_day_and_month_for_the_whole_column() -> None:
    assert created("05/01/2026 10:00", "13/01/2026 10:00") == ["2026-01-05T09:00:00Z", "2026-01-13T09:00:00Z"]
    assert created("05/01/2026 10:00", "05/13/2026 10:00") == ["2026-05-01T08:00:00Z", "2026-05-13T08:00:00Z"]


def test_a_column_that_can_be_read_both_ways_is_refused_with_both_readings() -> None:
    with pytest.raises(FieldError) as caught:
        created("07/07/2026 08:00", "05/01/2026 10:00", "06/02/2026 10:00")
    assert caught.value.field == "table.csv, column created"
    assert "'05/01/2026 10:00' in row 3" in caught.value.problem
    assert '5 January 2026 as day/month/year ("dmy")' in caught.value.problem
    assert '1 May 2026 as month/day/year ("mdy")' in caught.value.problem
    assert "tables[0].statements[0].at.dates" in caught.value.remedy


@pytest.mark.parametrize(("dates", "instant"), [("dmy", "2026-01-05T09:00:00Z"), ("mdy", "2026-05-01T08:00:00Z")])
def test_the_key_that_the_error_names_settles_it(dates: str, instant: str) -> None:
    assert created("05/01/2026 10:00", dates=dates) == [instant]
    at_table = document(table={"statements": [{"code": "order.created", "at": "created"}], "dates": dates})
    assert read("order;created\n1;05/01/2026 10:00\n", at_table).times == [instant]
    at_document = document(table={"statements": [{"code": "order.created", "at": "created"}]}, dates=dates)
    assert read("order;created\n1;05/01/2026 10:00\n", at_document).times == [instant]


def test_values_whose_two_readings_are_the_same_day_need_no_decision() -> None:
    assert created("05/05/2026 10:00", "06/06/2026 10:00") == ["2026-05-05T08:00:00Z", "2026-06-06T08:00:00Z"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-01-05 10:00:00", "05/01/2026 10:00"),
        ("2026-01-05 10:00:00", "2026/01/06 10:00:00"),
        ("13/01/2026 10:00", "01/13/2026 10:00"),
        ("13/01/2026 10:00", "14.01.2026 10:00"),
        ("2026-01-05T10:00:00", "2026-01-05T10:00:00Z"),
        ("13/01/2026 10:00", "13/01/2026 10:00 PM"),
        ("2026-01-05 10:00:00", "1762338615"),
        ("1762338615", "1762338615000"),
    ],
)
def test_two_formats_in_one_column_are_refused_with_a_row_of_each(one: str, other: str) -> None:
    with pytest.raises(FieldError) as caught:
        created(one, one, other)
    assert f"row 2 has '{one}', row 4 has '{other}'" in caught.value.problem
    assert "tables[0].statements[0].at.dates" in caught.value.remedy


def test_two_formats_can_be_declared_and_a_value_that_fits_both_differently_is_refused() -> None:
    both = ["%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"]
    assert created("2026-01-05 10:00", "05/01/2026 10:00", dates=both) == ["2026-01-05T09:00:00Z"] * 2
    at = {"column": "created", "dates": ["dmy", "mdy"]}
    mapping = document(table={"statements": [{"code": "order.created", "at": at}]})
    found = read("order;created\n1;13/01/2026\n2;05/01/2026\n", mapping)
    assert found.times == ["2026-01-12T23:00:00Z"]
    assert [refused.problem for refused in found.refused] == ["'05/01/2026' fits two of the declared formats."]


@pytest.mark.parametrize(
    ("pattern", "written", "instant"),
    [
        ("%d %b %Y %H:%M", "05 Jan 2026 10:00", "2026-01-05T09:00:00Z"),
        ("%d.%m.%y", "05.01.26", "2026-01-04T23:00:00Z"),
        ("epoch_s", "1767603600", "2026-01-05T09:00:00Z"),
        ("ymd", "2026/01/05 10:00", "2026-01-05T09:00:00Z"),
    ],
)
def test_a_format_can_be_declared(pattern: str, written: str, instant: str) -> None:
    assert created(written, dates=pattern) == [instant]


@pytest.mark.parametrize("pattern", ["dd/mm/yyyy", "%d/%m", "%H:%M", "%Q"])
def test_a_pattern_without_a_whole_date_is_refused_by_its_path(pattern: str) -> None:
    with pytest.raises(DocumentError) as caught:
        created("2026-01-05", dates=pattern)
    assert caught.value.field == "tables[0].statements[0].at.dates[0]"


@pytest.mark.parametrize("dates", [None, "%d.%m.%Y"])
def test_a_column_without_any_date_is_the_wrong_column(dates: str | None) -> None:
    with pytest.raises(FieldError, match="row 2 has 'north'"):
        created("north", "south", dates=dates)


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-30 10:00:00",
        "2026-13-01",
        "31/02/2026",
        "24:61",
        "2026-01-05 13:00 PM",
        "20261399",
        "next week",
        "26-1-5",
    ],
)
def test_what_is_no_date_has_no_reading(written: str) -> None:
    assert look(written) is None


def test_a_bad_value_among_good_ones_is_one_refusal() -> None:
    found = read("order,created,paid\n1,2026-11-20 10:00:00,\n2,soon,2026-11-20 11:00:00\n", WIDE)
    assert found.codes == ["order.created", "payment.captured"]
    (refused,) = found.refused
    assert refused.field == "table.csv row 3, column created"
    assert refused.problem == "'soon' is no date written as year-month-day."


def test_an_hour_that_exists_twice_and_one_that_does_not_exist_are_kept_and_marked() -> None:
    table = "order,created,paid\n1,2026-10-25 02:30:00,2026-03-29 02:30:00\n2,2026-10-25 01:30:00,2026-03-29 03:30:00\n"
    found = read(table)
    assert found.times == [
        "2026-10-25T00:30:00Z",  # the first of the two hours
        "2026-03-29T01:30:00Z",  # moved over the gap
        "2026-10-24T23:30:00Z",
        "2026-03-29T01:30:00Z",
    ]
    assert [said.tz_source for said in found.said] == [TzSource.FOLD, TzSource.GAP, TzSource.ZONE, TzSource.ZONE]


def test_a_day_that_begins_with_a_missing_hour_begins_an_hour_later() -> None:
    # In Brazil clocks went forward at midnight.
    statements = [{"code": "order.created", "at": {"column": "created", "whole_day": True}}]
    mapping = document(table={"statements": statements}, zone="America/Sao_Paulo")
    said = read("order,created\n1,2017-10-15 00:00:00\n", mapping).said[0]
    assert read("order,created\n1,2017-10-15 00:00:00\n", mapping).times == ["2017-10-15T03:00:00Z"]
    assert (said.until or 0) - (said.at or 0) == 23 * 3600 * 1_000_000


def test_local_times_without_a_zone_are_refused_and_the_settings_zone_wins() -> None:
    mapping = document()
    del mapping["zone"]
    table = "order,created,paid\n1,2026-11-20 10:00:00,\n"
    with pytest.raises(FieldError) as caught:
        read(table, mapping)
    assert caught.value.field == "zone"
    assert "--timezone" in caught.value.remedy
    assert read(table, mapping, zone="Asia/Shanghai").times == ["2026-11-20T02:00:00Z"]
    assert read(table, WIDE, zone="Asia/Shanghai").times == ["2026-11-20T02:00:00Z"]
    assert read(table, document(table={"zone": "UTC"}), zone="Asia/Shanghai").times == ["2026-11-20T10:00:00Z"]
    with pytest.raises(FieldError, match="no time zone"):
        read(table, mapping, zone="Mars/Olympus")


def test_times_with_an_offset_need_no_zone() -> None:
    mapping = document()
    del mapping["zone"]
    found = read("order,created,paid\n1,2026-11-20T10:00:00+08:00,1763600400\n", mapping)
    assert found.times == ["2026-11-20T02:00:00Z", "2025-11-20T01:00:00Z"]
    assert {said.tz_source for said in found.said} == {TzSource.EXPLICIT}
