"""Whatever stands in a partner's JSON, parsing gives statements, refusals or a FieldError, and never a crash."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.connectors.shopify import shop as shopify
from tests.connectors.vendure import shop as vendure
from waypost.connect.contract import Context
from waypost.connect.material import Bodies
from waypost.connect.testing.well_formed import check_identity, check_moment, check_refusal, check_types
from waypost.domain.errors import FieldError
from waypost.domain.statement import Statement
from waypost.domain.vocabulary import load

STRANGE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=300), st.just([]), st.just({}),
    st.lists(st.integers(), max_size=2), st.just("2026-11-21T09:00:00"), st.just("9999-12-31T23:59:59Z"),
    st.just("a\0b"), st.just("\ud800"), st.just({"nodes": [7]}), st.just("x" * 5000), st.just("gid://shopify/Order/"),
    st.just("2026-11-22T09:00:00Z"),
)  # fmt: skip


def full_shopify() -> Any:
    """An order with something in every list."""
    event = {"id": 9, "status": "in_transit", "happened_at": "2026-11-21T10:00:00Z", "city": "Bremen",
             "latitude": 53.1, "longitude": 8.8, "estimated_delivery_at": "2026-11-24T10:00:00Z"}  # fmt: skip
    parcel = shopify.fulfillment(501, [shopify.line(11)], events=[event], shipment_status="in_transit",
                                 tracking_info=[{"number": "1", "company": "UPS"}])  # fmt: skip
    money = {"id": 5, "kind": "refund", "status": "success", "processed_at": "2026-11-22T08:00:00Z"}
    refund = {"id": 4, "created_at": "2026-11-22T08:00:00Z", "transactions": [money],
              "refund_line_items": [{"line_item_id": 11, "quantity": 1, "restock_type": "return"}]}  # fmt: skip
    back = {"id": "gid://shopify/Return/6", "status": "OPEN", "name": "R1", "created_at": "2026-11-22T08:00:00Z",
            "return_line_items": {"nodes": [{"quantity": 1, "fulfillment_line_item": {"line_item": {"id": 11}}}],
                                  "pageInfo": {"hasNextPage": True}}}  # fmt: skip
    more = {"cancelled_at": "2026-11-22T08:00:00Z", "closed_at": "2026-11-22T08:00:00Z", "returns": [back]}
    return {"orders": [shopify.order(fulfillments=[parcel], refunds=[refund], transactions=[money], **more)]}


def full_vendure() -> Any:
    """An order that has lived through everything."""
    made = vendure.Made(1)
    made.send(5, [(1, 2)], 60, "JD1")
    made.move(5, "Cancelled", 70)
    made.cancel(90)
    refund = {"id": "3", "state": "Pending", "total": 100, "createdAt": "2026-11-22T12:00:00.000Z", "reason": ""}
    made.node["payments"][0]["refunds"].append(refund)
    return {"orders": [made.node]}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to everything in a value."""
    if path:
        yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield from places(entry, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with one entry replaced."""
    copy = deepcopy(value)
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return copy


@pytest.mark.parametrize(
    ("made", "whole", "now"),
    [
        (shopify.connector, full_shopify(), shopify.NOW),
        (vendure.connector, full_vendure(), vendure.NOW),
    ],
    ids=["shopify", "vendure"],
)
def test_no_value_anywhere_brings_a_parser_down(made: Callable[[], Any], whole: Any, now: int) -> None:
    connector, context = made(), Context(now, load())
    paths = list(places(whole))

    @settings(max_examples=400, deadline=None, derandomize=True)
    @given(st.sampled_from(paths), STRANGE)
    def check(path: tuple[Any, ...], new: Any) -> None:
        body = json.dumps(changed(whole, path, new)).encode()
        try:
            items = list(connector.parse(Bodies({"body": body}), context))
        except FieldError:
            return
        held: dict[str, Statement] = {}
        for item in items:
            if isinstance(item, Statement):
                check_identity(item)
                check_types(item, context.vocabulary)
                check_moment(item, now)
                assert held.setdefault(item.event_id, item) == item
            else:
                check_refusal(item)

    check()
