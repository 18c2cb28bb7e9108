"""GraphQL answers, good and bad, as errors that say what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from waypost.connect.contract import Answer, Call
from waypost.connect.errors import (
    BadCredentials,
    ConnectorError,
    Forbidden,
    NotUnderstood,
    NotUsable,
    RateLimited,
    TooLarge,
)  # fmt: skip
from waypost.connect.graphql import Reply, Thrift, ask

URL = "https://shop.example/graphql?key=sesame"


def answering(body: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda call: Answer(200, {"x-version": "1"}, raw)


def test_a_query_is_posted_as_json_and_its_data_come_back() -> None:
    seen: list[Call] = []

    def transport(call: Call) -> Answer:
        seen.append(call)
        return Answer(200, {"x-version": "1"}, b'{"data": {"a": 1}, "extensions": {"cost": 3}}')

    reply = ask(transport, URL, "query($n: Int) { a(n: $n) }", {"n": 5}, {"x-key": "k"})
    assert (dict(reply), reply.extensions, reply.answer.headers["x-version"]) == ({"a": 1}, {"cost": 3}, "1")
    assert json.loads(seen[0].body) == {"query": "query($n: Int) { a(n: $n) }", "variables": {"n": 5}}
    assert (seen[0].safe, seen[0].headers["x-key"]) == (True, "k")


def test_a_mutation_is_not_safe() -> None:
    seen: list[Call] = []

    def transport(call: Call) -> Answer:
        seen.append(call)
        return Answer(200, {}, b'{"data": {}}')

    ask(transport, URL, "mutation { a }", safe=False)
    assert not seen[0].safe


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>Login</html>", NotUnderstood),
        (b"", NotUnderstood),
        (b'{"data": {"a": 1', NotUnderstood),
        ([], NotUnderstood),
        ({"hello": 1}, NotUnderstood),
        ({"data": None}, NotUnderstood),
        ({"data": [1]}, NotUnderstood),
        ({"errors": [{"message": "Throttled"}]}, RateLimited),
        ({"errors": [{"message": "x", "extensions": {"code": "THROTTLED"}}]}, RateLimited),
        ({"errors": [{"message": "x", "extensions": {"code": "MAX_COST_EXCEEDED"}}]}, TooLarge),
        ({"errors": [{"message": "x", "extensions": {"code": "FORBIDDEN"}}]}, Forbidden),
        ({"errors": [{"message": "x", "extensions": {"code": "ACCESS_DENIED"}}], "data": {"a": 1}}, Forbidden),
        ({"errors": [{"message": "x", "extensions": {"code": "UNAUTHENTICATED"}}]}, BadCredentials),
        ({"errors": [{"message": "x", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}, NotUnderstood),
        ({"errors": [{"message": "no such field"}]}, NotUsable),
        ({"errors": "[API] Invalid API key or access token"}, NotUsable),
        ({"errors": [7]}, NotUsable),
        ({"errors": [{"message": "x"}], "data": {"a": 1}}, NotUsable),  # half an answer would be a gap
    ],
)
def test_what_is_no_answer_is_an_error(body: Any, kind: type[ConnectorError]) -> None:
    with pytest.raises(kind) as refused:
        ask(answering(body), URL, "{ a }")
    assert "sesame" not in refused.value.problem


def test_a_throttled_query_says_when_its_cost_fits_again() -> None:
    status = {"maximumAvailable": 2000, "currentlyAvailable": 40, "restoreRate": 100}
    body = {
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {"cost": {"requestedQueryCost": 290, "throttleStatus": status}},
    }
    with pytest.raises(RateLimited) as refused:
        ask(answering(body), URL, "{ a }")
    assert refused.value.retry_after == 2.5


def _cost(wanted: int, available: int) -> dict[str, Any]:
    status = {"maximumAvailable": 2000, "currentlyAvailable": available, "restoreRate": 100}
    return {"cost": {"requestedQueryCost": wanted, "throttleStatus": status}}


def test_thrift_waits_until_the_next_query_fits() -> None:
    slept: list[float] = []
    thrift, left = Thrift(sleep=slept.append), [1900, 100, 1000]

    def query() -> Reply:
        return ask(answering({"data": {}, "extensions": _cost(400, left.pop(0))}), URL, "{ a }")

    for _ in range(3):
        thrift.ask(query)
    assert slept == [3.0]  # 400 points wanted, 100 there, 100 a second


def test_thrift_asks_again_after_a_short_wait_and_leaves_a_long_one_to_the_caller() -> None:
    slept: list[float] = []
    throttled = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
    answers = [{**throttled, "extensions": _cost(400, 200)}, {"data": {"a": 1}}]
    reply = Thrift(sleep=slept.append).ask(lambda: ask(answering(answers.pop(0)), URL, "{ a }"))
    assert (dict(reply), slept) == ({"a": 1}, [2.0])
    long, slept[:] = {**throttled, "extensions": _cost(2000, 0)}, []
    with pytest.raises(RateLimited):
        Thrift(sleep=slept.append).ask(lambda: ask(answering(long), URL, "{ a }"))
    again = {**throttled, "extensions": _cost(400, 300)}
    with pytest.raises(RateLimited):
        Thrift(sleep=slept.append).ask(lambda: ask(answering(again), URL, "{ a }"))
    assert slept == [1.0, 1.0]
