"""The rules of journeys once more, in plain Python over plain dicts: slow, obvious, written from the documents.

It shares no code with `waypost.journeys` but the journey document, the vocabulary and the working time of
calendars, which has an oracle of its own. A fact is
`(rank, us)`: rank 0 scanned, 1 derived, 2 declared, 3 happened but undated. The smaller is the better.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np

from waypost.domain.vocabulary import load
from waypost.journeys import worktime
from waypost.journeys.document import Journey, Stage

Fact = tuple[int, int]
Facts = dict[int, Fact]  # slot -> fact
Promises = dict[int, tuple[int, int]]  # promise key -> from, until
UNDATED: Fact = (3, 0)
CANCELLED, UNAVAILABLE, DELIVERED = 4, 5, 33
BEFORE_THE_PARCEL = range(19)  # order, payment and warehouse: known of the order, inherited by its parcels
KEPT_BY_A_NEW_WAYBILL = [slot for slot in range(29) if slot not in (CANCELLED, UNAVAILABLE)]


@dataclass
class SmallWorld:
    """Some subjects by name; `cells` per subject, slot and evidence (0, 1, 2) an instant, None = undated."""

    orders: list[str]
    parcels: list[str]
    cells: dict[str, dict[int, dict[int, int | None]]] = field(default_factory=dict)
    promises: dict[str, Promises] = field(default_factory=dict)
    lines: dict[str, tuple[str, float]] = field(default_factory=dict)  # line -> order, ordered quantity
    loads: dict[tuple[str, str], float | None] = field(default_factory=dict)  # (parcel, order or line) -> quantity
    replaces: list[tuple[str, str]] = field(default_factory=list)  # new, old
    exchanges: list[tuple[str, str]] = field(default_factory=list)  # parcel, order
    cancelled: dict[str, tuple[float, int | None]] = field(default_factory=dict)  # line -> quantity, last time


@dataclass
class Seen:
    """What journeys look at: facts and promises of each order and each tracked unit, by name."""

    orders: dict[str, Facts] = field(default_factory=dict)
    order_promises: dict[str, Promises] = field(default_factory=dict)
    units: dict[str, Facts] = field(default_factory=dict)
    unit_promises: dict[str, Promises] = field(default_factory=dict)
    unit_orders: dict[str, set[str]] = field(default_factory=dict)
    progress: dict[str, tuple[float, float]] = field(default_factory=dict)  # order -> delivered, wanted


def own_facts(world: SmallWorld, name: str) -> Facts:
    """A subject's own milestones by the strongest evidence that has a time."""
    found: Facts = {}
    for slot, by_evidence in world.cells.get(name, {}).items():
        dated = [(evidence, at) for evidence, at in by_evidence.items() if at is not None]
        found[slot] = min(dated) if dated else UNDATED
    return found


def better(*facts: Fact | None) -> Fact | None:
    """The best of the facts that there are."""
    return min((fact for fact in facts if fact is not None), default=None)


def last_of(facts: Iterable[Fact | None]) -> Fact | None:
    """All of them have happened: when the last did, on the weakest evidence among them."""
    found = list(facts)
    if not found or any(fact is None for fact in found):
        return None
    known = [fact for fact in found if fact is not None]
    rank = max(rank for rank, _ in known)
    return UNDATED if rank == 3 else (rank, max(at for _, at in known))


