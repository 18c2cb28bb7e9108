"""Pulling a shop: pages of changed orders, each completed with what did not fit into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from connectors.shopify import queries
from connectors.shopify.client import Client
from connectors.shopify.settings import ShopifySettings
from waypost.connect.contract import Page
from waypost.connect.errors import NotUnderstood, TooLarge
from waypost.connect.material import Bodies
from waypost.domain.errors import DocumentError, FieldError
from waypost.domain.instants import DAY, SECOND, from_us, read_moment

PART = "orders.json"
_STEPS = (50, queries.MANY)


class Cursor:
    """Where a pull stands: changes since `since` (us), and within them the page after `after`."""

    def __init__(self, since: int, newest: int, after: str | None = None) -> None:
        self.since, self.newest, self.after = since, newest, after

    def text(self) -> str:
        """The cursor as it is kept."""
        return orjson.dumps({"since": self.since, "newest": self.newest, "after": self.after}).decode()


def read_cursor(text: str | None, settings: ShopifySettings, now: int) -> Cursor:
    """A kept cursor, or the start of the first pull. Errors: DocumentError for one that is not ours."""
    if text is None:
        start = now - settings.first_days * DAY
        return Cursor(start, start)
    try:
        found = orjson.loads(text)
        since, newest, after = int(found["since"]), int(found["newest"]), found.get("after")
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        raise DocumentError("cursor", "it is no cursor of this connector.", "Start over with an empty one.") from None
    return Cursor(since, newest, after if isinstance(after, str) else None)


def pull(client: Client, settings: ShopifySettings, text: str | None, now: int) -> Iterator[Page]:
    """Pages of what changed. An order that changes meanwhile moves to the end, so it is read once more, never lost."""
    cursor = read_cursor(text, settings, now)
    query = queries.page(settings.read_places, settings.read_returns)
    # The same lower end for all pages of one pull, also when it goes on after a restart.
    size, since = settings.page_size, _iso(cursor.since - settings.overlap * SECOND)
    while True:
        asked = {"first": size, "after": cursor.after, "changed": f"updated_at:>='{since}'"}
        try:
            data = client.ask(query, asked)
        except TooLarge:
            if size == 1:
                raise
            size = max(1, size // 2)
            continue
        orders, info = _list(data.get("orders"))
        for order in orders:
            _Rest(client, settings.read_places).complete(order)
            cursor.newest = max(cursor.newest, _changed(order))
        more = bool(info.get("hasNextPage")) and isinstance(info.get("endCursor"), str)
        if not more:
            cursor.since = max(cursor.since, cursor.newest)
        cursor.after = info["endCursor"] if more else None
        yield Page(Bodies({PART: orjson.dumps({"orders": orders})}), cursor.text())
        if not more:
            return


def _list(value: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    nodes = value.get("nodes") if isinstance(value, dict) else None
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        raise NotUnderstood("The shop answers without the list of orders that was asked for.")
    info = value.get("pageInfo")
    return nodes, info if isinstance(info, dict) else {}


def _changed(order: dict[str, Any]) -> int:
    try:
        return read_moment(str(order.get("updated_at")), None, "updated_at").at or 0
    except FieldError:
        return 0  # the parser will refuse the order and say why


class _Rest:
    """What did not fit into a page."""

    def __init__(self, client: Client, places: bool) -> None:
        self._client, self._places = client, places

    def complete(self, order: dict[str, Any]) -> None:
        """Fetch the rest of every list; one that still goes on keeps its mark, and parsing tells so."""
        for name in queries.FLAT:
            self._widen(order, name)
        self._go_on(order, "line_items", "line_items")
        self._go_on(order, "returns", "returns")
        for fulfillment in _entries(order.get("fulfillments")):
            self._go_on(fulfillment, "line_items", "load")
            self._go_on(fulfillment, "events", "events")
        for refund in _entries(order.get("refunds")):
            self._go_on(refund, "refund_line_items", "refund_line_items")
        for back in _entries(order.get("returns")):
            self._go_on(back, "return_line_items", "return_line_items")

    def _widen(self, order: dict[str, Any], name: str) -> None:
        """Ask for more of a list without pages while it is full; what stays full is told, not cut."""
        held = queries.FEW
        for first in _STEPS:
            if len(_entries(order.get(name))) < held:
                return
            try:
                reply = self._client.ask(queries.whole(name, first, self._places), {"id": order.get("gid")})
            except TooLarge:
                break
            order[name], held = _entries((reply.get("node") or {}).get("list")), first
        if len(_entries(order.get(name))) >= held:
            order[name] = {"nodes": _entries(order.get(name)), "pageInfo": {"hasNextPage": True}}

    def _go_on(self, owner: dict[str, Any], field: str, name: str) -> None:
        value = owner.get(field)
        while isinstance(value, dict) and (value.get("pageInfo") or {}).get("hasNextPage"):
            asked = {"id": owner.get("gid"), "after": value["pageInfo"].get("endCursor")}
            reply = self._client.ask(queries.rest_of(name, self._places), asked)
            found = (reply.get("node") or {}).get("list")
            if not isinstance(found, dict) or (found.get("pageInfo") or {}).get("endCursor") == asked["after"]:
                return
            value["nodes"] = _entries(value) + _entries(found)
            value["pageInfo"] = found.get("pageInfo") or {}


def _entries(value: Any) -> list[Any]:
    found = value.get("nodes") if isinstance(value, dict) else value
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _iso(us: int) -> str:
    return from_us(max(us, 0)).strftime("%Y-%m-%dT%H:%M:%SZ")
