"""Which orders the list shows: read from its address, changed by its widgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import streamlit as st

from waypost.domain.errors import FieldError, NotFound
from waypost.i18n import N_
from waypost.journeys.document import Journey
from waypost.journeys.project import Mask
from waypost.kpi.summary import read_edge
from waypost.services import board_view, kpi
from waypost.services.live import OrderQuery, View
from waypost.services.search import Search
from waypost.web import cache, links, orders_due, returns, session
from waypost.web.format import Format
from waypost.web.tower_filters import narrow_widgets
from waypost.web.words import DIMENSIONS, STATUSES, TIERS, word

PAGE: Final = "orders"
SIZE: Final = 50
NARROW: Final = tuple(DIMENSIONS)
LEVELS: Final = ("red", "yellow", "ok")
_SORTS: Final = {
    "risk": N_("Most urgent first"),
    "newest": N_("Newest first"),
    "oldest": N_("Oldest first"),
    "value": N_("Highest value first"),
}
_FORGET: Final = ("page",)
_HOW: Final = ("closed", "reached", "open", "late", "due", "promised")
_NOW: Final = ("open", "late")
_BEHIND: Final = ("kpi", "how", "from", "to", "closed")  # in the address


class Behind(NamedTuple):
    """The orders behind one number of a card or a board, of [start, end) us.

    `how`: closed (of one tier or of all), reached (made in that time, and at least as far as the stage),
    due or promised (still open), late (now), open (one of the stages is open now). Of the last four several
    stages may be named, with commas between them; none means any.
    """

    journey: str
    stage: str
    start: int
    end: int
    level: str | None
    how: str = "closed"

    def orders(self, view: View) -> tuple[Mask, int]:
        """Which orders these are, and that number: of parcels or returns, where a closed stage counts those."""
        if self.how == "closed":
            return kpi.closed_orders(view, *self[:-1])
        if self.how == "reached":
            found = board_view.reached(view, self.journey, self.stage, self.start, self.end)
        elif self.how == "open":
            found = board_view.open_in(view, self.journey, self.stages)
        elif self.how == "late":
            found = board_view.late(view, self.journey, self.stages)
        else:
            promised = self.how == "promised"
            found = board_view.due(view, self.journey, self.start, self.end, self.stages, promised=promised)
        return found, int(found.sum())

    @property
    def stages(self) -> list[str]:
        """The ids of the stages."""
        return self.stage.split(",") if self.stage else []


class OrdersFilters(NamedTuple):
    """One state of the list."""

    text: str
    journey: str | None
    stage: str | None
    level: str | None
    status: str | None
    where: tuple[tuple[str, tuple[str, ...]], ...]
    sort: str
    page: int
    behind: Behind | None
    returns: str | None = None
    due: str | None = None
    within: int = 60

    def query(self, found: Search | None) -> OrderQuery:
        """The orders it selects, once the search is done."""
        return OrderQuery(
            self.journey,
            self.stage,
            self.level,
            self.status,
            self.where,
            None if found is None else found.keys,
            self.sort,
            SIZE,
            self.page * SIZE,
            self.returns,
            self.due,
            self.within,
        )

    def found(self) -> Search | None:
        """What the search text leads to; None without one."""
        return cache.searched(self.text) if self.text else None

    def only(self, view: View) -> tuple[Mask, int] | None:
        """The orders behind a KPI's number, and that number; None when none is asked for."""
        return None if self.behind is None else self.behind.orders(view)


def read(view: View) -> OrdersFilters:
    """The state that the address asks for; what it does not say, or says wrongly, is the default."""
    page = st.query_params.get("page", "")
    return OrdersFilters(
        (links.value("q") or "").strip(),
        links.value("journey", view.ids),
        links.value("stage", stages(view)),
        links.value("level", LEVELS),
        links.value("status", tuple(STATUSES)),
        tuple((name, found) for name in NARROW if (found := links.values(name))),
        links.value("sort", tuple(_SORTS)) or "risk",
        int(page) - 1 if page.isascii() and page.isdigit() and 0 < int(page[:9]) < 10**7 else 0,
        _behind(view),
        links.value("returns", returns.choices(view)),
        *orders_due.read(),
    )


def _behind(view: View) -> Behind | None:
    journey = links.value("journey", [*view.ids, *view.returns.journeys])
    stage, found = links.value("kpi"), None if journey is None else kpi.journey_of(view, journey)
    how = links.value("how", _HOW) or "closed"
    if journey is None or found is None or not _sound(how, stage, found):
        return None
    if how in _NOW:
        return Behind(journey, stage or "", 0, 0, None, how)
    zone = found.zone
    try:
        start, end = (read_edge(st.query_params.get(name, ""), zone, name) for name in ("from", "to"))
    except (FieldError, NotFound):
        return None
    return Behind(journey, stage or "", start, end, links.value("closed", LEVELS), how)


def _sound(how: str, stage: str | None, journey: Journey) -> bool:
    """Whether the stage that the address names is one, where one is needed."""
    if stage is None:
        return how not in ("closed", "open")
    several = stage.split(",") if how not in ("closed", "reached") else [stage]
    return all(journey.stage(name) is not None for name in several)


def stages(view: View, journey: str | None = None) -> tuple[str, ...]:
    """Ids of the stages an order can be in; of one journey or of all."""
    chosen = [found for name, found in view.journeys.items() if journey in (None, name)]
    return tuple(dict.fromkeys(stage.id for found in chosen for stage in found.version.journey.path))


def stage_label(view: View, stage: str, lang: str, journey: str | None = None) -> str:
    """The name of a stage, by the journey asked for or the first one that has it."""
    for name, found in view.journeys.items():
        held = found.version.journey.stage(stage)
        if held is not None and journey in (None, name):
            return held.name.say(lang)
    return stage


