"""One button "Export" for every table: CSV, Excel and Parquet, made when somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import streamlit as st

from waypost.domain.instants import from_us, now_us
from waypost.i18n import N_
from waypost.journeys.project import Mask
from waypost.services.export import Row, Sheet, csv_parts, excel, parquet_parts
from waypost.services.export.formats import EXCEL_TYPE, PARQUET_TYPE
from waypost.services.export.orders import orders_sheet
from waypost.services.live import OrderQuery, View
from waypost.web.format import Format
from waypost.web.words import DIMENSIONS, EVIDENCE, ROLES, STATUSES, TIERS, word

Said = Callable[[Row], Row]
_TITLES: Final = {
    "order": N_("Order"),
    "scope": N_("Name space"),
    "journey": N_("Journey"),
    "stage": N_("Stage"),
    "level": N_("Level"),
    "status": N_("Status"),
    "created": N_("Ordered"),
    "since": N_("In this stage since"),
    "due": N_("Due"),
    "promised": N_("Promised"),
    "delivered": N_("Delivered"),
    "value": N_("Value"),
    "currency": N_("Currency"),
    **DIMENSIONS,
    "id": N_("Number"),
    "source": N_("Source"),
    "event_id": N_("Event id"),
    "subject": N_("About"),
    "code": N_("Our code"),
    "at": N_("Time"),
    "until": N_("Until"),
    "stated_at": N_("Said at"),
    "recorded_at": N_("Recorded at"),
    "raw_time": N_("Time as given"),
    "evidence": N_("Evidence"),
    "classifier": N_("Kind of statement"),
    "kind": N_("Act"),
    "word": N_("Partner's word"),
    "place": N_("Place"),
    "lat": N_("Latitude"),
    "lon": N_("Longitude"),
    "reason": N_("Reason"),
    "quantity": N_("Quantity"),
    "target": N_("Refers to event"),
    "attributes": N_("Also known"),
    "simulated": N_("simulated"),
    "actor": N_("Person or key"),
    "action": N_("Action"),
    "object": N_("Object"),
    "detail": N_("Details"),
    "name": N_("Name"),
    "display": N_("Full name"),
    "role": N_("Role"),
    "lang": N_("Language"),
    "disabled": N_("Disabled"),
    "sessions": N_("Open sessions"),
    "account_created": N_("Created"),
    "last_login": N_("Last signed in"),
    "last_seen": N_("Last seen"),
    "address": N_("Address"),
    "browser": N_("Browser"),
    "prefix": N_("Key"),
    "scopes": N_("Scopes"),
    "rate": N_("Requests per second"),
    "created_by": N_("Created by"),
    "last_used": N_("Last used"),
    "revoked_at": N_("Revoked"),
    "received_at": N_("Received"),
    "field": N_("Field"),
    "problem": N_("Problem"),
    "remedy": N_("Remedy"),
    "raw": N_("As it came"),
    "n": N_("Events"),
    "first_seen": N_("First seen"),
    "message_id": N_("Message"),
    "attempts": N_("Attempts"),
    "took_ms": N_("Took (ms)"),
    "error": N_("Error"),
    "url": N_("Address"),
    "last_ok": N_("Last delivered"),
    "last_error": N_("Last error"),
    "backlog": N_("Waiting"),
    "state": N_("State"),
    "connector": N_("System"),
    "last_event": N_("Newest event"),
    "last_read": N_("Last read"),
    "lag_s": N_("Lag (s)"),
    "per_hour": N_("Events per hour"),
    "calls": N_("Calls this hour"),
    "budget": N_("Calls allowed per hour"),
    "unmapped": N_("Words without a meaning"),
    "quarantined": N_("In quarantine"),
    "merchant": N_("Merchant"),
    "expires_at": N_("Good until"),
    "board": N_("Board"),
    "figure": N_("Figure"),
    "from": N_("From"),
    "to": N_("To"),
    "measured": N_("Measured"),
    "share_in_time": N_("Share in time"),
    "p50_s": N_("Half within (s)"),
    "p95_s": N_("95% within (s)"),
    "warned": N_("With a warning"),
    "blocked": N_("Blocked"),
    "open_now": N_("Open now"),
    "warned_now": N_("Open with a warning"),
    "blocked_now": N_("Open and blocked"),
}


def offer(sheet: Sheet, fmt: Format, *, said: Said | None = None, key: str = "", note: str = "") -> None:
    """Draw the button with its three formats; `said` puts a row into the reader's words for Excel."""
    t, stem = fmt.t, f"{sheet.name}-{from_us(now_us(), fmt.zone):%Y%m%d-%H%M}"
    key = key or f"{sheet.name}.export"
    with st.popover(t("Export"), icon=":material/download:", key=key):
        st.caption(note or t("All rows of this list as it is filtered, not only those on the screen."))
        kinds = (
            (t("CSV (UTC, for programs)"), partial(to_csv, sheet), "csv", "text/csv"),
            (t("Excel (your language and zone)"), partial(to_excel, sheet, fmt, said), "xlsx", EXCEL_TYPE),
            (t("Parquet (UTC, for analysis)"), partial(to_parquet, sheet), "parquet", PARQUET_TYPE),
        )
        for label, make, ending, mime in kinds:
            name, own = f"{stem}.{ending}", f"{key}.{ending}"
            st.download_button(label, make, name, mime, key=own, on_click="ignore", width="stretch")


