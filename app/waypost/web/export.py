"""The orders of a list as a file: CSV for programs, Excel for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from waypost.domain.instants import from_us
from waypost.i18n import N_
from waypost.journeys.project import Mask
from waypost.services.live import OrderQuery, View
from waypost.services.live.view import OrderRow
from waypost.web.format import Format
from waypost.web.words import DIMENSIONS, STATUSES, TIERS, stage_name, word

MOST: Final = 50_000  # orders in one CSV file
MOST_EXCEL: Final = 20_000  # and in an Excel file, which takes longer to write and to open
_INSTANTS: Final = {
    "created": N_("Ordered"),
    "since": N_("In this stage since"),
    "due": N_("Due"),
    "promised": N_("Promised"),
    "delivered": N_("Delivered"),
}
_BEFORE: Final = {
    "order": N_("Order"),
    "scope": N_("Name space"),
    "journey": N_("Journey"),
    "stage": N_("Stage"),
    "level": N_("Level"),
    "status": N_("Status"),
}
_AFTER: Final = {"value": N_("Value"), "currency": N_("Currency")}
# A spreadsheet runs a cell that starts with one of these as a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def to_csv(view: View, query: OrderQuery, only: Mask | None) -> bytes:
    """The orders with machine names and instants in UTC (RFC 3339); UTF-8 with a mark that Excel reads."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*_BEFORE, *_INSTANTS, *_AFTER, *DIMENSIONS])
    for row in _rows(view, query._replace(limit=MOST), only):
        instants = ["" if us is None else f"{from_us(us):%Y-%m-%dT%H:%M:%SZ}" for us in _instants(row)]
        texts = [row.subject.ref, row.subject.scope, row.journey, row.stage, row.level, row.status]
        rest = [row.value, row.currency, *(row.dimensions.get(name) for name in DIMENSIONS)]
        writer.writerow([_harmless(value) for value in (*texts, *instants, *rest)])
    return out.getvalue().encode("utf-8-sig")


def to_excel(view: View, query: OrderQuery, only: Mask | None, fmt: Format) -> bytes:
    """The orders in the reader's language and zone, with real dates and numbers."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(fmt.t("Orders"))
        bold, instant = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.set_column(0, len(_BEFORE) + len(_INSTANTS) + len(_AFTER) + len(DIMENSIONS), 18)
        sheet.freeze_panes(1, 1)
        sheet.write_row(0, 0, _titles(fmt), bold)
        for n, row in enumerate(_rows(view, query._replace(limit=MOST_EXCEL), only), 1):
            for column, value in enumerate(_spoken(row, view, fmt)):
                if isinstance(value, str):
                    sheet.write_string(n, column, value)
                elif isinstance(value, datetime):
                    sheet.write_datetime(n, column, value, instant)
                elif value is not None:
                    sheet.write_number(n, column, value)
    return out.getvalue()


def _titles(fmt: Format) -> list[str]:
    t = fmt.t
    timed = [f"{t(text)} ({fmt.zone})" for text in _INSTANTS.values()]
    return [*map(t, _BEFORE.values()), *timed, *map(t, _AFTER.values()), *map(t, DIMENSIONS.values())]


def _rows(view: View, query: OrderQuery, only: Mask | None) -> Iterator[OrderRow]:
    yield from view.orders(query._replace(offset=0), only).rows


def _instants(row: OrderRow) -> list[int | None]:
    return [getattr(row, name) for name in _INSTANTS]


def _spoken(row: OrderRow, view: View, fmt: Format) -> list[Any]:
    t = fmt.t
    journey = view.journeys[row.journey].version.journey if row.journey else None
    return [
        row.subject.ref,
        row.subject.scope,
        journey.name.say(fmt.lang) if journey else word(STATUSES, "unassigned", t),
        stage_name(journey, row.stage, t),
        t(TIERS[row.level]),
        word(STATUSES, row.status, t),
        *(None if us is None else from_us(us, fmt.zone).replace(tzinfo=None, microsecond=0) for us in _instants(row)),
        row.value,
        row.currency,
        *(row.dimensions.get(name) for name in DIMENSIONS),
    ]


def _harmless(value: object) -> object:
    text = value if isinstance(value, str) else None
    return f"'{text}" if text and text.startswith(_FORMULA) else value