def draw(held: OrdersFilters, view: View, fmt: Format) -> None:
    """Search, then the filters used most, then the others behind one button."""
    t = fmt.t
    st.text_input(
        t("Search"),
        placeholder=t("Order, parcel, return or customer id; paste several at once"),
        icon=":material/search:",
        label_visibility="collapsed",
        **links.bound(PAGE, "q", held.text, forget=_FORGET),
    )
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PAGE}.bar"):
        _choice("status", t("Status"), STATUSES, held.status, fmt)
        _choice("level", t("Level"), {level: TIERS[level] for level in LEVELS}, held.level, fmt)
        with st.popover(t("Filter"), icon=":material/filter_list:", key=f"{PAGE}.filter"):
            _more(held, view, fmt)
        st.selectbox(
            t("Order of the list"),
            tuple(_SORTS),
            format_func=lambda sort: t(_SORTS[sort]),
            label_visibility="collapsed",
            width=190,
            **links.bound(PAGE, "sort", held.sort, forget=_FORGET),
        )


def _choice(name: str, label: str, words: dict[str, str], held: str | None, fmt: Format) -> None:
    st.segmented_control(
        label,
        tuple(words),
        format_func=lambda choice: fmt.t(words[choice]),
        label_visibility="collapsed",
        **links.bound(PAGE, name, held, forget=_FORGET),
    )


def stage_widgets(
    page: str,
    journey: str | None,
    stage: str | None,
    view: View,
    fmt: Format,
    *,
    of_journey: Sequence[str],
    of_stage: Sequence[str],
) -> None:
    """The choice of a journey and of one of its stages; `of_...` name what a change of it makes void."""
    t = fmt.t
    st.selectbox(
        t("Journey"),
        view.ids,
        index=None,
        placeholder=t("All"),
        format_func=lambda name: view.journeys[name].version.journey.name.say(fmt.lang),
        **links.bound(page, "journey", journey, forget=of_journey),
    )
    st.selectbox(
        t("Stage"),
        stages(view, journey),
        index=None,
        placeholder=t("All"),
        format_func=lambda name: stage_label(view, name, fmt.lang, journey),
        **links.bound(page, "stage", stage, forget=of_stage),
    )


def _more(held: OrdersFilters, view: View, fmt: Format) -> None:
    t = fmt.t
    further = (*_FORGET, "stage", *_BEHIND)
    stage_widgets(PAGE, held.journey, held.stage, view, fmt, of_journey=further, of_stage=_FORGET)
    orders_due.draw(PAGE, held.due, held.within, fmt, _FORGET)
    st.selectbox(
        t("Returns"),
        returns.choices(view),
        index=None,
        placeholder=t("All"),
        format_func=lambda which: returns.label(which, view, fmt),
        **links.bound(PAGE, "returns", held.returns, forget=_FORGET),
    )
    narrow_widgets(PAGE, NARROW, dict(held.where), OrderQuery(journey=held.journey), fmt, _FORGET)


def active(held: OrdersFilters, view: View, fmt: Format) -> list[tuple[str, dict[str, Any]]]:
    """The filters behind the button that are set: what each says, and the change that removes it."""
    t = fmt.t
    found: list[tuple[str, dict[str, Any]]] = []
    if held.behind is not None:
        found.append((_behind_words(held.behind, view, fmt), dict.fromkeys(_BEHIND)))
    if held.journey:
        name = view.journeys[held.journey].version.journey.name.say(fmt.lang)
        void = dict.fromkeys(("journey", "stage", *_BEHIND))
        found.append((t("Journey: {name}", name=name), void))
    if held.stage:
        name = stage_label(view, held.stage, fmt.lang, held.journey)
        found.append((t("Stage: {name}", name=name), {"stage": None}))
    if held.returns:
        found.append((t("Returns: {name}", name=returns.label(held.returns, view, fmt)), {"returns": None}))
    if held.due:
        found.append((orders_due.words(held.due, held.within, fmt), {"due": None, "within": None}))
    for name, words in held.where:
        for chosen in words:
            rest = [other for other in words if other != chosen]
            found.append((f"{word(DIMENSIONS, name, t)}: {chosen}", {name: rest}))
    return found


def clear() -> None:
    """Take away every filter and keep the search."""
    links.put(dict.fromkeys(name for name in st.query_params if name not in ("q", "sort", session.LANG)))


def _behind_words(behind: Behind, view: View, fmt: Format) -> str:
    t, name = fmt.t, ", ".join(stage_label(view, stage, fmt.lang, behind.journey) for stage in behind.stages)
    if behind.journey in view.returns.journeys:
        name = returns.stage_name(behind.stage, view, fmt)
    if behind.how == "open":
        return t("{stage}: open now", stage=name)
    if behind.how == "late":
        return t("{stage}: late or held", stage=name) if name else t("Late or held")
    start, end = fmt.instant(behind.start, view.now), fmt.instant(behind.end, view.now)
    if behind.how == "due":
        return t("Due until {end}", end=end) if not behind.start else t("Due {start} – {end}", start=start, end=end)
    if behind.how == "promised":
        said = t("Promised until {end}", end=end)
        return said if not behind.start else t("Promised {start} – {end}", start=start, end=end)
    if behind.how == "reached":
        made = t("Ordered {start} – {end}", start=start, end=end)
        return t("{made}, at least as far as {stage}", made=made, stage=name) if behind.stage else made
    tier = f", {t(TIERS[behind.level])}" if behind.level else ""
    return t("{stage}: completed {start} – {end}{tier}", stage=name, start=start, end=end, tier=tier)
