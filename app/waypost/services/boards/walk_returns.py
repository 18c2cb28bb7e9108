"""One return's way through a draft, step by step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy.engine import Engine

from waypost.domain.errors import NotFound
from waypost.domain.state import fold
from waypost.journeys.document import Journey
from waypost.services.boards.sides import Stand, sides
from waypost.services.boards.steps import Step, Walk, moment, order_of_time
from waypost.services.live.basis import Basis
from waypost.services.live.return_book import columns_of
from waypost.services.live.rows import Rows
from waypost.store import reads
from waypost.store.rows import StoredEvent

_ALONE = np.zeros(1, dtype=np.intp)


def walk_of_return(engine: Engine, basis: Basis, journey: Journey, key: int) -> Walk:
    """The way of a return, or of the first return of an order. Errors: NotFound."""
    place = _place(basis, key)
    row = int(basis.subject[place])
    mine = basis.view.table.keys[row]
    with engine.connect() as connection:
        events = sorted(reads.events_of_subjects(connection, [mine]).get(mine, []), key=order_of_time)
    steps, latest = [], 0
    for n, event in enumerate(events, 1):
        latest = max(latest, moment(event) or 0)
        steps.append(Step(moment(event), event, *_stands(basis, events[:n], journey, latest)))
    steps.append(Step(basis.view.now, None, *_stands(basis, events, journey, basis.view.now)))
    return Walk(mine, basis.view.table.subjects[row], steps)


def _place(basis: Basis, key: int) -> int:
    returns, row = basis.view.returns, basis.view.table.row_of.get(key, -1)
    place = returns.place_of(key)
    if place is None:
        place = next(iter(returns.by_order.get(row, [])), None)
    if place is None:
        raise NotFound("Nothing comes back of this order.")
    return place


def _stands(basis: Basis, events: Sequence[StoredEvent], journey: Journey, now: int) -> tuple[Stand, Stand]:
    """Where a return of which this was said stands, as published and as drafted."""
    cells, published = columns_of([events]), [history[-1].journey for history in basis.histories]
    told = {name: value for name, (_, value) in fold(events).attributes.items()}
    alone = basis._replace(
        rows=Rows(cells, cells, (_ALONE, _ALONE)), first=_ALONE, attributes=[told], known=_ALONE, subject=_ALONE
    )
    alone = alone.parted([branch for each in published for branch in each.branches], _ALONE)
    alone = alone._replace(assigned=alone.assign(published, _ALONE))
    before, after = sides(alone, _ALONE, journey, now)
    return before.stand(0), after.stand(0)
