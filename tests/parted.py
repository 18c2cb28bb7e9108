"""A journey in which ways part: branches, a gate and business hours, as a document in several versions."""

from __future__ import annotations

from typing import Any

PARTED = "parted"
NAME = {"en": "Parted", "zh": "分叉"}
HELD = {"id": "held", "name": NAME, "when": [{"field": "value", "op": "gte", "value": 129}]}
RELEASED = {"id": "released", "name": NAME, "when": [{"field": "gate.check", "value": "released"}]}
WEEK = [["09:00-12:00", "13:00-18:00"]] * 5 + [[], []]


def hours(zone: str = "Asia/Shanghai", **more: Any) -> dict[str, Any]:
    """Business hours with a lunch break."""
    return {"id": "office", "name": NAME, "zone": zone, "week": WEEK, **more}


def case(case_id: str, *conditions: dict[str, Any]) -> dict[str, Any]:
    """One case of a branch."""
    return {"id": case_id, "name": NAME, "when": list(conditions)}


def stage(stage_id: str, start: str, end: str, *only: list[str], **more: Any) -> dict[str, Any]:
    """One stage, of orders in some cases only."""
    return {"id": stage_id, "name": NAME, "start": [start], "end": [end], "only": list(only), **more}


def parted(source: str | None = None, by: str = "channel", calendar: str = "office") -> dict[str, Any]:
    """Web orders are shipped, all others picked up; what is worth much is held until somebody looked at it.

    `source`: only orders that it told of. `by`: what the ways part by. `calendar`: that of the first stage.
    """
    fast = {"yellow": "2h", "red": "5h"}
    way = {"channel": case("shipped", {"field": "channel", "value": "web"}),
           "carrier": case("shipped", {"field": "carrier", "op": "in", "value": ["SF", "YTO"]})}[by]  # fmt: skip
    return {
        "format": 1,
        "id": PARTED,
        "name": NAME,
        "purpose": NAME,
        "assign": {"priority": 40, "when": [{"field": "@source", "value": source}] if source else []},
        "branches": [
            {"id": "way", "name": NAME, "cases": [way]},
            {"id": "check", "name": NAME, "cases": [RELEASED, HELD]},
        ],
        "calendars": [hours()],
        "stages": [
            stage("payment", "order_created", "paid", target=fast, calendar=calendar),
            stage("shipping", "paid", "picked_up", ["way:shipped"], grain="parcel", target={"red": "1d"}),
            stage("pickup", "paid", "delivered", ["way:else"], target={"yellow": "6h"}),
            stage("travel", "picked_up", "delivered", ["way:shipped"], grain="parcel", target={"red": "2d"}),
            stage("check", "order_created", "picked_up", ["check:held"], span=True, gate=True),
            stage("whole", "order_created", "delivered", span=True, card=True, target={"red": "1d"}, calendar=calendar),
        ],
        "exits": [{"milestone": "cancelled", "outcome": "cancelled"}],
    }
