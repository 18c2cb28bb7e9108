"""The returns of a picture as what a trial is made on: each is a unit of its own."""

from __future__ import annotations

import numpy as np

from waypost.journeys.cells import times
from waypost.services.live.basis import Basis
from waypost.services.live.returns import REQUESTED
from waypost.services.live.rows import Rows
from waypost.services.live.summary import Histories
from waypost.services.live.view import View


def basis_of_returns(view: View, histories: Histories) -> Basis:
    """What the picture of returns was made of."""
    returns = view.returns
    each = np.arange(len(returns.rows), dtype=np.intp)
    cells, ways = returns.settled, returns.ways
    return Basis(
        view,
        Rows(cells, cells, (each, each), ways, ways),
        each,
        returns.attributes,
        np.flatnonzero(returns.told),
        times(cells.column(REQUESTED)),
        returns.rows,
        returns.assigned,
        histories,
    )
