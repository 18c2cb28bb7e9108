"""What the control tower is asked to show: read from its address, changed by its widgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np
import streamlit as st

from waypost.domain.instants import DAY, day_bounds, from_us, zone_of
from waypost.i18n import N_
from waypost.journeys.cells import NEVER
from waypost.journeys.document import Journey
from waypost.services.live import OrderQuery, View
from waypost.services.tower import SOON
from waypost.web import cache, links
from waypost.web.format import Format
from waypost.web.words import DIMENSIONS, word

PAGE: Final = "control_tower"
NARROW: Final = ("channel", "carrier", "warehouse")
_RANGES: Final = {"1": N_("24 h"), "7": N_("7 days"), "30": N_("30 days"), "custom": N_("Custom")}
_DEFAULT: Final = "7"


class TowerFilters(NamedTuple):
    """One state of the tower; `first` and `last` are whole local days of the journey, for a custom range."""

    journey: Journey
    days: int
    custom: bool
    first: date
    last: date
    where: tuple[tuple[str, tuple[str, ...]], ...]
    level: str | None = None
    exact: bool = False  # percentiles counted one by one, however many orders there are

    @property
    def query(self) -> OrderQuery:
        """The orders it looks at."""
        return OrderQuery(journey=self.journey.id, level=self.level, where=self.where, exact=self.exact)

    def span(self) -> tuple[int, int] | None:
        """The custom range as [start, end) in us; None when it ends now."""
        if not self.custom:
            return None
        zone = zone_of(self.journey.zone)
        return day_bounds(self.first, zone)[0], day_bounds(self.last, zone)[1]

    def bounds(self, now: int) -> tuple[int, int]:
        """The range as [start, end) in us."""
        return self.span() or (now - self.days * DAY, now)

    def completed(self, stage: str, tier: str, now: int) -> dict[str, str | list[str]]:
        """The address of the orders behind a card's number, in the orders list; tier "all" means any."""
        return self._orders({"kpi": stage, "closed": tier, **self._edges(now)})

    def completed_in(self, stage: str, start: int, end: int) -> dict[str, str | list[str]]:
        """As `completed`, of another range than the one looked at, such as one day of it; us."""
        return self._orders({"kpi": stage, **edges(start, end)})

    def completed_on(self, journey: str, stage: str, now: int) -> dict[str, str | list[str]]:
        """As `completed`, of another journey than the one looked at, such as that of returns."""
        return {**self._orders({"kpi": stage, **self._edges(now)}), "journey": journey}

    def _edges(self, now: int) -> dict[str, str]:
        return edges(*self.bounds(now))

    def standing(self, stage: str = "", tier: str = "all") -> dict[str, str | list[str]]:
        """The address of the orders that are open now, in a stage and a tier or in any."""
        return self._orders({"status": "open", "stage": stage, "level": tier})

    def soon(self) -> dict[str, str | list[str]]:
        """The address of the orders that turn red within the next hour if nothing happens."""
        return self._orders({"due": "red", "within": str(SOON)})

    def open_in(self, *stages: str) -> dict[str, str | list[str]]:
        """The address of the orders for which one of some stages, also gates and figures, is open now."""
        return self._orders({"status": "open", "kpi": ",".join(stages), "how": "open"})

    def late(self, *stages: str) -> dict[str, str | list[str]]:
        """The address of the open orders that are late or held; because of some stages, or of any."""
        return self._orders({"status": "open", "kpi": ",".join(stages), "how": "late"})

    def made_and_reached(self, stage: str, now: int) -> dict[str, str | list[str]]:
        """The address of the orders made in the range that have reached a stage; "" means all made."""
        return self._orders({"kpi": stage, "how": "reached", **self._edges(now)})

    def owed(
        self, start: int, end: int, tier: str = "all", stages: Sequence[str] = (), *, promised: bool = False
    ) -> dict[str, str | list[str]]:
        """The address of the open orders due, or promised, in [start, end) us."""
        how = "promised" if promised else "due"
        asked = {"status": "open", "kpi": ",".join(stages), "how": how, "level": tier}
        return self._orders({**asked, **edges(start, end)})

    def _orders(self, asked: dict[str, str]) -> dict[str, str | list[str]]:
        found: dict[str, str | list[str]] = {"journey": self.journey.id}
        found.update({name: list(words) for name, words in self.where})
        found.update({"level": self.level} if self.level else {})
        found.update({name: value for name, value in asked.items() if value not in ("", "all")})
        return found

    def period(self, fmt: Format) -> str:
        """The length of the range in words."""
        n = (self.last - self.first).days + 1 if self.custom else self.days
        return fmt.t("24 h") if n == 1 else fmt.t("{n} days", n=n)


