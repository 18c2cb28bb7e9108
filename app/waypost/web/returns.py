"""Returns in words, wherever orders are shown: how many are open, where they are, whose refund is due."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import numpy as np

from waypost.domain.subject import LinkRel
from waypost.i18n import N_, Translator
from waypost.journeys.document import Stage
from waypost.services import kpi
from waypost.services.live import View
from waypost.services.live.query import OrderRow
from waypost.web import links
from waypost.web.format import Format
from waypost.web.phrases import target
from waypost.web.tower_filters import TowerFilters

_CHOICES: Final = {"any": N_("with a return"), "open": N_("return under way"), "due": N_("refund or exchange due")}


def choices(view: View) -> tuple[str, ...]:
    """What the list of orders can be narrowed to: any | open | due, or a stage of a return."""
    return (*_CHOICES, *view.returns.stages())


def label(which: str, view: View, fmt: Format) -> str:
    """The words of a choice."""
    return fmt.t(_CHOICES[which]) if which in _CHOICES else stage_name(which, view, fmt)


def stage_name(stage: str, view: View, fmt: Format) -> str:
    """The name of a stage of a return."""
    held = _stage(stage, view)
    return held.name.say(fmt.lang) if held else stage


def mark(row: OrderRow, view: View, fmt: Format) -> str:
    """What comes back of an order, or what it was made to exchange; empty for most orders."""
    t, place = fmt.t, view.table.row_of[row.key]
    found = view.returns.standing_of(place)
    if found:
        stages = [stage for stage, _ in found if stage is not None]
        told = stage_name(stages[0], view, fmt) if stages else t("settled")
        several = f" × {len(found)}" if len(found) > 1 else ""
        return t("Return{several}: {stage}", several=several, stage=told)
    exchanged = [link.to_id for link in view.table.links_at(place) if link.rel == LinkRel.EXCHANGES]
    if exchanged:
        ref = view.table.subjects[view.table.row_of[exchanged[0]]].ref
        return t("Exchange for {order}", order=ref)
    return ""


def river(view: View, held: TowerFilters, fmt: Format) -> list[Any]:
    """The stages of returns with those that are open; empty while there has never been a return."""
    if not view.returns.n:
        return []
    stages = []
    for journey in view.returns.journeys.values():
        for stage_id, (ok, yellow, red) in journey.standing(_only(view, held)).stages:
            stage = journey.version.journey.stage(stage_id)
            if stage is not None:
                stages.append(_drawn(stage, (ok, yellow, red), held, fmt))
    return stages


def river_texts(texts: dict[str, str], t: Translator) -> dict[str, str]:
    """The river's own words, said of returns."""
    mine = {"label": t("Returns by stage"), "orders": t("{n} returns"), "empty": t("No open returns.")}
    return {**texts, **mine}


def line(view: View, held: TowerFilters, fmt: Format) -> str:
    """How many returns are open, how many wait for money or goods, how long they take; as HTML, escaped."""
    found = [journey.standing(_only(view, held)) for journey in view.returns.journeys.values()]
    n, due, t = sum(each.total for each in found), sum(each.refunds_due for each in found), fmt.t
    opened = escape(t.plural("{n} open return", "{n} open returns", n, n=fmt.count(n)))
    owed = escape(t.plural("{n} refund or exchange due", "{n} refunds or exchanges due", due, n=fmt.count(due)))
    spans = [(opened, _href(held, "open")), (owed, _href(held, "due")), *_times(view, held, fmt)]
    told = "".join(f'<a href="{escape(href)}" target="_self"><b>{text}</b></a>' for text, href in spans)
    return f'<div class="wp-live wp-returns" data-testid="wp-returns">{told}</div>'


def _times(view: View, held: TowerFilters, fmt: Format) -> list[tuple[str, str]]:
    """The KPIs of returns that were settled in the time the tower looks at, with the way to their orders."""
    orders = view.mask(held.query._replace(journey=None)) if held.where else None
    start, end = held.bounds(view.now)
    found = []
    for name in view.returns.journeys:
        for card in kpi.report_between(view, name, start, end, orders, cards=True).stages:
            if card.summary.p50_s is not None:
                half = fmt.duration(card.summary.p50_s * 1e6)
                text = fmt.t("{stage}: half within {duration}", stage=card.stage.name.say(fmt.lang), duration=half)
                found.append((escape(text), links.href("orders", held.completed_on(name, card.stage.id, view.now))))
    return found


def _only(view: View, held: TowerFilters) -> Any:
    """The returns of the orders that the tower looks at, whatever journey those are on; None: all."""
    if not held.where:
        return None
    orders = view.mask(held.query._replace(journey=None))
    return view.returns.of_orders(set(view.order_row[np.flatnonzero(orders)].tolist()))


def _drawn(stage: Stage, levels: tuple[int, int, int], held: TowerFilters, fmt: Format) -> dict[str, Any]:
    aim = target(stage, fmt)
    href = _href(held, stage.id)
    return {
        "id": stage.id,
        "label": stage.name.say(fmt.lang),
        "icon": stage.icon,
        "n": sum(levels),
        "yellow": levels[1],
        "red": levels[2],
        "note": fmt.t("target {target}", target=aim) if aim else "",
        "hrefs": {"all": href, "yellow": href, "red": href},
    }


def _href(held: TowerFilters, which: str) -> str:
    return links.href("orders", {"returns": which, **{name: list(words) for name, words in held.where}})


def _stage(stage: str, view: View) -> Stage | None:
    found = (journey.version.journey.stage(stage) for journey in view.returns.journeys.values())
    return next((held for held in found if held is not None), None)
