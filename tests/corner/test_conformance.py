"""The corner shop's connector keeps to the contract, as every connector must that our tests rely on."""

from __future__ import annotations

import json

from tests.corner.corner_shop import sign
from tests.corner.shop import KEY, SECRET, Shop, registry
from waypost.connect.contract import Answer, Call
from waypost.connect.testing import Case, conformance
from waypost.domain.instants import read_moment

SHOP = Shop()
SHOP.sell(3)
BODY = json.dumps({"orders": SHOP.orders}).encode()


def answers(call: Call) -> Answer:
    """Two pages."""
    first = "after=0" in call.url
    return Answer(200, {}, json.dumps({"orders": [], "last": 1 if first else 2, "more": first}).encode())


TestCornerShop = conformance(
    Case(
        "corner_shop",
        {"url": "http://shop.example", "api_key": KEY, "webhook_secret": SECRET},
        {"orders.json": BODY},
        word=b"placed",
        required=b"history",
        now=read_moment("2026-11-23T12:00:00Z", None, "now").at or 0,
        headers={"X-Corner-Signature": sign(BODY, SECRET)},
        secrets=(KEY, SECRET),
        transport=answers,
        registry=registry(),
    )
)