def edges(start: int, end: int) -> dict[str, str]:
    """A range [start, end) in us as it stands in addresses."""
    first, last = (f"{from_us(us).replace(tzinfo=None).isoformat()}Z" for us in (start, end))
    return {"from": first, "to": last}


def read(view: View) -> TowerFilters:
    """The state that the address asks for; what it does not say is the default."""
    asked = links.value("journey", view.ids)
    journey = view.journeys[asked or _busiest(view)].version.journey
    today = from_us(view.now, journey.zone).date()
    first = links.day("from") or today - timedelta(days=6)
    last = max(first, links.day("to") or today)
    choice = links.value("range", tuple(_RANGES)) or _DEFAULT
    where = tuple((name, found) for name in NARROW if (found := links.values(name)))
    days = 0 if choice == "custom" else int(choice)
    return TowerFilters(journey, days, choice == "custom", first, last, where, exact=exact_asked())


def exact_asked() -> bool:
    """Whether the address asks for exact percentiles."""
    return links.value("exact", ("1",)) is not None


def _busiest(view: View) -> str:
    """The journey with the most orders: the one that a person most likely came for."""
    return max(view.ids, key=lambda name: int(view.journeys[name].mine.sum()))


def draw(held: TowerFilters, view: View, fmt: Format) -> None:
    """The widgets, side by side as far as there is room."""
    t = fmt.t
    if len(view.ids) > 1:
        st.selectbox(
            t("Journey"),
            view.ids,
            format_func=lambda name: view.journeys[name].version.journey.name.say(fmt.lang),
            label_visibility="collapsed",
            width=200,
            **links.bound(PAGE, "journey", held.journey.id, forget=NARROW),
        )
    st.segmented_control(
        t("Time range"),
        tuple(_RANGES),
        required=True,
        format_func=lambda choice: t(_RANGES[choice]),
        label_visibility="collapsed",
        **links.bound(PAGE, "range", "custom" if held.custom else str(held.days)),
    )
    if held.custom:
        st.date_input(t("From"), label_visibility="collapsed", width=130, **links.bound(PAGE, "from", held.first))
        st.date_input(
            t("To"), label_visibility="collapsed", width=130, min_value=held.first, **links.bound(PAGE, "to", held.last)
        )
    narrowed = sum(len(words) for _, words in held.where)
    name = t("Filter ({n})", n=narrowed) if narrowed else t("Filter")
    with st.popover(name, icon=":material/filter_list:", key=f"{PAGE}.filter"):
        narrow_widgets(PAGE, NARROW, dict(held.where), OrderQuery(journey=held.journey.id), fmt)


def nothing_yet(held: TowerFilters, view: View, fmt: Format) -> None:
    """A way to the data when nearly all of it is older than the range, as after an import of old orders."""
    mine = view.delivered[view.journeys[held.journey.id].mine]
    dated = mine[mine != NEVER]
    if not len(dated):
        return
    newest = int(np.percentile(dated, 99))  # one straggler is no reason to look at an empty month
    if newest >= held.bounds(view.now)[0]:
        return
    last = from_us(newest, held.journey.zone).date()
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PAGE}.old"):
        st.markdown(fmt.t("Nearly everything here was delivered before this time range."), width="content")
        first = last - timedelta(days=29)
        st.button(
            fmt.t("Show the 30 days up to {day}", day=fmt.day(last)),
            key=f"{PAGE}.newest",
            on_click=links.put,
            args=({"range": "custom", "from": first, "to": last},),
        )


def narrow_widgets(
    page: str,
    names: Sequence[str],
    held: dict[str, tuple[str, ...]],
    query: OrderQuery,
    fmt: Format,
    forget: Sequence[str] = (),
) -> None:
    """One choice of words per dimension, the most frequent first, with how many orders have each."""
    for name in names:
        counts = {facet.word: facet.n for facet in cache.facets(name, query)}
        chosen = held.get(name, ())
        options = [*counts, *(w for w in chosen if w not in counts)]
        if options:
            st.multiselect(
                word(DIMENSIONS, name, fmt.t),
                options,
                format_func=lambda w, counts=counts: f"{w} ({fmt.count(counts.get(w, 0))})",  # type: ignore[misc]
                placeholder=fmt.t("All"),
                select_all=False,
                **links.bound(page, name, list(chosen), forget=forget),
            )
