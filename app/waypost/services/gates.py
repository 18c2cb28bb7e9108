"""Gates of orders: which hold one back, and letting it through or holding it again, said as statements.

Who releases an order says so of the order like any partner would. So it stands in the order's history with
its reason, can be taken back, and is folded with everything else; the audit log names who did it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.access import audit
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.state import unpack_attributes
from waypost.domain.statement import Evidence, Statement
from waypost.domain.subject import Subject
from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.boards.compile import HELD, RELEASED, gate_field
from waypost.journeys.cells import NEVER
from waypost.journeys.document import Stage
from waypost.journeys.project import Level, Status
from waypost.services.app import Waypost
from waypost.services.live import View
from waypost.store.schema import state

SOURCE = "waypost"
GATE = "gate."  # how the attributes begin that tell of gates
LONGEST_REASON = 500
BY, REASON = "by", "reason"
_CODES = {RELEASED: "order.released", HELD: "order.on_hold"}


class Gate(NamedTuple):
    """A gate of one order; `state` is held, released or passed (though it was held); us."""

    id: str
    stage: Stage
    state: str
    since: int | None
    by: str | None = None
    reason: str | None = None


def gates_of(view: View, key: int) -> list[Gate]:
    """The gates that concern an order now. Errors: NotFound."""
    place = _place(view, key)
    found = view.journeys.get(view.row(place).journey or "")
    if found is None:
        return []
    told = view.table.attributes[int(view.order_row[place])]
    gates = []
    for stage in found.version.journey.stages:
        if not stage.gate:
            continue
        facts = found.orders.facts(stage.id)
        status, since = Status(int(facts.status[place])), int(facts.entered[place])
        by, reason = (told.get(attribute(stage.id, name)) for name in (BY, REASON))
        held = status == Status.OPEN
        if held or (status == Status.DONE and facts.level[place] == Level.RED):
            gates.append(Gate(stage.id, stage, "held" if held else "passed", None if since == NEVER else since))
        elif status == Status.SKIPPED and told.get(gate_field(stage.id)) == RELEASED:
            gates.append(Gate(stage.id, stage, "released", None, by, reason))
    return gates


def release(waypost: Waypost, key: int, gate: str, by: str, reason: str) -> None:
    """Let an order through a gate that holds it. Errors: NotFound, FieldError."""
    _say(waypost, key, gate, by, reason, RELEASED)


def hold(waypost: Waypost, key: int, gate: str, by: str, reason: str) -> None:
    """Hold an order again that was released. Errors: NotFound, FieldError."""
    _say(waypost, key, gate, by, reason, HELD)


def attribute(gate: str, name: str) -> str:
    """The attribute of an order that tells more of a gate: by whom it was released, and why."""
    return f"{gate_field(gate)}.{name}"


def _say(waypost: Waypost, key: int, gate: str, by: str, reason: str, word: str) -> None:
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise FieldError("reason", "it is missing or too long.", f"Say in up to {LONGEST_REASON} characters why.")
    view = waypost.current()
    wanted = "held" if word == RELEASED else "released"
    if not any(each.id == gate and each.state == wanted for each in gates_of(view, key)):
        problem = f"the gate '{gate}' is not {wanted} for this order."
        raise FieldError("gate", problem, "Look at the order again: somebody else may have been quicker.")
    subject = view.table.subjects[view.table.row_of[key]]
    now = max(waypost.now(), _said_last(waypost.engine, key, gate) + 1)  # what is said later must also win
    said = statement(subject, gate, by, reason, word, now)

    def note(connection: Connection, outcomes: Sequence[str]) -> None:
        detail = {"gate": gate, "reason": reason}
        audit.append(connection, waypost.now(), by, f"gate.{word}", f"order/{subject.ref}", detail)

    waypost.submit([said], also=note).result()


def statement(subject: Subject, gate: str, by: str, reason: str, word: str, now: int) -> Statement:
    """What is said of an order that somebody released or held (`word`) at an instant (us)."""
    code = _CODES[word]
    told = {gate_field(gate): word, attribute(gate, BY): by, attribute(gate, REASON): reason}
    return Statement(
        SOURCE,
        f"gate/{uuid.uuid4().hex}",
        subject,
        code,
        load_vocabulary().slot_of(code),
        now,
        stated_at=now,
        evidence=Evidence.DECLARED,
        attributes=told,
    )


def _said_last(engine: Engine, key: int, gate: str) -> int:
    """When it was last said that an order is held or released (us), 0 when never."""
    with engine.connect() as connection:
        told = connection.scalar(sa.select(state.c.attributes).where(state.c.subject_id == key))
    return unpack_attributes(told).get(gate_field(gate), (0, None))[0]


def _place(view: View, key: int) -> int:
    row = view.table.row_of.get(key)
    place = view.order_place.get(-1 if row is None else row)
    if place is None or place >= view.n or not view.known[place]:
        raise NotFound("This order does not exist.")
    return place
