"""The mapping document: every mistake is told by its path, and the document shapes event ids and extras."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tables import LONG, WIDE, document, read
from waypost.connect.contract import build
from waypost.domain.errors import DocumentError

ROW = "order,created,paid\n1,2026-11-20 10:00:00,\n"
CREATED = {"code": "order.created", "at": "created"}


def wrong(**changes: Any) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(ROW, {**document(), **changes})
    return caught.value


def wrong_table(**changes: Any) -> DocumentError:
    return wrong(tables=[{**WIDE["tables"][0], **changes}])


def wrong_statement(**statement: Any) -> DocumentError:
    return wrong_table(statements=[CREATED, statement])


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"format": 2}, "format"),
        ({"name": "My Mapping"}, "name"),
        ({"source": ""}, "source"),
        ({"zone": "Berlin"}, "zone"),
        ({"tables": []}, "tables"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_mistakes_of_the_document_are_told_by_path(changes: dict[str, Any], path: str) -> None:
    assert wrong(**changes).field == path


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"subject": {"kind": "shipment", "id": "order"}}, "tables[0].subject.kind"),
        ({"subject": {"kind": "order"}}, "tables[0].subject.id"),
        ({"statements": []}, "tables[0].statements"),
        ({"file": {"pattern": "*", "delimiter": "::"}}, "tables[0].file.delimiter"),
        ({"file": {"encoding": "utf-9"}}, "tables[0].file.encoding"),
        ({"decimal": "'"}, "tables[0].decimal"),
        ({"identifiers": {"waybill": "order"}}, "tables[0].identifiers.waybill.[key]"),
        ({"attributes": {"channel": {}}}, "tables[0].attributes.channel"),
        ({"joins": [{"file": "x", "key": ["a", "b"], "on": "order", "take": {"c": "c"}}]}, "tables[0].joins[0]"),
        ({"joins": [{"file": "x", "key": "a", "on": "order", "take": {"c": {}}}]}, "tables[0].joins[0].take.c"),
    ],
)
def test_mistakes_of_a_table_are_told_by_path(changes: dict[str, Any], path: str) -> None:
    assert wrong_table(**changes).field == path


@pytest.mark.parametrize(
    ("statement", "path", "problem"),
    [
        ({"code": "order.create", "at": "paid"}, "code", "did you mean order.created"),
        ({"at": "paid"}, "", 'either "code", or "words"'),
        ({"code": "order.created"}, "", 'either "at" with a time column, or "undated": true'),
        ({"code": "order.created", "at": "paid", "undated": True}, "", 'either "at"'),
        ({"code": "order.created", "undated": True, "classifier": "planned"}, "", 'needs "at"'),
        ({"code": "order.created", "at": "paid", "evidence": "predicted"}, "", "a prediction is not"),
        ({"code": "order.created", "at": "paid", "evidence": "rumour"}, "evidence", "'declared'"),
        ({"undated": True, "words": {"column": "paid", "codes": {"y": "payment.done"}}}, "words.codes", "word 'y'"),
        ({"code": "order.created", "at": {"column": "paid", "zone": "UTC"}}, "at.zone", "not known"),
        (
            {"code": "order.created", "at": "paid", "reason": {"column": "why", "codes": {"x": "weather.rain"}}},
            "reason.codes",
            "no reason code",
        ),
    ],
)
def test_mistakes_of_a_statement_are_told_by_path(statement: dict[str, Any], path: str, problem: str) -> None:
    error = wrong_statement(**statement)
    assert error.field == "tables[0].statements[1]" + (f".{path}" if path else "")
    assert problem in error.problem


def test_two_statements_of_one_column_need_names_of_their_own() -> None:
    again = {"code": "payment.captured", "at": "created"}
    assert "two statements are called 'created'" in wrong_table(statements=[CREATED, again]).problem
    named = document(table={"statements": [CREATED, {**again, "name": "prepaid"}]})
    assert read(ROW, named).ids == ["1:created", "1:prepaid"]


def test_a_link_that_cannot_be_is_refused() -> None:
    link = {"rel": "carries", "to": {"kind": "order", "id": "order"}}
    error = wrong_table(links=[link])
    assert error.field == "tables[0]"
    assert "'carries' does not go from order to order" in error.problem


def test_several_tables_need_names_because_event_ids_carry_them() -> None:
    table = WIDE["tables"][0]
    assert 'several tables need a "name"' in wrong(tables=[table, table]).problem
    both = [{**table, "name": "west", "file": "west*"}, {**table, "name": "east", "file": "east*"}]
    found = read({"west.csv": ROW.encode(), "east.csv": ROW.encode()}, document(tables=both))
    assert found.ids == ["west:1:created", "east:1:created"]


def test_neither_or_both_of_preset_and_mapping_are_refused() -> None:
    from connectors.table_file import CONNECTOR

    for settings in ({}, {"preset": "olist", "mapping": WIDE}):
        with pytest.raises(DocumentError, match="either a preset or a mapping"):
            build(CONNECTOR, settings)
    with pytest.raises(DocumentError, match="Presets: olist"):
        build(CONNECTOR, {"preset": "ebay"}).test(lambda call: pytest.fail("a file needs no call"))


def test_ids_are_stable_and_tell_what_makes_an_event_distinct() -> None:
    statements = [
        CREATED,
        {"code": "delivery.delivered", "classifier": "planned", "at": "paid"},
        {"undated": True, "words": {"column": "word", "codes": {"sent": "warehouse.shipped_declared"}}},
    ]
    mapping = document(table={"statements": statements})
    first = read("order,created,paid,word\n7,2026-11-20 10:00:00,2026-11-25,sent\n", mapping)
    later = read("order,created,paid,word\n7,2026-11-20 10:09:00,2026-11-26,done\n", mapping)
    assert first.ids == ["7:created", "7:paid:2026-11-25", "7:word:sent"]
    # A new promise and a new word are new statements; the actual time of a column is one statement.
    assert later.ids == ["7:created", "7:paid:2026-11-26", "7:word:done"]


def test_long_tables_tell_their_events_apart_or_take_the_partners_ids() -> None:
    table = "waybill,time,word,hub,scan\nW1,2026-11-20T10:00:00Z,PU,A,s1\nW1,2026-11-20T10:00:00Z,PU,B,s2\n"
    assert read(table, LONG).ids == ["W1:time:PU:2026-11-20T10:00:00Z:A", "W1:time:PU:2026-11-20T10:00:00Z:B"]
    statement = {**LONG["tables"][0]["statements"][0], "id": "scan"}
    assert read(table, document(LONG, table={"statements": [statement]})).ids == ["s1", "s2"]


def test_ids_that_are_too_long_end_in_a_digest() -> None:
    table = f"waybill,time,word,hub\nW1,2026-11-20T10:00:00Z,{'x' * 150},A\nW1,2026-11-20T10:00:00Z,{'x' * 150},B\n"
    one, other = read(table, LONG).ids
    assert one != other
    assert len(one) <= 180
    assert one[:100] == other[:100]
