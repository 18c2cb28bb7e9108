"""Every room of the console with something in it: its address, and what shows that it is there."""

from __future__ import annotations

from typing import NamedTuple

from playwright.sync_api import expect

from tests.browser.walker import PATIENCE_MS, Walker


class Room(NamedTuple):
    """A page: the name of its pictures, its address, and a part that is drawn last."""

    name: str
    path: str
    sign: str


ROOMS = (
    Room("control-tower", "/", ".event"),
    Room("orders", "/orders", ".orders .row"),
    Room("order", "/order?id={order}", "button.stop"),
    Room("map", "/map", "[data-testid=stDeckGlJsonChart] canvas"),
    Room("board", "/board?id=marketplace-parcel", ".kpi"),
    Room("board-wall", "/board?id=marketplace-parcel&wall=1", ".kpi"),
    Room("boards", "/boards", ".board .dot"),
    Room("templates", "/boards?view=templates", ".board .dot"),
    Room("template", "/boards?view=templates&template=cold-chain", ".wide .dot"),
    Room("builder", "/builder?board=cross-border", ".react-flow__node"),
    Room("vocabulary", "/vocabulary", "h1"),
    Room("graph", "/vocabulary?room=graph", "h1"),
    Room("mappings", "/vocabulary?room=mappings", "h1"),
    Room("connections", "/connections", "h1"),
    Room("connect", "/connections?step=choose", "h1"),
    Room("tracking", "/tracking?id={order}", "h1"),
    Room("links", "/tracking?view=links", "h1"),
    Room("merchants", "/tracking?view=merchants", "h1"),
    Room("admin", "/admin", "h1"),
    Room("audit", "/admin?tab=audit", "h1"),
    Room("webhooks", "/admin?tab=webhooks", "h1"),
    Room("check", "/admin?tab=health", "h1"),
)


def enter(walker: Walker, room: Room, order: str) -> None:
    """Open a room and wait until it is drawn."""
    walker.go(room.path.format(order=order))
    expect(walker.page.locator(room.sign).first).to_be_visible(timeout=PATIENCE_MS)
    expect(walker.page.locator("[data-testid=stStatusWidget]")).to_have_count(0, timeout=PATIENCE_MS)
    walker.page.wait_for_timeout(1_000)  # fonts, and what fades in
