"""The Shopify connector proves every rule of the quality ladder that its manifest claims."""

from __future__ import annotations

import json

from tests.connectors.shopify.shop import NOW, SECRET, SETTINGS, TOKEN, Shop, delivery, graphql, order
from waypost.connect.testing import Case, conformance

BODY = json.dumps(order(), indent=1).encode()
SHOP = Shop([graphql(7000 + n, f"2026-11-21T09:{n:02}:00Z") for n in range(25)])

TestShopify = conformance(
    Case(
        connector="shopify",
        settings=SETTINGS,
        material={"body": BODY},
        headers=delivery(BODY),
        word=b"paid",
        required=b"created_at",
        now=NOW,
        secrets=(TOKEN, SECRET),
        transport=SHOP.transport,
    )
)
