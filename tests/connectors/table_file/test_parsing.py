"""Rows into statements: wide and long tables, lines, joins, links; unknown words, bad cells, impossible times."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.tables import LONG, NOW, WIDE, document, read
from waypost.connect.cloudevents import read_event
from waypost.domain.errors import FieldError
from waypost.domain.instants import DAY, from_us
from waypost.domain.statement import UNMAPPED, Classifier, Evidence
from waypost.domain.subject import LinkClaim, LinkRel, Subject, SubjectKind
from waypost.domain.vocabulary import load

PLAIN = WIDE["tables"][0]["statements"]
STATUS = {"undated": True, "words": {"column": "status", "codes": {"sent": "warehouse.shipped_declared", "new": None}}}


def test_a_wide_row_gives_a_statement_per_time_and_keeps_the_row_with_the_first() -> None:
    found = read("order,created,paid\n1,2026-11-20 10:00:00,2026-11-20 10:05:00\n2,2026-11-21 10:00:00,\n")
    assert found.refused == []
    assert [(said.subject.ref, said.code, said.slot) for said in found.said] == [
        ("1", "order.created", 0),
        ("1", "payment.captured", 9),
        ("2", "order.created", 0),
    ]
    first = found.said[0]
    assert (first.source, first.evidence, first.classifier) == ("shop", Evidence.DECLARED, Classifier.ACTUAL)
    assert (first.raw_time, first.word) == ("2026-11-20 10:00:00", "created")
    row = {"order": "1", "created": "2026-11-20 10:00:00", "paid": "2026-11-20 10:05:00"}
    assert json.loads(first.payload or "") == row
    assert found.said[1].payload is None
    assert (
        read("order,created,paid\n1,2026-11-20 10:00:00,\n", document(table={"keep_row": False})).said[0].payload
        is None
    )


def test_a_long_table_gives_a_scan_per_row() -> None:
    table = "waybill,time,word,hub\nW1,2026-11-20T10:00:00+08:00,PU,Hangzhou\nW1,2026-11-22T10:00:00+08:00,OK,\n"
    found = read(table, LONG)
    assert [(said.code, said.place, said.word, said.evidence) for said in found.said] == [
        ("linehaul.picked_up", "Hangzhou", "PU", Evidence.SCANNED),
        ("delivery.delivered", None, "OK", Evidence.SCANNED),
    ]
    assert found.times == ["2026-11-20T02:00:00Z", "2026-11-22T02:00:00Z"]


def test_an_unknown_word_is_unmapped_with_its_time_and_never_guessed() -> None:
    table = "waybill,time,word,hub\nW1,2026-11-20T10:00:00Z,pu,A\nW1,,OK,\nW1,2026-11-21T10:00:00Z,,A\n"
    found = read(table, LONG)
    assert [(said.code, said.slot, said.word) for said in found.said] == [
        (UNMAPPED, None, "pu"),  # not the table's PU
        ("delivery.delivered", 33, "OK"),
    ]
    assert found.times == ["2026-11-20T10:00:00Z", "-"]
    (refused,) = found.refused
    assert refused.field == "table.csv row 4, column word"
    assert "a time is given" in refused.problem


def test_a_status_column_gives_undated_statements_and_a_word_may_say_nothing() -> None:
    mapping = document(table={"statements": [*PLAIN, STATUS]})
    rows = "1,2026-11-20 10:00:00,,sent\n2,,,new\n3,,,lost in space\n4,,,\n"
    found = read("order,created,paid,status\n" + rows, mapping)
    assert [(said.subject.ref, said.code, said.at) for said in found.said[1:]] == [
        ("1", "warehouse.shipped_declared", None),
        ("3", UNMAPPED, None),
    ]
    # The word "new" is known to say nothing; a row with nothing at all is not.
    assert [(r.field, r.problem) for r in found.refused] == [
        ("table.csv row 5", "the row has an id, but neither a time nor a word.")
    ]


def test_a_promised_date_means_the_whole_local_day() -> None:
    promise = {
        "code": "delivery.delivered",
        "classifier": "planned",
        "at": {"column": "paid", "whole_day": True},
        "stated_at": "created",
    }
    said = read(
        "order,created,paid\n1,2026-11-20 10:00:00,2026-11-25 00:00:00\n", document(table={"statements": [promise]})
    ).said[0]
    assert said.classifier == Classifier.PLANNED
    assert from_us(said.at or 0, "Europe/Berlin").isoformat() == "2026-11-25T00:00:00+01:00"
    assert (said.until or 0) - (said.at or 0) == DAY
    assert from_us(said.stated_at or 0).isoformat() == "2026-11-20T09:00:00+00:00"


@pytest.mark.parametrize(
    ("classifier", "value", "problem"),
    [
        ("actual", "1948-01-01 10:00:00", "'1948-01-01 10:00:00': 1948-01-01 is before 1990."),
        ("actual", "2091-01-01 10:00:00", "lies in the future, but is said to have happened"),
        ("planned", "2091-01-01 10:00:00", "is too far ahead"),
        ("planned", "0001-01-01 00:00:00", "'0001-01-01 00:00:00'"),
        ("actual", "9999-12-31 23:59:59", "'9999-12-31 23:59:59'"),
    ],
)
def test_a_time_that_cannot_be_is_one_refusal_and_the_rest_of_the_row_is_kept(
    classifier: str, value: str, problem: str
) -> None:
    statements = [PLAIN[0], {"code": "delivery.delivered", "classifier": classifier, "at": "paid"}]
    rows = f"1,2026-11-20 10:00:00,{value}\n2,2026-11-20 11:00:00,2026-11-21 11:00:00\n"
    found = read("order,created,paid\n" + rows, document(table={"statements": statements}))
    assert found.codes == ["order.created", "order.created", "delivery.delivered"]
    (refused,) = found.refused
    assert refused.field == "table.csv row 2, column paid"
    assert problem in refused.problem
    assert refused.remedy


def test_a_refused_cell_lies_in_quarantine_as_an_event_that_can_be_repaired() -> None:
    found = read("order,created,paid\n1,2026-11-20 10:00:00,tomorrow\n2,2026-11-20 10:00:00,2026-11-20 10:30:00\n")
    (refused,) = found.refused
    event = json.loads(refused.raw)
    assert event["data"]["payload"] == {"order": "1", "created": "2026-11-20 10:00:00", "paid": "tomorrow"}
    with pytest.raises(FieldError):
        read_event(event, load(), NOW)
    event["data"]["at"] = "2026-11-20T10:05:00"
    repaired = read_event(event, load(), NOW)
    # It is the very statement that the row would have given.
    assert (repaired.source, repaired.event_id, repaired.code) == ("shop", refused.event_id, "payment.captured")
    assert repaired.event_id == "1:paid"
    assert from_us(repaired.at or 0).isoformat() == "2026-11-20T09:05:00+00:00"


def test_the_same_bad_row_of_a_longer_export_is_the_same_refusal() -> None:
    bad = "1,2026-11-20 10:00:00,tomorrow\n"
    good = "2,2026-11-20 10:00:00,2026-11-20 10:30:00\n"
    (one,), (other,) = (read("order,created,paid\n" + rows).refused for rows in (bad + good, good + bad))
    assert one.field != other.field
    assert (one.raw, one.event_id) == (other.raw, other.event_id)


def test_a_row_without_an_id_is_refused_whole() -> None:
    found = read("order,created,paid\n,2026-11-20 10:00:00,\n" + f"{'9' * 200},2026-11-20 10:00:00,\n")
    assert found.said == []
    assert [refused.field for refused in found.refused] == [
        "table.csv row 2, column order",
        "table.csv row 3, column order",
    ]
    assert json.loads(found.refused[0].raw) == {"column": "order", "row": {"created": "2026-11-20 10:00:00"}}


LINES: dict[str, Any] = {
    "subject": {"kind": "line", "id": ["order", "line"]},
    "statements": [
        {"code": "order.created", "at": "created"},
        {"code": "order.line_cancelled", "undated": True, "quantity": "cancelled", "name": "cancelled"},
    ],
    "attributes": {"sku": "sku", "value": {"column": ["net", "gross"], "type": "number"}, "channel": {"value": "web"}},
    "identifiers": {"external_id": "sku"},
    "links": [{"rel": "line_of", "to": {"kind": "order", "id": "order"}, "quantity": "ordered"}],
    "decimal": ",",
}


def test_order_lines_are_linked_with_their_quantity_and_attributes() -> None:
    header = "order;line;sku;created;ordered;cancelled;net;gross\n"
    found = read(header + "7;1;A-1;2026-11-20 10:00:00;3;1;;1.129,50\n", document(tables=[LINES]))
    assert found.refused == []
    first, second = found.said
    assert str(first.subject) == "line/7-1"
    assert first.links == (LinkClaim(LinkRel.LINE_OF, Subject(SubjectKind.ORDER, "7"), 3.0),)
    assert first.attributes == {"sku": "A-1", "value": 1129.5, "channel": "web", "external_id": "A-1"}
    assert (second.repeats, second.quantity, second.links, second.attributes) == ("cancel_quantity", 1.0, (), None)


def test_cells_beside_the_statements_are_refused_one_by_one() -> None:
    header = "order;line;sku;created;ordered;cancelled;net;gross\n"
    row = f"7;1;{'s' * 1001};2026-11-20 10:00:00;-3;a few;12.50;\n"
    found = read(header + row, document(tables=[LINES]))
    assert found.codes == ["order.created"]
    assert found.said[0].attributes == {"channel": "web"}
    told = {refused.field.rpartition(" ")[2]: refused.problem for refused in found.refused}
    assert set(told) == {"sku", "ordered", "cancelled", "net"}
    assert told["net"] == "'12.50' is no number with the decimal sign ','."
    assert told["ordered"] == "-3 is not between 0 and 1e+15."
    assert {json.loads(r.raw).get("type") for r in found.refused} == {"order.line_cancelled", None}


def test_a_number_too_large_to_be_one_is_refused() -> None:
    header = "order;line;sku;created;ordered;cancelled;net;gross\n"
    found = read(header + f"7;1;A;2026-11-20 10:00:00;1;;{'9' * 400};\n", document(tables=[LINES]))
    assert [refused.field for refused in found.refused] == ["table.csv row 2, column net"]


def test_parcels_in_units_have_the_interval_of_their_link() -> None:
    table = {
        "subject": {"kind": "parcel", "id": "waybill"},
        "statements": [{"code": "linehaul.bagged", "at": "bagged", "lat": "lat", "lon": "lon"}],
        "links": [{"rel": "inside", "to": {"kind": "unit", "id": "bag"}, "from": "bagged", "until": "opened"}],
    }
    rows = "W1,2026-11-20 10:00:00,2026-11-21 10:00:00,B1,30.25,120.2\nW2,2026-11-20 10:00:00,,,91,120.2\n"
    found = read("waybill,bagged,opened,bag,lat,lon\n" + rows, document(tables=[table]))
    (said,) = found.said
    (claim,) = said.links
    assert (claim.to, (claim.valid_until or 0) - (claim.valid_from or 0)) == (Subject(SubjectKind.UNIT, "B1"), DAY)
    assert (said.lat, said.lon) == (30.25, 120.2)
    assert [refused.field for refused in found.refused] == ["table.csv row 3, column lat"]


JOINED = document(
    table={
        "file": "orders*",
        "joins": [
            {
                "file": {"pattern": "items*", "optional": True},
                "key": "order_id",
                "on": "order",
                "take": {"value": {"sum": ["price", "freight"]}, "items": {"count": True}, "seller": "seller"},
            },
            {
                "file": {"pattern": "sellers*", "optional": True},
                "key": "id",
                "on": "seller",
                "take": {"city": "city"},
            },
        ],
        "attributes": {
            "value": {"column": "value", "type": "number"},
            "items": {"column": "items", "type": "number"},
            "origin": "city",
        },
    }
)
ORDERS = b"order,created,paid\n1,2026-11-20 10:00:00,\n2,2026-11-20 11:00:00,\n"
ITEMS = b"order_id,price,freight,seller\n1,10.10,0.20,\n1,5.05,,S2\n9,1,1,S1\n"
SELLERS = b"id,city\nS1,Ningbo\nS2,Yiwu\n"


def test_joins_look_up_sum_and_count_and_follow_one_another() -> None:
    found = read({"orders.csv": ORDERS, "items.csv": ITEMS, "sellers.csv": SELLERS}, JOINED)
    # Money adds up to the cent: 10.10 + 0.20 + 5.05.
    assert [said.attributes for said in found.said] == [{"value": 15.35, "items": 2, "origin": "Yiwu"}, None]


def test_optional_files_may_be_absent_and_required_ones_may_not() -> None:
    assert [said.attributes for said in read({"orders.csv": ORDERS}, JOINED).said] == [None, None]
    with pytest.raises(FieldError, match=r"no file fits 'orders\*'; files there: items\.csv"):
        read({"items.csv": ITEMS}, JOINED)


def test_a_joined_file_is_held_to_its_columns_and_its_bad_rows_are_refused() -> None:
    with pytest.raises(FieldError, match=r"items\.csv, column freight"):
        read({"orders.csv": ORDERS, "items.csv": ITEMS.replace(b"freight", b"shipping")}, JOINED)
    bad = ITEMS.replace(b"5.05,,S2", b"free,,S2") + b"1,7\n"
    found = read({"orders.csv": ORDERS, "items.csv": bad, "sellers.csv": SELLERS}, JOINED)
    assert [refused.field for refused in found.refused] == ["items.csv row 3, column price", "items.csv row 5"]
    # A sum of which one part cannot be read is not told at all.
    assert found.said[0].attributes == {"items": 2, "origin": "Yiwu"}


def test_a_join_may_use_two_columns_and_must_not_hide_one() -> None:
    join = {"file": "extra*", "key": ["o", "d"], "on": ["order", "created"], "take": {"x": "x"}}
    mapping = document(table={"file": "orders*", "joins": [join], "attributes": {"x": "x"}})
    extra = b"o,d,x\n1,2026-11-20 10:00:00,yes\n2,2026-11-20 10:00:00,no\n"
    assert [said.attributes for said in read({"orders.csv": ORDERS, "extra.csv": extra}, mapping).said] == [
        {"x": "yes"},
        None,
    ]
    hiding = document(mapping, table={"joins": [{**join, "take": {"paid": "x"}}], "attributes": {}})
    with pytest.raises(FieldError, match=r"orders\.csv, column paid"):
        read({"orders.csv": ORDERS, "extra.csv": extra}, hiding)


def test_every_file_of_a_pattern_is_read_with_the_format_of_its_own() -> None:
    one = b"order,created,paid\n1,13/11/2026 10:00,\n"
    other = b"paid;order;created\n;2;2026-11-14 10:00:00\n"
    found = read({"Orders-1.csv": one, "orders-2.csv": other}, document(table={"file": "orders*.csv"}))
    assert found.times == ["2026-11-13T09:00:00Z", "2026-11-14T09:00:00Z"]


def test_without_a_pattern_every_table_is_read_and_what_lies_beside_them_is_left_alone() -> None:
    other = ORDERS.replace(b"1,2026", b"3,2026").replace(b"2,2026", b"4,2026")
    found = read({"a.csv": ORDERS, "b.TXT": other, "mapping.json": b"{}", "waypost.db": b"SQLite"})
    assert [said.subject.ref for said in found.said] == ["1", "2", "3", "4"]
    assert read({"export": ORDERS}).codes == ["order.created"] * 2


def test_nothing_is_given_when_a_later_file_is_wrong() -> None:
    with pytest.raises(FieldError, match=r"orders-2\.csv"):
        read({"orders-1.csv": ORDERS, "orders-2.csv": b"order,created\n"}, document(table={"file": "orders*"}))


def test_reasons_are_mapped_or_left_open() -> None:
    known = next(reason.id for reason in load().reasons)
    statement = {**PLAIN[0], "reason": {"column": "why", "codes": {"Stau": known}}}
    table = "order,created,why\n1,2026-11-20 10:00:00,Stau\n2,2026-11-20 10:00:00,Laune\n"
    found = read(table, document(table={"statements": [statement]}))
    assert [said.reason for said in found.said] == [known, None]
