"""Fulfilments of Vendure as parcels."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.vendure.histories import IDS, Order
from waypost.connect.bodies import Node
from waypost.connect.telling import Teller, carries, digest
from waypost.domain.instants import UNDATED_MOMENT
from waypost.domain.statement import Statement


def read_fulfillment(node: Node, order: Order, teller: Teller) -> Iterator[Statement]:
    """What is in a parcel and its tracking code; how it moves on is in the order's history."""
    ref, state = node.text("id", IDS), node.text("state")
    parcel, changed = order.parcel(ref), node.maybe_moment("updatedAt").at
    load = [
        carries(order.line(line.text("orderLineId", IDS)), line.number("quantity"))
        for line in node.children("lines", True)
    ]
    packed = teller.say(
        parcel, f"fulfillment/{ref}/created", "fulfillment", "created", node.moment("createdAt"), links=load,
        place_of=node.at("createdAt"),
    )  # fmt: skip
    yield packed
    if state == "Cancelled":
        # Its goods are to be sent again, by another parcel; this one carries them no longer.
        yield teller.take_back(packed._replace(stated_at=changed), packed.event_id, f"fulfillment/{ref}/taken back")
    about = {"tracking_number": node.maybe("trackingCode", 180), "carrier": node.maybe("method", 180)}
    if any(about.values()):
        yield teller.say(
            parcel, f"fulfillment/{ref}/tracking/{digest(about)}", "fulfillment", "tracking code",
            UNDATED_MOMENT, stated=changed, attributes=about, place_of=node.at("updatedAt"),
        )  # fmt: skip
