"""Panels of figures and lists: key figures, the river, orders that need a hand, the first rows of the list, a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from waypost.journeys.document import Stage
from waypost.journeys.project import Mask
from waypost.kpi.summary import Summary
from waypost.services import board_view
from waypost.services.live import View
from waypost.services.tower import Card, Overview, on_time
from waypost.web import links, orders_view, tower_view
from waypost.web.board_panels import Panel, Picture, Scene, counted, register
from waypost.web.words import DIMENSIONS, HELD, HELD_ICON, word

ROW_PX, GAP_PX = 40, 16  # of the grid; four rows are a key figure
_HEAD_PX: Final = 86
_LINE_PX: Final = {"at_risk": 49, "orders": 49}
_CARD_ROWS: Final = 6


def height(rows: int) -> int:
    """How high a panel of so many rows of the grid is, in pixels."""
    return rows * ROW_PX + (rows - 1) * GAP_PX


def fitting(panel: Panel) -> int:
    """How many lines of a list have room in its panel, and are wanted there."""
    return max(1, min(panel.limit, (height(panel.rows) - _HEAD_PX) // _LINE_PX[panel.show]))


@register("kpi")
def figures(panel: Panel, scene: Scene) -> Sequence[Picture]:
    """A card per figure, and the words of the dimension that a figure is split by."""
    cards = counted("cards", panel, scene, lambda view, at: board_view.figures(view, at, panel.stages))
    drawn = [_card(card, scene) for card in cards]
    found = [Picture("cards", drawn, {"title": panel.title})]
    # On a wall nothing grows: what has no room is left out rather than cut off.
    split = [card.stage for card in cards if card.stage.segment and (panel.rows > _CARD_ROWS or not scene.wall)]
    told = [_split(stage, panel, scene) for stage in split]
    return [*found, *(picture for picture in told if picture.data["rows"] or len(cards) == 1)]


def _card(card: Card, scene: Scene) -> dict[str, Any]:
    fmt, state, now = scene.fmt, scene.state, scene.view.now
    overview = Overview(now, scene.journey.id, scene.version, [card], [], [], 0, 0, 0)
    drawn: dict[str, Any] = tower_view.cards(overview, state, fmt)[0]
    if card.stage.gate:
        return _gate(card, drawn, scene)
    if not aimed(card.stage) and drawn["tier"] != "unknown":
        drawn |= {"value": fmt.duration(_us(card.summary.p50_s)), "unit": "", "trend": [], "note": _most(card, scene)}
        for name in ("delta", "delta_hint", "delta_good"):
            drawn.pop(name, None)
    return drawn


def _gate(card: Card, drawn: dict[str, Any], scene: Scene) -> dict[str, Any]:
    """A gate says how many it holds now."""
    t, fmt = scene.fmt.t, scene.fmt
    held = links.href("orders", scene.state.open_in(card.stage.id))
    tier = "red" if card.open else "ok"
    n = t.plural("order held now", "orders held now", card.open)
    return {
        "id": drawn["id"], "name": drawn["name"], "value": fmt.count(card.open), "tier": tier,
        "tier_word": t(HELD) if card.open else t("nothing held"), "tier_icon": HELD_ICON, "n": card.open, "n_label": n,
        "yellow": 0, "red": 0, "trend": [], "hrefs": {"all": held},
    }  # fmt: skip


def _most(card: Card, scene: Scene) -> str:
    if card.summary.p95_s is None:
        return ""
    fmt, most = scene.fmt, scene.fmt.duration(_us(card.summary.p95_s))
    if card.within_percent is None:
        return fmt.t("95% within {duration}", duration=most)
    percent = tower_view.near(card.within_percent, fmt)
    return fmt.t("95% within {duration} (both about, ±{percent})", duration=most, percent=percent)


def _split(stage: Stage, panel: Panel, scene: Scene) -> Picture:
    t, fmt, dimension = scene.fmt.t, scene.fmt, stage.segment
    parts = counted(f"split.{stage.id}", panel, scene, lambda view, at: board_view.split(view, at, stage, dimension))
    slowest = max((part.summary.p50_s or 0 for part in parts), default=0) or 1
    rows = []
    for place, part in enumerate(parts):
        n = t.plural("{n} measured", "{n} measured", part.summary.n, n=fmt.count(part.summary.n))
        label = t("All others") if part.word is None else part.word or t("not given")
        row = {"id": f"{place}", "label": label, "note": n, "yellow": part.summary.yellow, "red": part.summary.red}
        row |= _measure(stage, part.summary, slowest, scene)
        if part.word:
            row["hrefs"] = {
                tier: links.href(
                    "orders", {**scene.state.completed(stage.id, tier, scene.view.now), dimension: part.word}
                )
                for tier in tower_view.TIERED
            }
        rows.append(row)
    by = word(DIMENSIONS, dimension, t).lower()
    title = t("{figure} by {dimension}", figure=stage.name.say(fmt.lang), dimension=by)
    return Picture("chart", {"kind": "rows", "title": title, "icon": stage.icon, "rows": rows})


def _measure(stage: Stage, summary: Summary, slowest: float, scene: Scene) -> dict[str, Any]:
    if aimed(stage):
        share = on_time(summary)
        return {"value": scene.fmt.percent(share), "share": share}
    half = summary.p50_s
    return {"value": scene.fmt.duration(_us(half)), "share": None if half is None else half / slowest}


@register("river")
def river(panel: Panel, scene: Scene) -> Sequence[Picture]:
    """The stages with their open orders."""
    view, query = scene.view, scene.state.query
    if scene.journey.subject == "return":
        found = counted("river", panel, scene, lambda view, at: returns_river(view, scene.journey.id, at.orders))
    else:
        found = counted("river", panel, scene, lambda view, _: view.river(scene.journey.id, query))
    wanted = {stage.id for stage in panel.stages}
    kept = [line for line in found if line[0] in wanted] if panel.named else found
    overview = Overview(view.now, scene.journey.id, scene.version, [], kept, [], 0, 0, 0)
    return [Picture("river", tower_view.river(overview, scene.journey, scene.state, scene.fmt), {"title": panel.title})]


def returns_river(view: View, journey: str, orders: Mask | None) -> list[tuple[str, list[int]]]:
    """The open returns by stage, of all orders or of some."""
    only = None if orders is None else view.returns.of_orders(set(view.order_row[orders].tolist()))
    return [(stage, list(levels)) for stage, levels in view.returns.journeys[journey].standing(only).stages]


@register("at_risk")
def at_risk(panel: Panel, scene: Scene) -> Sequence[Picture]:
    """The orders that are late or held."""
    named = panel.stages if panel.named else ()
    n = fitting(panel)
    rows, total = counted("risk", panel, scene, lambda view, at: board_view.at_risk(view, at, named, n))
    overview = Overview(scene.view.now, scene.journey.id, scene.version, [], [], rows, 0, 0, 0)
    more = links.href("orders", scene.state.late(*(stage.id for stage in named)))
    drawn = tower_view.at_risk(overview, scene.journey, scene.fmt)
    return [Picture("at_risk", drawn, {"title": panel.title, "total": total, "more": more})]


@register("orders")
def orders(panel: Panel, scene: Scene) -> Sequence[Picture]:
    """The first rows of the orders list, most urgent first."""
    query = scene.state.query._replace(status="open", limit=fitting(panel))
    named = panel.stages if panel.named else ()
    found = counted("rows", panel, scene, lambda view, _: view.orders(query, _in_any(view, scene, named)))
    more = scene.state.open_in(*(stage.id for stage in named)) if named else scene.state.standing()
    rows = orders_view.rows(found.rows, scene.view, scene.fmt)
    about = {"title": panel.title, "total": found.total, "more": links.href("orders", more)}
    return [Picture("orders", rows, about)]


def _in_any(view: View, scene: Scene, stages: Sequence[Stage]) -> Mask | None:
    """Orders that are now in one of these stages, gates or figures; None when none are named."""
    if not stages:
        return None
    return board_view.open_in(view, scene.journey.id, [stage.id for stage in stages])


@register("text")
def text(panel: Panel, scene: Scene) -> Sequence[Picture]:
    """Words of the board's own; shown as they are, never as markup."""
    paragraphs = [part.strip() for part in panel.text.split("\n\n") if part.strip()]
    return [Picture("chart", {"kind": "words", "title": panel.title, "icon": panel.icon, "paragraphs": paragraphs})]


def aimed(stage: Stage) -> bool:
    """Whether a stage has a target, so that a share can keep it."""
    return stage.target.yellow is not None or stage.target.red is not None


def _us(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1e6
