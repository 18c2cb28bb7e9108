"""The table-file connector proves every rule of the quality ladder that its manifest claims."""

from __future__ import annotations

from connectors.table_file import CONNECTOR
from tests.tables import NOW, document
from waypost.connect.contract import FileWish, build
from waypost.connect.testing import Case, conformance

TABLE = b"""\
order,created,paid,status
1001,2026-11-20 10:00:00,2026-11-20 10:01:00,sent
1002,2026-11-21 11:00:00,,sent
"""
MAPPING = document(
    table={
        "file": "orders*",
        "statements": [
            {"code": "order.created", "at": "created"},
            {"code": "payment.captured", "at": "paid"},
            {"undated": True, "words": {"column": "status", "codes": {"sent": "warehouse.shipped_declared"}}},
        ],
    }
)

TestTableFile = conformance(
    Case(
        connector="table_file",
        settings={"mapping": MAPPING},
        material={"orders.csv": TABLE},
        word=b"sent",
        required=b"created",
        now=NOW,
    )
)


def test_it_says_which_files_it_looks_for_and_which_must_be_there() -> None:
    wishes = build(CONNECTOR, {"preset": "olist"}).files()  # type: ignore[attr-defined]
    assert [wish for wish in wishes if wish.required] == [FileWish("*orders_dataset*", True)]
    assert FileWish("*customers_dataset*", False) in wishes
