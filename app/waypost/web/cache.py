"""What all sessions share for a moment: the same question within a second is answered once (see `answers`).

The answers are never changed by who gets them. Nobody's identity goes into them: what depends on
the reader (language, masking) is applied afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

from waypost.access import accounts
from waypost.access.errors import AccessError
from waypost.domain.subject import Subject
from waypost.services import map as map_
from waypost.services import order, search, tower
from waypost.services.live import OrderQuery, View
from waypost.services.live.query import Facet
from waypost.services.map import MapPicture
from waypost.services.mappings.heard import Heard, Use
from waypost.services.mappings.heard import heard as words_of
from waypost.services.mappings.heard import uses as uses_of
from waypost.services.order import OrderJourney
from waypost.services.positions import Snapshot
from waypost.services.search import Search
from waypost.services.tower import Overview, StreamItem
from waypost.web import deps

T = TypeVar("T")
_TTL_S = 1
_STAMP_S = 0.2  # by then another target is noticed
_FACETS_S = 5
LATELY_S = 5.0  # who asked a figure so long ago is taken to be still looking
_MAP_TTL_S = 3
_SIZE = 64
AT_RISK = 8  # rows in the list of those that need a hand


def view() -> View:
    """The present picture of all orders; it keeps itself fresh and shared."""
    held = deps.get()
    waypost = held.waypost
    of = held.answers.ask("journeys", waypost.journeys.refresh, _STAMP_S)
    made = held.pictures.ask("view", waypost.view, 0.0, of)  # which itself says when it is time for a new one
    return waypost.live.latest or made  # what was just changed here is seen at once


def stamp(view: View) -> tuple[object, ...]:
    """What is in force in a picture: with other journeys, figures made of it do not count any more."""
    of_returns = tuple((name, each.version.version) for name, each in view.returns.journeys.items())
    return *of_returns, *((name, each.version.version) for name, each in view.journeys.items())


def overview(journey: str, days: int, span: tuple[int, int] | None, query: OrderQuery) -> Overview:
    """The control tower of one journey."""
    asked = ("overview", journey, days, span, query)
    return shared(asked, lambda: tower.overview(view(), journey, days, query, AT_RISK, span), _TTL_S, ahead=True)


def stream(limit: int, query: OrderQuery) -> list[StreamItem]:
    """The newest events."""
    engine = deps.get().waypost.engine
    return shared(("stream", limit, query), lambda: tower.stream(engine, view(), limit, query=query), _TTL_S)


def facets(name: str, query: OrderQuery) -> list[Facet]:
    """The words of a dimension among some orders, and how many have each; a few seconds old."""
    return shared(("facets", name, query), lambda: view().facets(name, query), _FACETS_S, ahead=True)


def order_journey(key: int) -> OrderJourney:
    """The journey of one order. Errors: NotFound."""
    return _order_journey(_store(), key)


def searched(text: str) -> Search:
    """What a search finds."""
    return _searched(_store(), text)


@st.cache_data(ttl=60, show_spinner=False)
def person(name: str) -> str:
    """What a person is called whose account has this name; the name itself when there is no such account."""
    try:
        return accounts.get(deps.get().waypost.engine, name).display or name
    except AccessError:
        return name


def vehicles() -> Snapshot:
    """Where vehicles are now; shared by all sessions."""
    return deps.get().waypost.positions.snapshot()


def map_picture(query: OrderQuery, zoom: float) -> MapPicture:
    """The open orders that a query selects, on the map."""
    places = deps.get().waypost.places
    asked = ("map", query, zoom)
    return shared(asked, lambda: map_.picture(view(), places, query, vehicles(), zoom), _MAP_TTL_S)


def aboard(vehicle: Subject) -> list[int]:
    """Places in the view of the orders that a vehicle carries now."""
    return _aboard(_store(), vehicle)


def word_uses() -> list[Use]:
    """Which words of partners stood for which codes in the last days; at most a minute old."""
    return _word_uses(_store())


def heard(source: str) -> list[Heard]:
    """The words of one source; at most a few seconds old."""
    return _heard(_store(), source)


def forget_words() -> None:
    """Read words anew at the next question, because somebody has said what they mean."""
    _word_uses.clear()
    _heard.clear()


def forget_orders() -> None:
    """Read orders anew at the next question, because somebody has just said something of one."""
    deps.get().waypost.current()
    _order_journey.clear()


def shared(question: Hashable, make: Callable[[], T], fresh: float, *, ahead: bool = False) -> T:
    """An answer that goes with the journeys in force; `ahead`: made anew as soon as others are."""
    return deps.get().answers.ask(question, make, fresh, of=stamp(view()), ahead=ahead)


def look_ahead(known: object) -> object:
    """Where other journeys are in force than `known`, have what pages lately asked for made before they ask again.

    Returns what is known now. So an edit shows at a page's next tick, and not a whole making later.
    """
    held = deps.get()
    found = held.waypost.journeys.refresh()
    if known is not None and found != known:
        held.answers.renew(stamp(view()), LATELY_S)
    return found


def _store() -> str:
    return deps.get().waypost.engine.url.render_as_string(hide_password=True)


@st.cache_resource(ttl=_TTL_S, max_entries=_SIZE, show_spinner=False)
def _order_journey(store: str, key: int) -> OrderJourney:
    return order.order_journey(deps.get().waypost.engine, view(), key)


@st.cache_resource(ttl=_TTL_S, max_entries=_SIZE, show_spinner=False)
def _searched(store: str, text: str) -> Search:
    return search.search(deps.get().waypost.engine, text)


@st.cache_resource(ttl=_MAP_TTL_S, max_entries=_SIZE, show_spinner=False)
def _aboard(store: str, vehicle: Subject) -> list[int]:
    return deps.get().waypost.places.aboard(view(), vehicle)


@st.cache_resource(ttl=60, max_entries=_SIZE, show_spinner=False)
def _word_uses(store: str) -> list[Use]:
    waypost = deps.get().waypost
    return uses_of(waypost.engine, waypost.now())


@st.cache_resource(ttl=5, max_entries=_SIZE, show_spinner=False)
def _heard(store: str, source: str) -> list[Heard]:
    return words_of(deps.get().waypost.engine, source)
