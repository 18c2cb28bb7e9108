"""The palette of the builder: every block that can be dragged in, with settings that usually fit."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from waypost.i18n import N_, Translator, translator
from waypost.journeys.boards.blocks import kinds
from waypost.web.words import PANELS


class Ready(NamedTuple):
    """A stage as most companies have it."""

    id: str
    name: str
    hint: str
    icon: str
    start: tuple[str, ...]
    end: tuple[str, ...]
    yellow: str
    red: str
    owner: str
    grain: str = "order"


STAGES: Final = (
    Ready("payment", N_("Payment"), N_("Order created to paid"), "payments", ("order_created",), ("paid",),
          "12h", "2d", "payments"),
    Ready("warehouse", N_("In the warehouse"), N_("Paid to dispatched"), "warehouse", ("paid",),
          ("dispatched", "picked_up"), "2d", "4d", "warehouse", "parcel"),
    Ready("linehaul", N_("Line haul"), N_("Dispatched to the last mile"), "local_shipping", ("dispatched", "picked_up"),
          ("out_for_delivery", "ready_for_pickup"), "8d", "15d", "carrier", "parcel"),
    Ready("customs", N_("Customs clearance"), N_("Clearance started to cleared"), "gavel", ("customs_started",),
          ("customs_cleared",), "2d", "5d", "broker", "parcel"),
    Ready("last_mile", N_("Last mile"), N_("Out for delivery to delivered"), "electric_moped",
          ("out_for_delivery", "ready_for_pickup"), ("delivered",), "12h", "2d", "carrier", "parcel"),
    Ready("collection", N_("Collection"), N_("Ready for pickup to collected"), "storefront", ("ready_for_pickup",),
          ("delivered",), "3d", "7d", "store", "parcel"),
)  # fmt: skip


def palette(t: Translator, *, returns: bool = False) -> list[dict[str, Any]]:
    """The groups of the palette in the reader's language."""
    return [
        _group("sources", t("Sources"), [_source(t)]),
        _group("stages", t("Stages"), [*([] if returns else [_stage(ready, t) for ready in STAGES]), _blank(t)]),
        _group("ways", t("Branches and gates"), [_branch(t), _gate(t)]),
        _group("figures", t("KPIs"), [_kpi(t, returns=returns)]),
        _group("panels", t("Panels of the board"), [_panel(show, t) for show in PANELS]),
    ]


def both(text: str) -> dict[str, str]:
    """A text of ours in both languages, as names are held."""
    return {lang: translator(lang)(text) for lang in ("en", "zh")}


def _group(id_: str, label: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": id_, "label": label, "items": items}


def _item(
    id_: str, kind: str, t: Translator, name: str, hint: str, icon: str = "", set_: dict[str, Any] | None = None
) -> dict[str, Any]:
    known = kinds()[kind]
    return {
        "id": id_,
        "kind": kind,
        "label": t(name),
        "hint": t(hint),
        "icon": icon or known.icon,
        "in": any(kind in other.to for other in kinds().values()),
        "out": bool(known.to),
        "to": list(known.to),
        "cases": None,
        "set": set_ or {},
    }


def _source(t: Translator) -> dict[str, Any]:
    return _item("source", "source", t, N_("Source"), N_("Where orders come from"), set_={"name": both(N_("Orders"))})


def _blank(t: Translator) -> dict[str, Any]:
    set_ = {"name": both(N_("New stage"))}
    return _item("stage", "stage", t, N_("Own stage"), N_("From one milestone to another"), set_=set_)


def _stage(ready: Ready, t: Translator) -> dict[str, Any]:
    set_ = {
        "name": both(ready.name),
        "icon": ready.icon,
        "grain": ready.grain,
        "start": list(ready.start),
        "end": list(ready.end),
        "target": {"basis": "entered", "yellow": ready.yellow, "red": ready.red},
        "owner": ready.owner,
    }
    return _item(ready.id, "stage", t, ready.name, ready.hint, ready.icon, set_)


def _branch(t: Translator) -> dict[str, Any]:
    set_ = {"name": both(N_("Branch")), "cases": [{"id": "case_1", "name": both(N_("Way 1")), "when": []}]}
    cases = [{"id": "case_1", "label": t("Way 1")}, {"id": "else", "label": t("All others")}]
    return {**_item("branch", "branch", t, N_("Branch"), N_("Orders part by what they are"), set_=set_), "cases": cases}


def _gate(t: Translator) -> dict[str, Any]:
    set_ = {"name": both(N_("Gate")), "after": ["order_created"], "before": ["dispatched", "picked_up"]}
    return _item("gate", "gate", t, N_("Gate"), N_("Holds orders until somebody releases them"), set_=set_)


def _kpi(t: Translator, *, returns: bool) -> dict[str, Any]:
    set_ = {"name": both(N_("KPI")), **({"grain": "return"} if returns else {})}
    return _item("kpi", "kpi", t, N_("KPI"), N_("How long something takes, with tiers"), set_=set_)


def _panel(show: str, t: Translator) -> dict[str, Any]:
    name, hint, icon = PANELS[show]
    return _item(f"panel_{show}", "panel", t, name, hint, icon, {"show": show, "name": both(name)})
