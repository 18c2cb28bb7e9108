"""GraphQL over a Transport: post a query, get its data; whatever went wrong is a ConnectorError."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from waypost.connect.addresses import shown
from waypost.connect.bodies import read_json
from waypost.connect.contract import Answer, Call, Transport
from waypost.connect.errors import (
    BadCredentials,
    ConnectorError,
    Forbidden,
    NotUnderstood,
    NotUsable,
    RateLimited,
    TooLarge,
)
from waypost.domain.errors import FieldError

_LOGIN = frozenset({"UNAUTHENTICATED", "UNAUTHORIZED", "AUTHENTICATION_ERROR"})
_RIGHT = frozenset({"FORBIDDEN", "ACCESS_DENIED"})
_PACE = frozenset({"THROTTLED", "RATE_LIMITED"})


class Reply(dict[str, Any]):
    """The `data` of an answer, with the answer's `extensions`, its headers and its raw bytes."""

    extensions: Mapping[str, Any]
    answer: Answer


def ask(
    transport: Transport,
    url: str,
    query: str,
    variables: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    safe: bool = True,
) -> Reply:
    """Post one query and read its data; `safe` False for a mutation, which is never repeated by itself.

    Errors: ConnectorError. Data that comes together with errors is refused: half an answer would be a gap.
    """
    sent = {"content-type": "application/json", "accept": "application/json", **(headers or {})}
    call = Call("POST", url, sent, orjson.dumps({"query": query, "variables": variables or {}}), safe)
    answer = transport(call)
    try:
        body = read_json(answer.body, "answer")
    except FieldError:
        raise NotUnderstood(f"{shown(url)} answers with something that is no JSON.") from None
    if not isinstance(body, dict) or ("data" not in body and not body.get("errors")):
        raise NotUnderstood(f"{shown(url)} answers with something that is no GraphQL.")
    extensions = body.get("extensions") if isinstance(body.get("extensions"), dict) else {}
    if body.get("errors"):
        raise _refusal(body["errors"], extensions or {}, shown(url))
    if not isinstance(body["data"], dict):
        raise NotUnderstood(f"{shown(url)} answers without data.")
    reply = Reply(body["data"])
    reply.extensions, reply.answer = extensions or {}, answer
    return reply


def _refusal(errors: Any, extensions: Mapping[str, Any], place: str) -> ConnectorError:
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    message = str(first.get("message", errors))[:300]
    extra = first.get("extensions")
    code = str(extra.get("code", "")).upper() if isinstance(extra, dict) else ""
    if code in _PACE or message == "Throttled":
        return RateLimited(f"{place} asks for patience: {message}.", throttled(extensions))
    if code == "MAX_COST_EXCEEDED":
        return TooLarge(f"{place} finds the query too costly: {message}.")
    if code in _LOGIN:
        return BadCredentials(f"{place} refuses the login or key: {message}.")
    if code in _RIGHT:
        return Forbidden(f"{place} does not allow this: {message}.")
    if "INTERNAL" in code:
        return NotUnderstood(f"{place} reports a fault of its own: {message}.")
    return NotUsable(f"{place} does not accept the query: {message}.")


def throttled(extensions: Mapping[str, Any]) -> float | None:
    """The seconds until a query of the same cost fits, by Shopify's `cost.throttleStatus`; None when it is not told."""
    cost = extensions.get("cost")
    status = cost.get("throttleStatus") if isinstance(cost, dict) else None
    if not isinstance(status, dict):
        return None
    try:
        wanted = float(cost.get("requestedQueryCost") or 0) if isinstance(cost, dict) else 0.0
        missing = wanted - float(status["currentlyAvailable"])
        return max(0.0, missing) / float(status["restoreRate"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None


class Thrift:
    """Waits until a query fits into what the partner still allows, as its last answer told.

    Shopify fills a bucket of points by and by and takes the cost of every query out of it. A wait beyond `longest`
    seconds is left to the caller, as RateLimited.
    """

    def __init__(self, longest: float = 10.0, sleep: Callable[[float], None] = time.sleep) -> None:
        self._longest, self._sleep = longest, sleep
        self._next = 0.0

    def ask(self, query: Callable[[], Reply], tries: int = 3) -> Reply:
        """Ask, after waiting as long as the query needs; again when it comes too early all the same."""
        self._pause(self._next)
        for left in reversed(range(tries)):
            try:
                reply = query()
            except RateLimited as early:
                if not left or early.retry_after is None or early.retry_after > self._longest:
                    raise
                self._pause(early.retry_after)
            else:
                self._next = min(throttled(reply.extensions) or 0.0, self._longest)
                return reply
        raise AssertionError("the last try ends by a reply or an error")

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._sleep(seconds)
