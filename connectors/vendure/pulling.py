"""Pulling a shop: orders that say they changed, then the watched ones that changed without saying so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from connectors.vendure import queries
from connectors.vendure.client import Client
from connectors.vendure.cursor import Cursor, read_cursor, trace
from connectors.vendure.settings import VendureSettings
from waypost.connect.contract import Page, Transport
from waypost.connect.errors import NotUnderstood
from waypost.connect.material import Bodies
from waypost.domain.errors import FieldError
from waypost.domain.instants import DAY, SECOND, from_us, read_moment

PART = "orders.json"
TRACES = 4  # as many pages of traces come in one call, because they are so much smaller


class Pull:
    """One pull of one shop."""

    def __init__(self, client: Client, transport: Transport, settings: VendureSettings, now: int) -> None:
        self._client, self._transport, self._settings, self._now = client, transport, settings, now

    def pages(self, text: str | None) -> Iterator[Page]:
        """Pages of orders, each with the cursor from which a pull goes on, also after a crash in between."""
        cursor = read_cursor(text, self._now - self._settings.first_days * DAY)
        ended: set[str] = set()
        yield from self._changed(cursor, ended)
        yield from self._watched(cursor, ended)

    def _changed(self, cursor: Cursor, ended: set[str]) -> Iterator[Page]:
        """Orders by updatedAt. Sorted by id, because an order that changes meanwhile must not shift the others."""
        after = _iso(cursor.since - self._settings.overlap * SECOND)
        where = {"orderPlacedAt": {"isNull": False}, "updatedAt": {"after": after}}
        while True:
            orders, total = self._list(queries.ORDERS, where, cursor.skip, self._settings.page_size)
            self._complete(orders)
            for order in orders:
                cursor.newest = max(cursor.newest, _updated(order))
                cursor.watched[str(order.get("id"))] = trace(order)
                if order.get("state") in queries.FINISHED:
                    ended.add(str(order.get("id")))
            cursor.skip += len(orders)
            if not orders or cursor.skip >= total:
                break
            yield _page(orders, cursor)
        cursor.since, cursor.skip = max(cursor.since, cursor.newest), 0
        yield _page(orders, cursor)

    def _watched(self, cursor: Cursor, ended: set[str]) -> Iterator[Page]:
        """Orders that are on their way, or were placed lately, or were so at the last pull and are no more."""
        now = dict(self._traces())
        moved = [key for key, seen in now.items() if cursor.watched.get(key) != seen]
        moved += [key for key in cursor.watched if key not in now and key not in ended]
        size = self._settings.page_size
        for start in range(0, len(moved), size):
            some = moved[start : start + size]
            orders, _ = self._list(queries.ORDERS, {"id": {"in": some}}, 0, size)
            self._complete(orders)
            fresh = {str(order.get("id")): trace(order) for order in orders}
            for key in some:  # what is finished, or gone from the shop, is watched no longer
                cursor.watched.pop(key, None)
            cursor.watched.update({key: seen for key, seen in fresh.items() if key in now})
            yield _page(orders, cursor)
        if left := [key for key in cursor.watched if key not in now]:
            for key in left:
                del cursor.watched[key]
            yield _page([], cursor)

    def _traces(self) -> Iterator[tuple[str, str]]:
        lately = _iso(self._now - self._settings.watch_days * DAY)
        going = [{"state": {"notIn": queries.FINISHED}}, {"orderPlacedAt": {"after": lately}}]
        where = {"orderPlacedAt": {"isNull": False}, "_or": going}
        skip = 0
        while True:
            orders, total = self._list(queries.TRACES, where, skip, TRACES * self._settings.page_size)
            yield from ((str(order.get("id")), trace(order)) for order in orders)
            # An order that ends meanwhile leaves this list and shifts it, so pages overlap by a few.
            skip += max(1, len(orders) - 5) if skip + len(orders) < total else len(orders)
            if not orders or skip >= total:
                return

    def _list(self, query: str, where: dict[str, Any], skip: int, take: int) -> tuple[list[dict[str, Any]], int]:
        options = {"filter": where, "sort": {"id": "ASC"}, "skip": skip, "take": take}
        found = self._client.ask(self._transport, query, {"options": options}).get("orders")
        orders = found.get("items") if isinstance(found, dict) else None
        if not isinstance(orders, list) or not all(isinstance(order, dict) for order in orders):
            raise NotUnderstood("The shop answers without the list of orders that was asked for.")
        total = found.get("totalItems") if isinstance(found, dict) else None
        return orders, total if isinstance(total, int) else len(orders)

    def _complete(self, orders: Sequence[dict[str, Any]]) -> None:
        """Fetch what is left of long histories."""
        for order in orders:
            history = order.get("history")
            if not isinstance(history, dict) or not isinstance(history.get("items"), list):
                continue
            while len(history["items"]) < int(history.get("totalItems") or 0):
                asked = {"id": order.get("id"), "skip": len(history["items"])}
                more = self._client.ask(self._transport, queries.MORE_HISTORY, asked).get("order") or {}
                found = (more.get("history") or {}).get("items") or []
                if not found:
                    break  # the parser sees the total, and says that entries are missing
                history["items"] += found


def _page(orders: Sequence[dict[str, Any]], cursor: Cursor) -> Page:
    return Page(Bodies({PART: orjson.dumps({"orders": list(orders)})}), cursor.text())


def _updated(order: dict[str, Any]) -> int:
    try:
        return read_moment(str(order.get("updatedAt")), None, "updatedAt").at or 0
    except FieldError:
        return 0  # the parser will refuse the order and say why


def _iso(us: int) -> str:
    return from_us(max(us, 0)).isoformat().replace("+00:00", "Z")
