"""The state of one subject: its row of the milestone matrix, and how statements merge into it.

A cell is (milestone slot, evidence) -> the EARLIEST actual time; `UNDATED` stands for "it
happened, the time was not given" and loses against any time. Promises keep the first and the
latest statement, attributes the latest; SOURCE, which says who told of the order first, keeps the earliest.
So merging is commutative, associative and idempotent:
late, repeated and shuffled statements give the same state. Retractions are not; a subject that
has one is folded again from all its statements (`fold`), which is also the tests' oracle.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeVar

from waypost.domain.statement import Classifier, Evidence, Kind

UNDATED = 2**63 - 2  # happened, time not given: later than any time, earlier than never
NEVER = 2**63 - 1
CREATED = 0  # the slot of `order_created`
RESERVED = "@"  # how attributes begin that are Waypost's own; what partners call so is not taken
SOURCE = "@source"
OWN = "waypost"  # the source of what Waypost itself says, such as that a gate was opened

S = TypeVar("S", bound="Sayable")

_CELL = struct.Struct("<Bq")
_PROMISE = struct.Struct("<Bqqq")
_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


class Promise(NamedTuple):
    """A planned or estimated time: when it was said (0 = not given), from when, until when (us)."""

    stated: int
    at: int
    until: int


class Sayable(Protocol):
    """What folding needs of a statement; a stored event row has it too."""

    @property
    def event_id(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def slot(self) -> int | None: ...
    @property
    def at(self) -> int | None: ...
    @property
    def until(self) -> int | None: ...
    @property
    def stated_at(self) -> int | None: ...
    @property
    def evidence(self) -> Evidence: ...
    @property
    def classifier(self) -> Classifier: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def target(self) -> str | None: ...
    @property
    def attributes(self) -> Mapping[str, Any] | None: ...


@dataclass(slots=True)
class SubjectState:
    """One subject's cells, promises and attributes; see the module's text for the merge rules."""

    cells: dict[int, int] = field(default_factory=dict)  # slot * 4 + evidence -> us
    promises: dict[int, Promise] = field(default_factory=dict)  # promise_key -> promise
    attributes: dict[str, tuple[int, Any]] = field(default_factory=dict)  # name -> (stated, value)

    def add(self, said: Sayable) -> None:
        """Merge one assertion; retractions must go through `fold`."""
        stated = said.stated_at or said.at or 0
        if said.slot is not None:
            if said.classifier == Classifier.ACTUAL:
                if said.evidence != Evidence.PREDICTED:
                    if said.slot == CREATED:
                        self._attribute(SOURCE, (stated or UNDATED, said.source))
                    self._cell(said.slot * 4 + said.evidence, UNDATED if said.at is None else said.at)
            elif said.at is not None:
                until = said.at if said.until is None else said.until
                self._promise(said.slot, said.classifier, Promise(said.stated_at or 0, said.at, until))
        if said.attributes:
            for name, value in said.attributes.items():
                if not name.startswith(RESERVED):
                    self._attribute(name, (stated, value))

    def merge(self, other: SubjectState) -> None:
        """Merge another state of the same subject into this one."""
        for key, at in other.cells.items():
            self._cell(key, at)
        for key, promise in other.promises.items():
            self._keep(key, promise)
        for name, stamped in other.attributes.items():
            self._attribute(name, stamped)

    def best(self, slot: int) -> tuple[int, Evidence] | None:
        """The time of a milestone by its strongest evidence that has a time, or None."""
        undated: tuple[int, Evidence] | None = None
        for evidence in (Evidence.SCANNED, Evidence.DERIVED, Evidence.DECLARED):
            at = self.cells.get(slot * 4 + evidence)
            if at is not None and at != UNDATED:
                return at, evidence
            if at is not None and undated is None:
                undated = at, evidence
        return undated

    def promise(self, slot: int, classifier: Classifier, which: str = "latest") -> Promise | None:
        """The first or the latest promise for a milestone."""
        return self.promises.get(promise_key(slot, classifier, latest=which == "latest"))

    def attribute(self, name: str) -> Any:
        """The latest value of an attribute, or None."""
        stamped = self.attributes.get(name)
        return stamped[1] if stamped else None

    def _cell(self, key: int, at: int) -> None:
        held = self.cells.get(key)
        if held is None or at < held:
            self.cells[key] = at

    def _promise(self, slot: int, classifier: Classifier, promise: Promise) -> None:
        self._keep(promise_key(slot, classifier, latest=False), promise)
        self._keep(promise_key(slot, classifier, latest=True), promise)

    def _keep(self, key: int, promise: Promise) -> None:
        held = self.promises.get(key)
        if held is None or (promise > held if key & 1 else promise < held):
            self.promises[key] = promise

    def _attribute(self, name: str, stamped: tuple[int, Any]) -> None:
        held = self.attributes.get(name)
        if held is None or (_order(stamped) < _order(held) if name == SOURCE else _order(stamped) > _order(held)):
            self.attributes[name] = stamped


def promise_key(slot: int, classifier: Classifier, *, latest: bool) -> int:
    """Key of a promise: slot, planned or estimated, first or latest."""
    return slot * 4 + (classifier == Classifier.PLANNED) * 2 + latest


def _order(stamped: tuple[int, Any]) -> tuple[int, str]:
    # Equal stamps are settled by the value's text, so that the order of arrival never matters.
    return stamped[0], json.dumps(stamped[1], sort_keys=True, ensure_ascii=False)


def standing(statements: Iterable[S]) -> list[S]:
    """The statements that stand once retractions and corrections of the same subject are applied.

    A correction takes its target back and stands in its place; of several corrections of one
    target the one said last wins (ties: the greater event id).
    """
    said = list(statements)
    withdrawn = {(s.source, s.target) for s in said if s.kind == Kind.RETRACT and s.target}
    winners: dict[tuple[str, str], tuple[tuple[int, str], S]] = {}
    for s in said:
        if s.kind == Kind.CORRECT and s.target and (s.source, s.event_id) not in withdrawn:
            rank = (s.stated_at or s.at or 0, s.event_id)
            held = winners.get((s.source, s.target))
            if held is None or rank > held[0]:
                winners[s.source, s.target] = (rank, s)
    replaced = set(winners)
    standing_corrections = {id(s) for _, s in winners.values()}
    return [
        s
        for s in said
        if (s.source, s.event_id) not in withdrawn
        and (s.source, s.event_id) not in replaced
        and (s.kind == Kind.ASSERT or id(s) in standing_corrections)
    ]


def fold(statements: Iterable[Sayable]) -> SubjectState:
    """The state of one subject from all its statements, in any order."""
    state = SubjectState()
    for said in standing(statements):
        state.add(said)
    return state


def pack_cells(cells: Mapping[int, int]) -> bytes:
    """Cells as bytes: per cell one key byte (slot * 4 + evidence) and a little-endian int64 us."""
    return b"".join(_CELL.pack(key, cells[key]) for key in sorted(cells))


def unpack_cells(blob: bytes | None) -> dict[int, int]:
    """The inverse of `pack_cells`."""
    return dict(_CELL.iter_unpack(blob)) if blob else {}


def pack_promises(promises: Mapping[int, Promise]) -> bytes | None:
    """Promises as bytes, or None when there is none."""
    return b"".join(_PROMISE.pack(key, *promises[key]) for key in sorted(promises)) or None


def unpack_promises(blob: bytes | None) -> dict[int, Promise]:
    """The inverse of `pack_promises`."""
    if not blob:
        return {}
    return {key: Promise(stated, at, until) for key, stated, at, until in _PROMISE.iter_unpack(blob)}


def pack_attributes(attributes: Mapping[str, tuple[int, Any]]) -> str | None:
    """Attributes as canonical JSON, or None when there is none."""
    return _canonical(attributes) if attributes else None


def unpack_attributes(text: str | None) -> dict[str, tuple[int, Any]]:
    """The inverse of `pack_attributes`."""
    return {name: (stamp, value) for name, (stamp, value) in json.loads(text).items()} if text else {}