class Reference:
    """Resolves a small world."""

    def __init__(self, world: SmallWorld) -> None:
        self.world = world
        self.facts = {name: own_facts(world, name) for name in (*world.orders, *world.parcels, *world.lines)}
        self.old = {old for _, old in world.replaces}
        self.all_slots = [milestone.slot for milestone in load().milestones]
        self.completing = {m.slot for m in load().milestones if m.rollup == "all"}

    def order_of(self, target: str) -> str:
        """The order that a load belongs to."""
        return self.world.lines[target][0] if target in self.world.lines else target

    def load(self, parcel: str) -> dict[str, float | None]:
        """What a parcel carries: what it says itself, else what the waybills carried that it replaces."""
        said = {to: quantity for (p, to), quantity in self.world.loads.items() if p == parcel}
        exchanged = {order for p, order in self.world.exchanges if p == parcel}
        outbound = {to: quantity for to, quantity in said.items() if self.order_of(to) not in exchanged}
        if outbound:
            return outbound
        inherited: dict[str, float | None] = {}
        for new, old in self.world.replaces:
            if new == parcel:
                inherited.update(self.load(old))
        return inherited

    def parcels_of(self, order: str, *, in_force: bool) -> list[str]:
        """Parcels with something of the order in them; old waybills only when asked for."""
        names = [p for p in self.world.parcels if not (in_force and p in self.old)]
        return [p for p in names if any(self.order_of(to) == order for to in self.load(p))]

    def lines_of(self, order: str) -> list[str]:
        """The lines of an order."""
        return [line for line, (parent, _) in self.world.lines.items() if parent == order]

    def wanted(self, line: str) -> float:
        """Ordered minus cancelled; nothing once the whole line was cancelled."""
        if CANCELLED in self.facts[line]:
            return 0.0
        return max(self.world.lines[line][1] - self.world.cancelled.get(line, (0.0, None))[0], 0.0)

    def gone(self, line: str) -> Fact | None:
        """When a line of which nothing is wanted any more was cancelled."""
        if self.wanted(line) > 0:
            return None
        quantity, at = self.world.cancelled.get(line, (0.0, None))
        taken = None if not quantity else UNDATED if at is None else (2, at)
        return better(self.facts[line].get(CANCELLED), taken)

    def line_delivered(self, line: str) -> tuple[Fact | None, float]:
        """When the wanted quantity had arrived, and how much has."""
        came: list[tuple[float, Fact, float]] = []
        for parcel in self.world.parcels:
            fact = self.facts[parcel].get(DELIVERED)
            load = self.load(parcel)
            if parcel not in self.old and line in load and fact is not None:
                quantity = load[line]
                amount = self.world.lines[line][1] if quantity is None else quantity
                came.append((inf if fact == UNDATED else fact[1], fact, amount))
        came.sort()
        arrived, reached = 0.0, None
        for place, (_, _, amount) in enumerate(came):
            arrived += amount
            if arrived >= self.wanted(line) and reached is None:
                reached = last_of(fact for _, fact, _ in came[: place + 1])
        said = self.facts[line].get(DELIVERED)
        return better(reached, said), self.wanted(line) if said else min(arrived, self.wanted(line))

    def counted_by_lines(self, order: str) -> bool:
        """Whether quantities say how far an order is: a parcel names its lines, or a line was reported delivered."""
        carried = {to for p in self.world.parcels if p not in self.old for to in self.load(p)}
        lines = self.lines_of(order)
        return any(line in carried or self.line_delivered(line)[0] is not None for line in lines)

    def through_parcels(self, order: str, slot: int) -> Fact | None:
        """When the last parcel in force reached a milestone."""
        return last_of(self.facts[p].get(slot) for p in self.parcels_of(order, in_force=True))

    def order_delivered(self, order: str) -> Fact | None:
        """All that is wanted has arrived; or the merchant says so and no carrier contradicts."""
        wanted = [line for line in self.lines_of(order) if self.wanted(line) > 0]
        if wanted and self.counted_by_lines(order):
            found = last_of(self.line_delivered(line)[0] for line in wanted)
        else:
            found = self.through_parcels(order, DELIVERED)
        under_way = [self.facts[p] for p in self.parcels_of(order, in_force=True) if DELIVERED not in self.facts[p]]
        contradicted = any(rank == 0 for facts in under_way for rank, _ in facts.values())
        word = None if contradicted and found is None else self.facts[order].get(DELIVERED)
        return better(found, word)

    def order_cancelled(self, order: str) -> Fact | None:
        """The order was cancelled, or every line of it."""
        lines = [line for line in self.lines_of(order) if self.world.lines[line][1] > 0]
        return better(self.facts[order].get(CANCELLED), last_of(map(self.gone, lines)))

    def order_facts(self, order: str) -> Facts:
        """An order's milestones: the first parcel counts, for completing ones the last."""
        found: dict[int, Fact | None] = {}
        for slot in self.all_slots:
            own = self.facts[order].get(slot)
            if slot == DELIVERED:
                found[slot] = self.order_delivered(order)
            elif slot in self.completing:
                found[slot] = better(own, self.through_parcels(order, slot))
            else:
                found[slot] = better(own, *(self.facts[p].get(slot) for p in self.parcels_of(order, in_force=False)))
        found[CANCELLED] = better(found[CANCELLED], self.order_cancelled(order))
        return {slot: fact for slot, fact in found.items() if fact is not None}

    def progress(self, order: str) -> tuple[float, float]:
        """n of m delivered: quantities where lines are known, else parcels."""
        parcels = self.parcels_of(order, in_force=True)
        if self.counted_by_lines(order):
            lines = self.lines_of(order)
            need = sum(self.wanted(line) for line in lines)
            done = sum(self.line_delivered(line)[1] for line in lines)
        else:
            need, done = float(len(parcels)), float(sum(DELIVERED in self.facts[p] for p in parcels))
        return (max(done, need) if DELIVERED in self.order_facts(order) else done), need

    def order_promises(self, order: str) -> Promises:
        """An order's own promises, else the latest of its parcels'."""
        found = dict(self.world.promises.get(order, {}))
        given = [self.world.promises.get(p, {}) for p in self.parcels_of(order, in_force=True)]
        for key in {key for promises in given for key in promises} - found.keys():
            told = [promises[key] for promises in given if key in promises]
            found[key] = max(at for at, _ in told), max(until for _, until in told)
        return found

    def before(self, parcel: str) -> set[str]:
        """All waybills that a parcel replaces, directly or not."""
        direct = {old for new, old in self.world.replaces if new == parcel}
        return direct.union(*(self.before(old) for old in direct))

    def unit_facts(self, parcel: str, orders: set[str]) -> Facts:
        """A parcel's milestones: its own, those of the waybills before it, and what its orders went through before."""
        found: dict[int, Fact | None] = dict(self.facts[parcel])
        found[CANCELLED] = better(found.get(CANCELLED), self.nothing_wanted(parcel))
        for slot in KEPT_BY_A_NEW_WAYBILL:
            found[slot] = better(found.get(slot), *(self.facts[old].get(slot) for old in self.before(parcel)))
        for slot in BEFORE_THE_PARCEL:
            if found.get(slot) is None and orders:
                passed = [self.order_cancelled(o) if slot == CANCELLED else self.facts[o].get(slot) for o in orders]
                found[slot] = None if None in passed else max(fact for fact in passed if fact is not None)
        return {slot: fact for slot, fact in found.items() if fact is not None}

    def nothing_wanted(self, parcel: str) -> Fact | None:
        """A parcel with nothing but cancelled lines in it is cancelled."""
        load = self.load(parcel)
        return last_of(map(self.gone, load)) if all(to in self.world.lines for to in load) else None

    def unit_promises(self, parcel: str, orders: set[str]) -> Promises:
        """A parcel's own promises, else the latest of its orders'."""
        found = dict(self.world.promises.get(parcel, {}))
        given = [self.world.promises.get(order, {}) for order in orders]
        for key in {key for promises in given for key in promises} - found.keys():
            at, until = max((p[key] for p in given if key in p), key=lambda p: (p[1], p[0]))
            found[key] = at, until
        return found

    def seen(self) -> Seen:
        """Everything journeys look at."""
        seen = Seen()
        for order in self.world.orders:
            seen.orders[order] = self.order_facts(order)
            seen.order_promises[order] = self.order_promises(order)
            seen.progress[order] = self.progress(order)
            if not self.parcels_of(order, in_force=True):
                seen.units[order], seen.unit_promises[order] = seen.orders[order], seen.order_promises[order]
                seen.unit_orders[order] = {order}
        for parcel in self.world.parcels:
            if parcel not in self.old:
                orders = {o for o in self.world.orders if parcel in self.parcels_of(o, in_force=True)}
                seen.units[parcel] = self.unit_facts(parcel, orders)
                seen.unit_promises[parcel] = self.unit_promises(parcel, orders)
                seen.unit_orders[parcel] = orders
        return seen


