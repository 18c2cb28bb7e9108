"""Gates of orders and returns: which hold one back, and letting it through or holding it again, said as statements.

Who releases an order says so of the order like any partner would. So it stands in the order's history with
its reason, can be taken back, and is folded with everything else; the audit log names who did it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.access import audit
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.state import OWN, unpack_attributes
from waypost.domain.statement import Evidence, Statement
from waypost.domain.subject import Subject, SubjectKind
from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.boards.compile import HELD, RELEASED, gate_field
from waypost.journeys.cells import NEVER
from waypost.journeys.document import Journey, Stage
from waypost.journeys.project import Level, Projection, Status
from waypost.services.app import Waypost
from waypost.services.live import View
from waypost.services.order import find_order
from waypost.store import reads
from waypost.store.schema import state

GATE = "gate."  # how the attributes begin that tell of gates
LONGEST_REASON = 500
BY, REASON = "by", "reason"
_CODES = {RELEASED: "order.released", HELD: "order.on_hold"}


class Gate(NamedTuple):
    """A gate of one order or return; `state` is held, released or passed (though it was held); us."""

    id: str
    stage: Stage
    state: str
    since: int | None
    by: str | None = None
    reason: str | None = None


class _Standing(NamedTuple):
    """Where an order or return stands: its journey and the projection on it, by `place`, and what was said of it."""

    journey: Journey
    projection: Projection
    place: int
    told: Mapping[str, Any]


def gates_of(view: View, key: int) -> list[Gate]:
    """The gates that concern an order or a return now. Errors: NotFound."""
    standing = _standing(view, key)
    if standing is None:
        return []
    found = (_gate(standing, stage) for stage in standing.journey.stages if stage.gate)
    return [gate for gate in found if gate is not None]


def _gate(standing: _Standing, stage: Stage) -> Gate | None:
    facts, told, place = standing.projection.facts(stage.id), standing.told, standing.place
    status, since = Status(int(facts.status[place])), int(facts.entered[place])
    held = status == Status.OPEN
    if held or (status == Status.DONE and facts.level[place] == Level.RED):
        return Gate(stage.id, stage, "held" if held else "passed", None if since == NEVER else since)
    if status == Status.SKIPPED and told.get(gate_field(stage.id)) == RELEASED:
        by, reason = (told.get(attribute(stage.id, name)) for name in (BY, REASON))
        return Gate(stage.id, stage, "released", None, by, reason)
    return None


def find(engine: Engine, view: View, text: str) -> int:
    """The key of the return of this id, else of the order that it leads to. Errors: NotFound."""
    ref = text.removeprefix("return/")
    with engine.connect() as connection:
        hits = reads.search_subjects(connection, ref)
    mine = [key for key, subject in hits if subject.ref == ref and view.returns.place_of(key) is not None]
    taken = any(subject.ref == text and subject.kind == SubjectKind.ORDER for _, subject in hits)
    return mine[0] if len(mine) == 1 and not taken else find_order(engine, view, text)


def release(waypost: Waypost, key: int, gate: str, by: str, reason: str) -> None:
    """Let an order or a return through a gate that holds it. Errors: NotFound, FieldError."""
    _say(waypost, key, gate, by, reason, RELEASED)


def hold(waypost: Waypost, key: int, gate: str, by: str, reason: str) -> None:
    """Hold an order or a return again that was released. Errors: NotFound, FieldError."""
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
        problem = f"the gate '{gate}' is not {wanted} here."
        raise FieldError("gate", problem, "Look at the order again: somebody else may have been quicker.")
    subject = view.table.subjects[view.table.row_of[key]]
    now = max(waypost.now(), _said_last(waypost.engine, key, gate) + 1)  # what is said later must also win
    said = statement(subject, gate, by, reason, word, now)

    def note(connection: Connection, outcomes: Sequence[str]) -> None:
        detail = {"gate": gate, "reason": reason}
        audit.append(connection, waypost.now(), by, f"gate.{word}", str(subject), detail)

    waypost.submit([said], also=note).result()


def statement(subject: Subject, gate: str, by: str, reason: str, word: str, now: int) -> Statement:
    """What is said of an order or return that somebody released or held (`word`) at an instant (us)."""
    code = _CODES[word]
    told = {gate_field(gate): word, attribute(gate, BY): by, attribute(gate, REASON): reason}
    return Statement(
        OWN,
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


def _standing(view: View, key: int) -> _Standing | None:
    """None where no journey takes it. Errors: NotFound."""
    row = view.table.row_of.get(key, -1)
    back = view.returns.place_of(key)
    if back is not None:
        journeys = (each for each in view.returns.journeys.values() if each.mine[back])
        held = next(journeys, None)
        return None if held is None else _Standing(held.version.journey, held.units, back, view.table.attributes[row])
    place = view.order_place.get(row)
    if place is None or place >= view.n or not view.known[place]:
        raise NotFound("This order does not exist.")
    found = view.journeys.get(view.row(place).journey or "")
    if found is None:
        return None
    return _Standing(found.version.journey, found.orders, place, view.table.attributes[int(view.order_row[place])])
