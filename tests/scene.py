"""A small shop at an instant: one order of each kind that the pages have to show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.worlds import CARRIER, carries, line_of, said, scan, us
from waypost.domain.instants import from_us
from waypost.services import ingest
from waypost.services.app import Waypost

NOW = us("2026-03-20T12:00:00Z")
ZONE = "Asia/Shanghai"
MALL = {"channel": "mall", "carrier": "SF", "warehouse": "SHA", "origin": "Shanghai", "destination": "Beijing"}
SITE = {"channel": "website", "carrier": "Yunda", "warehouse": "CAN", "origin": "Guangzhou", "destination": "Chengdu"}


def fill(waypost: Waypost, now: int = NOW) -> None:
    """Store the whole scene as it looks at `now` (us)."""
    events = list(story(now))
    reading = ingest.read_body(json.dumps(events).encode(), waypost.vocabulary, now)
    assert reading.refused == []
    waypost.submit(reading.said).result(60)


class Clock:
    """Instants before now, as partners write them."""

    def __init__(self, now: int) -> None:
        self.now = from_us(now)

    def ago(self, days: float = 0, hours: float = 0) -> str:
        """An instant, RFC 3339."""
        return (self.now - timedelta(days=days, hours=hours)).astimezone(UTC).isoformat()

    def day(self, days_ahead: int) -> str:
        """A local day of the shop, so many days from today."""
        local: datetime = self.now.astimezone(from_us(0, ZONE).tzinfo)
        return (local.date() + timedelta(days=days_ahead)).isoformat()


def story(now: int) -> Iterator[dict[str, Any]]:
    """The events of the scene, told by a shop and a carrier."""
    at = Clock(now)
    yield from _delivered(at)
    yield from _late(at)
    yield from _split(at)
    yield from _odd(at)
    yield from _elsewhere(at)


def _bought(at: Clock, order: str, days: float, value: float, promised: int, **attributes: Any) -> list[dict[str, Any]]:
    about = {**MALL, "value": value, "currency": "CNY", "customer": f"customer-{order}", **attributes}
    return [
        said(f"order/{order}", "order.created", at.ago(days), attributes=about, word="TRADE_CREATED"),
        said(f"order/{order}", "payment.captured", at.ago(days, hours=-1)),
        said(
            f"order/{order}", "delivery.delivered", at.ago(days), classifier="planned", at=at.day(promised), zone=ZONE
        ),
    ]


def _moved(at: Clock, parcel: str, order: str, *steps: tuple[str, float]) -> list[dict[str, Any]]:
    links = carries(f"order/{order}", quantity=1)
    return [scan(f"parcel/{parcel}", code, at.ago(days), links=links, place="PEK hub") for code, days in steps]


def _delivered(at: Clock) -> Iterator[dict[str, Any]]:
    """A-1 kept its promise, line by line; A-2 came two days late."""
    yield from _bought(at, "A-1", 10, 129.0, -4)
    yield said("line/A-1-1", "order.created", at.ago(10), links=line_of("order/A-1"), attributes={"sku": "TEA-01"})
    steps = (("linehaul.picked_up", 9.0), ("lastmile.out_for_delivery", 6.3), ("delivery.delivered", 6.0))
    yield from _moved(at, "P-1", "A-1", *steps)
    heard = "已到达 北京朝阳站，电话 13800138000"
    raw = {"opcode": "50", "remark": "ok", "receiver": {"name": "张三", "phone": "13800138000"}}
    yield scan("parcel/P-1", "lastmile.station_arrived", at.ago(6.5), word=heard, place="朝阳站", payload=raw)
    yield from _bought(at, "A-2", 9, 59.0, -5)
    late = (("linehaul.picked_up", 8.0), ("lastmile.out_for_delivery", 3.2), ("delivery.delivered", 3.0))
    yield from _moved(at, "P-2", "A-2", *late)
    yield said("return/R-2", "return.requested", at.ago(1), links=[{"rel": "returns", "to": "order/A-2"}])


def _late(at: Clock) -> Iterator[dict[str, Any]]:
    """A-3 is on the road past its promised day; A-4 waits in the warehouse; A-5 was bought just now."""
    yield from _bought(at, "A-3", 12, 899.0, -2, **SITE)
    yield from _moved(at, "P-3", "A-3", ("linehaul.picked_up", 11.0))
    eta = {"classifier": "estimated", "evidence": "predicted", "at": at.ago(-1), "word": "ETA"}
    yield said("parcel/P-3", "delivery.delivered", at.ago(1), CARRIER, **eta)
    yield from _bought(at, "A-4", 3, 45.5, 4)
    yield from _bought(at, "A-5", 0.1, 12.0, 5, **SITE)


def _split(at: Clock) -> Iterator[dict[str, Any]]:
    """A-6 travels in two parcels: one failed twice, the other got a new waybill."""
    yield from _bought(at, "A-6", 5, 300.0, 1)
    yield from _moved(at, "P-6a", "A-6", ("linehaul.picked_up", 4.0), ("lastmile.out_for_delivery", 1.5))
    for days, reason in ((1.2, "consignee.not_home"), (0.2, "consignee.not_home")):
        yield scan("parcel/P-6a", "lastmile.attempt_failed", at.ago(days), reason=reason, place="朝阳站")
    yield from _moved(at, "P-6b", "A-6", ("linehaul.picked_up", 4.0))
    yield scan("parcel/P-6c", "linehaul.picked_up", at.ago(2), links=[{"rel": "replaces", "to": "parcel/P-6b"}])


def _odd(at: Clock) -> Iterator[dict[str, Any]]:
    """A-7 was cancelled, nobody said when; A-8 has an unknown word and a scan before its start; SIM-1 is simulated."""
    yield from _bought(at, "A-7", 6, 80.0, 2)
    yield said("order/A-7", "order.cancelled", None)
    yield said("order/A-8", "payment.captured", at.ago(4))
    yield said("order/A-8", "order.created", at.ago(3), attributes={**SITE, "value": 5.0, "currency": "EUR"})
    yield said("order/A-8", "PARCEL_GIRAFFE", at.ago(2), word="giraffe")
    yield said("order/SIM-1", "order.created", at.ago(2), simulated=True, attributes={**SITE, "value": 1.0})
    yield said("order/SIM-1", "payment.captured", at.ago(0.01), simulated=True)


def _elsewhere(at: Clock) -> Iterator[dict[str, Any]]:
    """The same id in two shops, and an order for the store's own counter."""
    for shop in ("north", "south"):
        yield said("order/X-1", "order.created", at.ago(1), scope=shop, attributes=MALL)
    pickup = {"service": "store_pickup", "channel": "store", "value": 20.0, "currency": "CNY"}
    yield said("order/S-1", "order.created", at.ago(1), attributes=pickup)
    yield said("order/S-1", "payment.captured", at.ago(0.9))
