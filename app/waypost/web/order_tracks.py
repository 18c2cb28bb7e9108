"""The tracks of an order (parcels, returns, exchanges, old waybills) as the journey map draws them."""

from __future__ import annotations

from typing import Any, Final

from waypost.i18n import N_
from waypost.journeys.project import Status
from waypost.services.tracks import Node, Track
from waypost.web.order_reading import Reading
from waypost.web.words import EVIDENCE, STATUSES, word

_ROLES: Final = {
    "order": (N_("Order"), "shopping_cart"),
    "parcel": (N_("Parcel"), "package_2"),
    "replaced": (N_("Old waybill"), "link_off"),
    "return": (N_("Return"), "assignment_return"),
    "exchange": (N_("Exchange order"), "swap_horiz"),
    "replacement": (N_("Replacement parcel"), "change_circle"),
}
_TIERS: Final = ("ok", "yellow", "red")
_NOTES: Final = {
    Status.PASSED: N_("A later step was seen, so this one is over. Nobody reported its end: no duration is counted."),
    Status.ENDED: N_("The journey ended before this stage did."),
    Status.PENDING: N_("Not reached yet. Statements ahead of it, such as promises, are listed here."),
}
_UNDATED: Final = N_("It happened, but nobody gave the time, so no duration is counted.")
_ODD: Final = N_("Its end was reported as earlier than its start. It counts with a duration of zero.")


def units(read: Reading) -> list[Any]:
    """All tracks, the order's or its parcels' first."""
    return [_unit(track, read) for track in read.found.tracks]


def _unit(track: Track, read: Reading) -> dict[str, Any]:
    heading, icon = _ROLES[track.role]
    t = read.fmt.t
    return {
        "id": unit_id(track, read),
        "heading": t(heading),
        "icon": icon,
        "ref": track.subject.ref,
        "note": t("replaced by {ref}", ref=track.replaced_by.ref) if track.replaced_by else "",
        "chips": _chips(track, read),
        "nodes": [_node(node, track, read) for node in track.nodes],
    }


def unit_id(track: Track, read: Reading) -> str:
    """An id that no other order's track has."""
    return f"{read.found.row.key}:{track.key}"


def _chips(track: Track, read: Reading) -> list[Any]:
    t, n = read.fmt.t, len(track.attempts)
    chips: list[Any] = _standing(track, read)
    if track.delivered is not None:
        when = read.fmt.instant(track.delivered, read.now)
        chips.append({"label": t("delivered {when}", when=when), "icon": "task_alt"})
    if n:
        chips.append({"label": t.plural("{n} failed attempt", "{n} failed attempts", n), "icon": "door_front"})
    carrier = track.attributes.get("carrier")
    if carrier and track.role != "order":
        chips.append({"label": str(carrier), "icon": "local_shipping"})
    return chips


def _standing(track: Track, read: Reading) -> list[Any]:
    """Where an exchange stands: it is an order with a page of its own."""
    row = track.order
    if row is None:
        return []
    level = {} if row.level == "ok" else {"tier": row.level}
    if row.status == "open" and track.order_stage:
        return [{"label": track.order_stage.name.say(read.fmt.lang), "icon": track.order_stage.icon, **level}]
    return [{"label": word(STATUSES, row.status, read.fmt.t), "icon": "task_alt"}]


def _node(node: Node, track: Track, read: Reading) -> dict[str, Any]:
    state, at = _state(node, track, read), node.entered if node.status == Status.OPEN else node.left
    dwell = node.dwell
    if node.status == Status.OPEN and node.entered is not None and node.stage is not None:
        dwell = read.ran(track.journey or read.journey, node.stage, node.entered)
    fmt = read.fmt
    return {
        "id": node.id,
        "label": label(node, read),
        "icon": _icon(node, read),
        "state": state,
        "tier": _TIERS[node.level],
        "time": "" if at is None else fmt.instant(at, read.now),
        "time_full": "" if at is None else fmt.full(at),
        "dwell": "" if dwell is None or node.stage is None else fmt.duration(dwell),
        "due": _due(node, read),
        "evidence": None if node.evidence is None else EVIDENCE_WORDS.get(node.evidence),
        "out_of_sequence": bool(node.out_of_sequence),
        "times_not_given": bool(node.time_not_given),
        "n_events": len(node.events),
    }


EVIDENCE_WORDS: Final = {int(grade): text for grade, text in EVIDENCE.items() if text != "predicted"}


def label(node: Node, read: Reading) -> str:
    """The name of a node's stage or milestone."""
    if node.stage is not None:
        return str(node.stage.name.say(read.fmt.lang))
    return read.vocabulary.label(node.milestone or "", read.fmt.lang) or node.id


def _icon(node: Node, read: Reading) -> str:
    if node.stage is not None:
        return str(node.stage.icon)
    milestone = read.vocabulary.milestone(node.milestone or "")
    return milestone.icon if milestone else "circle"


def _state(node: Node, track: Track, read: Reading) -> str:
    if node.status == Status.OPEN:
        return "late" if node.level else "now"
    if node.status == Status.DONE:
        return "done"
    if node.status == Status.PASSED:
        return "passed"
    over = read.found.outcome is not None or track.role == "replaced"
    return "ended" if node.status == Status.ENDED or over else "expected"


def _due(node: Node, read: Reading) -> str:
    """The next limit of an open stage; of an expected one nothing, because nobody knows yet."""
    if node.status != Status.OPEN:
        return ""
    limits = [at for at in (node.due_yellow, node.due_red) if at is not None]
    ahead = [at for at in limits if at > read.now] or limits[-1:]
    return read.fmt.instant(ahead[0], read.now) if ahead else ""


def chosen(read: Reading, selected: Any) -> tuple[Track, Node] | None:
    """The node that is open: the one selected, else where the order is now, else the last one reached."""
    nodes = [(track, node) for track in read.found.tracks for node in track.nodes]
    if selected:
        wanted = (selected["unit"], selected["node"])
        picked = [pair for pair in nodes if (unit_id(pair[0], read), pair[1].id) == wanted]
        return picked[0] if picked else None
    current = [pair for pair in nodes if pair[1].status == Status.OPEN and pair[1].events]
    told = [pair for pair in nodes if pair[1].events]
    reached = [pair for pair in told if pair[1].status in (Status.DONE, Status.PASSED)]
    return next(iter(current or reached[-1:] or told[-1:]), None)


def note(node: Node, read: Reading) -> str:
    """What is odd about a node, in a sentence; empty when nothing is."""
    t = read.fmt.t
    if node.time_not_given:
        return t(_UNDATED)
    if node.out_of_sequence:
        return t(_ODD)
    if node.status == Status.PENDING and (not node.events or read.found.outcome is not None):
        return ""
    return t(_NOTES[node.status]) if node.status in _NOTES else ""
