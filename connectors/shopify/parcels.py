"""Fulfilments of Shopify as parcels: what is in them, their tracking numbers, and what carriers scanned."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.shopify import ids
from waypost.connect.bodies import Node
from waypost.connect.telling import Teller, carries, digest
from waypost.domain.instants import UNDATED_MOMENT
from waypost.domain.statement import Classifier, Evidence, Statement
from waypost.domain.subject import LinkClaim

# Statuses that the merchant or the label service sets; all others are told by the carrier.
_DECLARED = frozenset({"label_printed", "label_purchased", "confirmed", "submitted", "marked_as_fulfilled"})

_COUNTED = "attempted_delivery"  # attempts are counted, and an undated copy of one would be a second attempt


def read_fulfillment(node: Node, teller: Teller) -> Iterator[Statement]:
    """A fulfilment: marked as shipped by the merchant, called off again, or failed."""
    ref, status = ids.id_of(node), ids.word_of(node, "status") or node.text("status", 60)
    created, changed = node.moment("created_at"), node.maybe_moment("updated_at")
    # A fulfilment never changes what is in it, so its first word can be taken back by the id alone.
    shipped = teller.say(
        ids.parcel(ref), f"fulfillment/{ref}/success", "fulfillment.status", "success", created,
        stated=created.at, links=list(_load(node)), place_of=node.at("created_at"),
    )  # fmt: skip
    if status == "success":
        yield shipped
    else:
        moment = created if status in ("pending", "open") else changed
        yield teller.say(
            ids.parcel(ref), f"fulfillment/{ref}/{status}/{moment.at or 'undated'}", "fulfillment.status", status,
            moment, stated=changed.at, links=[] if status == "cancelled" else shipped.links,
            place_of=node.at("status"),
        )  # fmt: skip
    if status == "cancelled":
        yield teller.take_back(
            shipped._replace(at=changed.at, raw_time=changed.raw, tz_source=changed.tz_source, stated_at=changed.at),
            shipped.event_id, f"fulfillment/{ref}/success/taken back",
        )  # fmt: skip
    yield from _read_tracking(node, ref, changed.at, teller)
    for event in node.children("events"):
        yield from read_event(event, teller, ref)


def _load(node: Node) -> Iterator[LinkClaim]:
    for entry in node.children("line_items"):
        line = entry.maybe_child("line_item") or entry
        yield carries(ids.line(ids.id_of(line)), entry.number("quantity"))


def _read_tracking(node: Node, ref: str, changed: int | None, teller: Teller) -> Iterator[Statement]:
    listed = node.raw.get("tracking_numbers")
    numbers = list(listed) if isinstance(listed, list) else []
    company = node.maybe("tracking_company", 180)
    if not numbers and "tracking_number" in node:
        numbers = [node.text("tracking_number")]
    for entry in node.children("tracking_info"):
        numbers += [entry.text("number")] if "number" in entry else []
        company = company or entry.maybe("company", 180)
    told = [str(number).strip() for number in numbers if str(number).strip()]
    if told or company:
        about = {
            "tracking_number": told[0] if told else None, "carrier": company,
            "tracking_numbers": ", ".join(told)[:400] if len(told) > 1 else None,
        }  # fmt: skip
        yield teller.say(
            ids.parcel(ref), f"fulfillment/{ref}/tracking/{digest(about)}", "fulfillment", "tracking_number",
            UNDATED_MOMENT, stated=changed, attributes=about, place_of=node.at("updated_at"),
        )  # fmt: skip
    shipment = ids.word_of(node, "shipment_status")
    if shipment is not None and shipment != _COUNTED:
        # The latest scan without its time; the event itself comes by its own delivery or with the next pull.
        yield teller.say(
            ids.parcel(ref), f"fulfillment/{ref}/shipment/{shipment}", "shipment_status", shipment, stated=changed,
            evidence=_evidence(shipment), place_of=node.at("shipment_status"),
        )  # fmt: skip
    yield from _read_estimate(node, f"fulfillment/{ref}", ref, changed, teller)


def read_event(node: Node, teller: Teller, fulfillment: str = "") -> Iterator[Statement]:
    """One thing that happened to a parcel on its way, where Shopify heard of it."""
    ref, parcel = ids.id_of(node), fulfillment or ids.id_of(node, "fulfillment_id")
    status = ids.word_of(node, "status") or node.text("status", 60)
    told = [node.maybe(name, 60) for name in ("city", "province", "country")]
    stated = node.maybe_moment("created_at").at
    yield teller.say(
        ids.parcel(parcel), f"fulfillment_event/{ref}/{status}", "shipment_status", status, node.moment("happened_at"),
        stated=stated, evidence=_evidence(status), place=", ".join(part for part in told if part) or None,
        lat=node.number("latitude"), lon=node.number("longitude"), place_of=node.at("happened_at"),
    )  # fmt: skip
    yield from _read_estimate(node, f"fulfillment_event/{ref}", parcel, stated, teller)


def _evidence(status: str) -> Evidence:
    return Evidence.DECLARED if status in _DECLARED else Evidence.SCANNED


def _read_estimate(node: Node, owner: str, parcel: str, stated: int | None, teller: Teller) -> Iterator[Statement]:
    if "estimated_delivery_at" in node:
        moment = node.moment("estimated_delivery_at")
        yield teller.say(
            ids.parcel(parcel), f"{owner}/estimate/{moment.at}", "fulfillment", "estimated_delivery_at", moment,
            stated=stated, classifier=Classifier.ESTIMATED, place_of=node.at("estimated_delivery_at"),
        )  # fmt: skip


def read_fulfillment_order(node: Node, teller: Teller) -> Iterator[Statement]:
    """The work order that Shopify gives to a warehouse, or holds back."""
    ref, order = ids.id_of(node), ids.id_of(node, "order_id")
    status = ids.word_of(node, "status") or node.text("status", 60)
    moment = node.maybe_moment("created_at" if status == "open" else "updated_at")
    location = node.maybe_child("assigned_location")
    yield teller.say(
        ids.order(order), f"fulfillment_order/{ref}/{status}/{moment.at or 'undated'}", "fulfillment_order.status",
        status, moment, place=location.maybe("name", 180) if location else None, place_of=node.at("updated_at"),
    )  # fmt: skip
