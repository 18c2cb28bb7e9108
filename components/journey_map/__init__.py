"""The journey of one order as a map: one track for the order, each parcel, each return or exchange."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict, cast

import streamlit as st

from components._base import N_, ignore, picked, plain, register, words

State = Literal["done", "now", "late", "expected", "passed", "ended", "unknown"]
Tier = Literal["ok", "yellow", "red", "held", "unknown"]
Evidence = Literal["scanned", "declared", "derived"]


class Chip(TypedDict):
    """A mark beside a track's heading; a tier other than "ok" colours it."""

    label: str
    icon: NotRequired[str]
    tier: NotRequired[Tier]


class Node(TypedDict):
    """One stage of a track. Times are texts for people; `time_full` carries the zone and shows on hover."""

    id: str
    label: str
    icon: str
    state: State
    tier: NotRequired[Tier]
    time: NotRequired[str]
    time_full: NotRequired[str]
    dwell: NotRequired[str]
    due: NotRequired[str]
    evidence: NotRequired[Evidence | None]
    out_of_sequence: NotRequired[bool]
    times_not_given: NotRequired[bool]
    n_events: NotRequired[int]


class Unit(TypedDict):
    """One track. `id` must be unique among all orders, so that a selection never fits the wrong order."""

    id: str
    heading: str
    icon: NotRequired[str]
    ref: NotRequired[str]
    note: NotRequired[str]
    chips: NotRequired[Sequence[Chip]]
    nodes: Sequence[Node]


class Selection(TypedDict):
    """The node a person has opened."""

    unit: str
    node: str


TEXTS: Final = {
    "label": N_("Journey of the order"),
    "empty": N_("No event has arrived for this order yet."),
    "copy": N_("Copy"),
    "done": N_("done"),
    "now": N_("now"),
    "late": N_("late"),
    "expected": N_("expected"),
    "passed": N_("passed without a report"),
    "ended": N_("ended"),
    "unknown": N_("unknown"),
    "yellow": N_("warn"),
    "red": N_("blocked"),
    "held": N_("held"),
    "tier_unknown": N_("unknown"),
    "scanned": N_("scanned by the carrier"),
    "declared": N_("declared, not scanned"),
    "derived": N_("derived from other events"),
    "due": N_("due {due}"),
    "dwell": N_("{dwell} so far"),
    "out_of_sequence": N_("out of sequence"),
    "times_not_given": N_("time not given"),
    "n_events": N_("{n} events"),
}

_mount = register(Path(__file__).parent)


def journey_map(
    units: Sequence[Unit],
    *,
    key: str,
    t: Mapping[str, str],
    selected: Selection | None = None,
    on_select: Callable[[], None] | None = None,
) -> Selection | None:
    """Draw the tracks and return the selected node, kept over reruns; before any click that is `selected`."""
    state = st.session_state.get(key) or {}
    known = _known(state.get("selected"), units) or selected
    result = _mount(
        key=key,
        data={"units": plain(units), "t": words(t, TEXTS), "selected": known},
        on_selected_change=on_select or ignore,
    )
    return _known(result.selected, units) or selected


def _known(value: object, units: Sequence[Unit]) -> Selection | None:
    nodes = {unit["id"]: {node["id"] for node in unit["nodes"]} for unit in units}
    found = picked(value, unit=nodes, node=None)
    if found is None or found["node"] not in nodes[found["unit"]]:
        return None
    return cast(Selection, found)