def to_csv(sheet: Sheet) -> bytes:
    """The whole file."""
    return b"".join(csv_parts(sheet))


def to_parquet(sheet: Sheet) -> bytes:
    """The whole file."""
    return b"".join(parquet_parts(sheet))


def to_excel(sheet: Sheet, fmt: Format, said: Said | None = None) -> bytes:
    """The whole file, in the reader's language and zone."""
    return excel(sheet, titles(sheet, fmt), fmt.zone, said)


def titles(sheet: Sheet, fmt: Format) -> list[str]:
    """The titles of the columns; those of instants name the zone."""
    return [
        f"{title} ({fmt.zone})" if column.kind == "instant" else title
        for column in sheet.columns
        for title in [fmt.t(_TITLES[column.name]) if column.name in _TITLES else column.name]
    ]


def orders(view: View, query: OrderQuery, only: Mask | None, fmt: Format) -> tuple[Sheet, Said]:
    """The orders of a list, and how their rows are said."""
    sheet = orders_sheet(view, query, only)
    return sheet, speak(sheet, fmt, _order_words(view, fmt))


def speak(sheet: Sheet, fmt: Format, words: dict[str, Callable[[Any, Row], Any]] | None = None) -> Said:
    """Fixed words of a table in the reader's language; `words` are more of them, by column."""
    said: dict[str, Callable[[Any, Row], Any]] = {
        "role": lambda value, _: word(ROLES, value, fmt.t),
        "evidence": lambda value, _: fmt.t(value) if value in EVIDENCE.values() else value,
        **(words or {}),
    }
    which = [said.get(column.name) for column in sheet.columns]

    def row(given: Row) -> Row:
        return [value if how is None else how(value, given) for how, value in zip(which, given, strict=True)]

    return row


def _order_words(view: View, fmt: Format) -> dict[str, Callable[[Any, Row], Any]]:
    t, lang = fmt.t, fmt.lang

    def journey(name: Any, _: Row) -> str:
        return view.journeys[name].version.journey.name.say(lang) if name else word(STATUSES, "unassigned", t)

    def stage(name: Any, row: Row) -> str:
        held = view.journeys[row[2]].version.journey.stage(name) if row[2] and name else None
        return held.name.say(lang) if held else ""

    return {
        "journey": journey,
        "stage": stage,
        "level": lambda value, _: t(TIERS[value]),
        "status": lambda value, _: word(STATUSES, value, t),
    }


def rows_of(found: Sequence[Row], name: str, columns: Sequence[Any]) -> Sheet:
    """A sheet of rows that are there already."""
    return Sheet(name, tuple(columns), lambda: iter(found))
