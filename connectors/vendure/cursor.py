"""Where a pull of a Vendure shop stands, and what it must still keep an eye on."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Mapping
from typing import Any

import orjson

from waypost.domain.errors import DocumentError

FORMAT = 1
_OF_PARCEL = ("id", "state", "updatedAt", "trackingCode")
Watched = dict[str, str]  # order id -> trace of what was last read of it


class Cursor:
    """Changes up to `since` (us) are read; `skip` orders of the current list too; `watched` may still move."""

    def __init__(self, since: int, newest: int, skip: int = 0, watched: Watched | None = None) -> None:
        self.since, self.newest, self.skip = since, newest, skip
        self.watched: Watched = watched if watched is not None else {}

    def text(self) -> str:
        """The cursor as it is kept; some 10 characters for each watched order."""
        packed = base64.b85encode(zlib.compress(orjson.dumps(self.watched), 9)).decode("ascii")
        kept = {"v": FORMAT, "since": self.since, "newest": self.newest, "skip": self.skip, "watched": packed}
        return orjson.dumps(kept).decode()


def read_cursor(text: str | None, start: int) -> Cursor:
    """A kept cursor, or the start of the first pull at `start` (us). Errors: DocumentError for one that is not ours."""
    if text is None:
        return Cursor(start, start)
    try:
        found = orjson.loads(text)
        if found["v"] != FORMAT:
            raise ValueError(found["v"])
        watched = orjson.loads(zlib.decompress(base64.b85decode(found["watched"])))
        return Cursor(int(found["since"]), int(found["newest"]), int(found["skip"]), dict(watched))
    except (ValueError, KeyError, TypeError, zlib.error):
        raise DocumentError("cursor", "it is no cursor of this connector.", "Start over with an empty one.") from None


def trace(order: Mapping[str, Any]) -> str:
    """Eight letters that change whenever something happens to an order."""
    history = order.get("trace")
    seen = [
        order.get("state"),
        order.get("updatedAt"),
        history.get("totalItems") if isinstance(history, dict) else None,
        sorted([str(parcel.get(name)) for name in _OF_PARCEL] for parcel in _each(order, "fulfillments")),
        sorted([str(p.get("id")), str(p.get("state")), *_refunds(p)] for p in _each(order, "payments")),
    ]
    return hashlib.blake2s(orjson.dumps(seen), digest_size=4).hexdigest()


def _refunds(payment: Mapping[str, Any]) -> list[str]:
    return sorted(f"{refund.get('id')}:{refund.get('state')}" for refund in _each(payment, "refunds"))


def _each(owner: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = owner.get(name)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
