"""Small tables and mapping documents for the tests of the table-file connector."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any, NamedTuple

from connectors.table_file import CONNECTOR
from waypost.connect.contract import Context, build
from waypost.connect.material import Bodies
from waypost.domain.instants import from_us, read_moment
from waypost.domain.statement import Refusal, Statement
from waypost.domain.vocabulary import load

NOW = read_moment("2026-11-23T12:00:00Z", None, "now").at or 0

WIDE: dict[str, Any] = {
    "format": 1,
    "name": "wide",
    "source": "shop",
    "zone": "Europe/Berlin",
    "tables": [
        {
            "subject": {"kind": "order", "id": "order"},
            "statements": [
                {"code": "order.created", "at": "created"},
                {"code": "payment.captured", "at": "paid"},
            ],
        }
    ],
}
LONG: dict[str, Any] = {
    "format": 1,
    "name": "long",
    "source": "carrier",
    "tables": [
        {
            "subject": {"kind": "parcel", "id": "waybill"},
            "statements": [
                {
                    "at": "time",
                    "evidence": "scanned",
                    "place": "hub",
                    "words": {"column": "word", "codes": {"PU": "linehaul.picked_up", "OK": "delivery.delivered"}},
                }
            ],
        }
    ],
}


class Result(NamedTuple):
    """What a parse gave."""

    said: list[Statement]
    refused: list[Refusal]

    @property
    def codes(self) -> list[str]:
        """The event codes in their order."""
        return [said.code for said in self.said]

    @property
    def times(self) -> list[str]:
        """The instants in their order, in UTC; a dash for none."""
        return ["-" if said.at is None else from_us(said.at).strftime("%Y-%m-%dT%H:%M:%SZ") for said in self.said]

    @property
    def ids(self) -> list[str]:
        """The event ids in their order."""
        return [said.event_id for said in self.said]


def document(base: dict[str, Any] = WIDE, table: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A copy of a document with changes, those of `table` in its first table."""
    made: dict[str, Any] = {**copy.deepcopy(base), **changes}
    made["tables"][0].update(table or {})
    return made


def read(
    parts: dict[str, bytes] | bytes | str, mapping: dict[str, Any] = WIDE, zone: str | None = None, now: int = NOW
) -> Result:  # fmt: skip
    """Parse one table (named table.csv) or several parts with a mapping document."""
    if isinstance(parts, str):
        parts = parts.encode()
    given = parts if isinstance(parts, dict) else {"table.csv": parts}
    return sort(build(CONNECTOR, {"mapping": mapping, "zone": zone}).parse(Bodies(given), Context(now, load())))


def sort(items: Iterable[Statement | Refusal]) -> Result:
    """Statements and refusals apart."""
    found = list(items)
    said = [item for item in found if isinstance(item, Statement)]
    return Result(said, [item for item in found if isinstance(item, Refusal)])