class Walk:
    """One subject on a journey at an instant: what `project` must say of it, None where it says nothing."""

    def __init__(
        self, facts: Facts, promises: Promises, journey: Journey, now: int, cases: dict[str, str] | None = None
    ) -> None:
        self.facts, self.promises, self.journey, self.now = facts, promises, journey, now
        self.cases = cases or {}  # branch -> case
        self.path = [stage for stage in journey.path if self.leads_through(stage)]
        self.finished = bool(self.path) and self.reached(self.path[-1].end)
        exits = [place for place, exit_ in enumerate(journey.exits) if self.reached((exit_.milestone,))]
        self.outcome = exits[0] if exits and not self.finished else -1

    def found(self, milestones: Iterable[str]) -> list[Fact]:
        """The facts of those milestones that were reached."""
        slots = [entry.slot for name in milestones if (entry := load().milestone(name)) is not None]
        return [self.facts[slot] for slot in slots if slot in self.facts]

    def reached(self, milestones: Iterable[str]) -> bool:
        """Whether one of them was reached, with or without a time."""
        return bool(self.found(milestones))

    def first(self, milestones: Iterable[str]) -> int | None:
        """The earliest time that was given for one of them."""
        return min((at for rank, at in self.found(milestones) if rank != 3), default=None)

    def leads_through(self, stage: Stage) -> bool:
        """Whether the stage is one of the subject's way."""
        taken = {f"{branch}:{case}" for branch, case in self.cases.items()}
        return not stage.only or any(set(group) <= taken for group in stage.only)

    def status(self, stage: Stage) -> str:
        """Where the subject stands with a stage."""
        if not self.leads_through(stage):
            return "SKIPPED"
        path = self.path
        after = [] if stage.span else path[path.index(stage) + 1 :]
        if self.reached(stage.end):
            return "DONE"
        if self.finished or any(self.reached(s.end) or self.reached(s.start) for s in after):
            return "PASSED"
        if not self.reached(stage.start):
            return "PENDING"
        return "ENDED" if self.outcome >= 0 else "OPEN"

    def due(self, stage: Stage) -> tuple[int | None, int | None]:
        """When the stage turns yellow and red."""
        target = stage.target
        base = self.first(stage.start)
        if target.basis == "promise":
            milestone = load().milestone(target.milestone)
            assert milestone is not None
            given = self.promises.get(milestone.slot * 4 + 2 + (target.promise == "latest"))
            base = None if given is None else given[1] - 1 if given[1] > given[0] else given[1]
        elif stage.calendar and base is not None:
            return self.shifted(stage, base, target.yellow), self.shifted(stage, base, target.red)
        due = [None if base is None or offset is None else base + offset for offset in (target.yellow, target.red)]
        return due[0], (base if stage.gate else due[1])

    def shifted(self, stage: Stage, base: int, target: int | None) -> int | None:
        """When a clock that runs in the stage's hours is over its target."""
        calendar = self.journey.calendar(stage.calendar)
        assert calendar is not None
        found = None if target is None else int(worktime.after(calendar, np.array([base]), target)[0])
        return None if found == 2**63 - 1 else found

    def level(self, stage: Stage) -> int:
        """0 ok, 1 yellow, 2 red: of a closed stage when it closed, of an open one now."""
        status, left = self.status(stage), self.first(stage.end)
        if stage.gate:
            return 2 if status == "OPEN" or (status == "DONE" and self.reached(stage.start)) else 0
        seen = self.now if status == "OPEN" else left if status == "DONE" else None
        yellow, red = self.due(stage)
        if seen is None:
            return 0
        if red is not None and seen > red:
            return 2
        warns_ahead = stage.target.basis == "promise" and (stage.target.yellow or 0) < 0
        if yellow is not None and seen > yellow and not (warns_ahead and status == "DONE"):
            return 1
        return 0

    def dwell(self, stage: Stage) -> int | None:
        """How long it took; nothing runs backwards."""
        entered, left = self.first(stage.start), self.first(stage.end)
        if entered is None or left is None:
            return None
        return max(worktime.between(self.journey.calendar(stage.calendar), entered, left), 0)

    def row(self, stage: Stage) -> dict[str, Any]:
        """All facts of a stage."""
        if not self.leads_through(stage):
            nothing = dict.fromkeys(("entered", "left", "dwell", "due_yellow", "due_red"))
            return {**nothing, "status": "SKIPPED", "level": 0, "out_of_sequence": False}
        entered, left = self.first(stage.start), self.first(stage.end)
        yellow, red = self.due(stage)
        return {
            "status": self.status(stage),
            "entered": entered,
            "left": left,
            "dwell": self.dwell(stage),
            "due_yellow": yellow,
            "due_red": red,
            "level": self.level(stage),
            "out_of_sequence": entered is not None and left is not None and left < entered,
        }

    def current(self) -> int:
        """The place of the first stage that is not behind the subject."""
        behind = ("DONE", "PASSED", "SKIPPED")
        waiting = (p for p, stage in enumerate(self.journey.path) if self.status(stage) not in behind)
        return next(waiting, len(self.journey.path))
