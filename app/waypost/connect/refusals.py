"""A partner's refusal by HTTP status, in the words of `waypost.connect.errors`."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import orjson

from waypost.connect.addresses import shown
from waypost.connect.contract import Answer
from waypost.connect.errors import (
    BadCredentials,
    ConnectorError,
    Forbidden,
    NotThere,
    NotUnderstood,
    NotUsable,
    RateLimited,
    TimedOut,
    Unavailable,
)  # fmt: skip

LONGEST = 86_400.0  # nobody is made to wait longer than a day by one header


def check_status(answer: Answer, url: str) -> None:
    """Raise what a status of 300 and above means. Errors: ConnectorError."""
    if answer.status >= 300:
        raise _refusal(answer, shown(url))


def _refusal(answer: Answer, place: str) -> ConnectorError:
    status, after = answer.status, retry_after(answer)
    told = f"{place} answers {status}{_said(answer.body)}."
    if status == 401:
        return BadCredentials(f"{place} refuses the login or key (401).")
    if status in (402, 403):
        return Forbidden(f"{place} does not allow this ({status}).")
    if status in (404, 410):
        return NotThere(f"There is nothing at {place} ({status}).")
    if status == 408:
        return TimedOut(told, after)
    if status == 429:
        return RateLimited(f"{place} asks for patience (429).", after)
    if status >= 500:
        return Unavailable(told, after)
    return NotUnderstood(told) if status < 400 else NotUsable(told)


def _said(body: bytes) -> str:
    """What a GraphQL server says is wrong with the query, as it says so beside a status of 400."""
    try:
        errors = orjson.loads(body)["errors"]
        return f": {str(errors[0]['message'])[:200].rstrip('.')}"
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError):
        return ""


def retry_after(answer: Answer, now: float | None = None) -> float | None:
    """The seconds that `Retry-After` asks for, whether it holds a number or a date; None without one."""
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        wait = float(text)
    except ValueError:
        try:
            wait = parsedate_to_datetime(text).timestamp() - (time.time() if now is None else now)
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(wait, 0.0), LONGEST) if wait == wait else None
