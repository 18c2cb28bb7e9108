"""The Vendure connector proves every rule of the quality ladder that its manifest claims."""

from __future__ import annotations

import json

from tests.connectors.vendure.shop import NOW, SETTINGS, WORD, Made, Shop
from waypost.connect.testing import Case, conformance


def order() -> Made:
    made = Made(1)
    made.send(5, [(1, 2)], 60, "JD1")
    made.move(5, "Delivered", 90)
    return made


BODY = json.dumps({"orders": [{**order().node, "type": "Regular"}]}, indent=1).encode()
SHOP = Shop([Made(n) for n in range(1, 130)])

TestVendure = conformance(
    Case(
        connector="vendure",
        settings={**SETTINGS, "watch_days": 3650, "first_days": 3650},
        material={"orders.json": BODY},
        word=b"PartiallyShipped",
        required=b"orderPlacedAt",
        now=NOW,
        secrets=(WORD,),
        transport=SHOP.transport,
    )
)
