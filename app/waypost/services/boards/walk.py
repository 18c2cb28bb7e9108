"""One order's way through a draft, step by step: after each thing that was said of it, where it stood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from waypost.domain.errors import NotFound
from waypost.domain.packed import pack
from waypost.domain.state import fold, standing
from waypost.domain.subject import Subject
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.boards.document import Board
from waypost.journeys.document import Journey
from waypost.services.app import Waypost
from waypost.services.boards.sides import Stand, in_force, sides, stand_of
from waypost.services.boards.steps import Step, Walk, moment, order_of_time
from waypost.services.boards.walk_returns import walk_of_return
from waypost.services.family import family_of
from waypost.services.live.table import KINDS, StateRow
from waypost.services.live.what_if import WhatIf
from waypost.store import reads
from waypost.store.reads import LinkRow
from waypost.store.rows import StoredEvent, occurrence_of


def walk(waypost: Waypost, board: Board | Journey, order_key: int) -> Walk:
    """The way of an order by key; on a board of returns that of a return, or of the order's first one.

    Errors: NotFound; DocumentError, as compiling the board gives it.
    """
    journey = board if isinstance(board, Journey) else compile_board(board)
    basis = waypost.live.basis(journey.subject)
    if journey.subject == "return":
        return walk_of_return(waypost.engine, basis, journey, order_key)
    if order_key not in basis.view.table.row_of:
        raise NotFound("This order does not exist.")
    with waypost.engine.connect() as connection:
        members = family_of(connection, order_key).members
        events = reads.events_of_subjects(connection, members)
        links = reads.links_touching(connection, members)
        subjects = reads.subjects_by_key(connection, members)
    both = [_Side(WhatIf(each, 0), order_key, subjects) for each in in_force(basis.histories, journey)]
    said = sorted((e for found in events.values() for e in found), key=order_of_time)
    steps, told = [], _Told(subjects, links)
    for event in said:
        about, new = told.hear(event)
        at = told.latest
        steps.append(Step(moment(event), event, *(side.after({event.subject_id: about}, new, at) for side in both)))
    # How it stands now is told by the live picture, which knows the neighbours in a shared parcel, too.
    now, place = basis.view.now, basis.view.order_place.get(basis.view.table.row_of[order_key])
    if place is not None:
        present = sides(basis, np.array([place], dtype=np.intp), journey, now)
        steps.append(Step(now, None, *(side.stand(0) for side in present)))
    return Walk(order_key, subjects[order_key], steps)


class _Told:
    """What was said so far, and up to when."""

    def __init__(self, subjects: Mapping[int, Subject], links: Sequence[LinkRow]) -> None:
        self.latest = 0
        self._events: dict[int, list[StoredEvent]] = {}
        self._keys = {subject: key for key, subject in subjects.items()}
        self._links = list(links)

    def hear(self, event: StoredEvent) -> tuple[list[StoredEvent], list[LinkRow]]:
        """All that was said of its subject so far, and the links in force that it is the first to speak of."""
        self.latest = max(self.latest, moment(event) or 0)
        found = self._events.setdefault(event.subject_id, [])
        found.append(event)
        claimed = {(claim.rel, self._keys.get(claim.to)) for claim in event.links}
        new = [each for each in self._links if each.from_id == event.subject_id and (each.rel, each.to_id) in claimed]
        self._links = [each for each in self._links if each not in new]
        return found, new


class _Side:
    """The order on some journeys, as it comes about."""

    def __init__(self, picture: WhatIf, key: int, subjects: Mapping[int, Subject]) -> None:
        self._picture, self._key, self._subjects = picture, key, subjects
        # Links may speak of what nothing was said of yet.
        self._picture.put([self._row(about, []) for about, it in sorted(subjects.items()) if it.kind in KINDS], {})

    def after(self, told: Mapping[int, Sequence[StoredEvent]], links: Sequence[LinkRow], now: int) -> Stand:
        """Where the order stands once this was said, too."""
        told = {key: events for key, events in told.items() if self._subjects[key].kind in KINDS}
        seen = {key: [o for e in standing(events) if (o := occurrence_of(e))] for key, events in told.items()}
        self._picture.now = now
        self._picture.put([self._row(key, events) for key, events in told.items()], seen)
        self._picture.link(links)
        view = self._picture.view()
        row = view.table.row_of.get(self._key)
        place = view.order_place.get(-1 if row is None else row)
        return Stand(None, None, "ok", None, "unassigned") if place is None else stand_of(view, place)

    def _row(self, key: int, events: Sequence[StoredEvent]) -> StateRow:
        about = self._subjects[key]
        version = max((event.id for event in events), default=0)
        return StateRow(key, int(about.kind), about.scope, about.ref, *pack(fold(events)), version)
