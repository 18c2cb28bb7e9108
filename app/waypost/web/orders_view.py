"""The orders list put into words, and what is said above it."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from waypost.services import kpi
from waypost.services.live import View
from waypost.services.live.query import OrderRow
from waypost.services.search import MANY, Search
from waypost.web import links, returns
from waypost.web.format import Format
from waypost.web.orders_filters import OrdersFilters
from waypost.web.phrases import due_of, reason, tier
from waypost.web.words import STATUSES, word

STREAM_FROM: Final = 100_000  # orders: longer lists are not built in the console's memory
_STREAMED: Final = (("CSV", "csv"), ("Parquet", "parquet"))


def rows(found: list[OrderRow], view: View, fmt: Format) -> list[Any]:
    """The rows of one page."""
    return [_row(row, view, fmt) for row in found]


def _row(row: OrderRow, view: View, fmt: Format) -> dict[str, Any]:
    journey = view.journeys[row.journey].version.journey if row.journey else None
    stage = journey.stage(row.stage) if journey and row.stage else None
    cause = journey.stage(row.cause) if journey and row.cause else None
    opened = row.status == "open"
    since = row.since if opened else row.delivered
    waited = fmt.t("for {duration}", duration=fmt.duration(view.now - since)) if opened and since is not None else ""
    return {
        "id": str(row.key),
        "href": links.order(row.subject),
        "order": row.subject.ref,
        **(tier(row, cause, fmt) if opened else {"tier": "ok", "tier_word": ""}),
        "stage": stage.name.say(fmt.lang) if opened and stage else _over(row, fmt),
        "stage_icon": stage.icon if opened and stage else "task_alt" if row.status == "delivered" else "cancel",
        "detail": reason(row, cause, fmt, view.now) if cause and cause.target.basis != "promise" else "",
        "since": waited,
        "since_full": "" if since is None else fmt.full(since),
        **(due_of(row, cause, fmt, view.now) if opened else {}),
        "promised": None if row.promised is None else fmt.promised(row.promised, view.now),
        "promised_note": _kept(row, fmt),
        "value": None if row.value is None else fmt.money(row.value, row.currency),
        "channel": row.dimensions.get("channel"),
        "carrier": row.dimensions.get("carrier"),
        "place": row.dimensions.get("destination"),
        "created": None if row.created is None else fmt.instant(row.created, view.now),
        "created_full": "" if row.created is None else fmt.full(row.created),
        "mark": returns.mark(row, view, fmt),
    }


def _over(row: OrderRow, fmt: Format) -> str:
    if row.status == "delivered" and row.need > row.done > 0:
        done, need = fmt.count(row.done), fmt.count(row.need)
        return fmt.t("partly delivered, {done} of {need}", done=done, need=need)
    return word(STATUSES, "unassigned" if row.journey is None else row.status, fmt.t)


def _kept(row: OrderRow, fmt: Format) -> str:
    if row.promised is None or row.delivered is None:
        return ""
    if row.delivered <= row.promised:
        return fmt.t("kept")
    return fmt.t("missed by {duration}", duration=fmt.duration(row.delivered - row.promised))


def headline(total: int, held: OrdersFilters, only: tuple[Any, int] | None, view: View, fmt: Format) -> str:
    """How many orders there are; of a KPI's parcels also how many those are."""
    t = fmt.t
    orders = t.plural("{n} order", "{n} orders", total, n=fmt.count(total))
    if only is None or held.behind is None or held.behind.how != "closed":
        return orders
    journey = kpi.journey_of(view, held.behind.journey)
    stage = journey.stage(held.behind.stage) if journey else None
    if stage is None or stage.grain == "order":
        return orders
    if stage.grain == "return":
        returned = t.plural("{n} return", "{n} returns", only[1], n=fmt.count(only[1]))
        return t("{parcels} in {orders}", parcels=returned, orders=orders)
    parcels = t.plural("{n} parcel", "{n} parcels", only[1], n=fmt.count(only[1]))
    return t("{parcels} in {orders}", parcels=parcels, orders=orders)


def hidden(found: Search | None, total: int, view: View, fmt: Format) -> str:
    """Says that the filters hide all that a search found; empty when they do not."""
    n = 0 if found is None or total else len(view.places_of(found.keys))
    if not n:
        return ""
    return fmt.t.plural(
        "{n} order fits the search, but the filters hide it.",
        "{n} orders fit the search, but the filters hide them.",
        n,
        n=fmt.count(n),
    )


def stream_links(held: OrdersFilters, fmt: Format) -> str:
    """Where a list that is too long for the page's own memory can be had as a stream; markdown."""
    asked: dict[str, Any] = {"q": held.text, "journey": held.journey, "stage": held.stage, "level": held.level}
    asked |= {"status": held.status, "sort": held.sort, "returns": held.returns}
    asked |= {name: list(words) for name, words in held.where}
    asked |= {"due": held.due, "within": held.within} if held.due else {}
    query = {name: value for name, value in asked.items() if value}
    base = f"/api/v1/orders?{urlencode(query, doseq=True)}&format="
    links_to = (f"[{kind}]({base}{end})" for kind, end in _STREAMED)
    return fmt.t("Long lists come as a stream: {links}", links=" · ".join(links_to))


def search_notes(found: Search | None, fmt: Format) -> list[str]:
    """What a search did not do, in sentences."""
    t = fmt.t
    notes = []
    if found is not None and found.missing:
        shown = ", ".join(found.missing[:12]) + (" …" if len(found.missing) > 12 else "")
        notes.append(t("Nothing has this id: {ids}", ids=shown))
    if found is not None and found.cut:
        notes.append(t("Too much for one search: the first {n} ids were looked up.", n=fmt.count(MANY)))
    return notes
