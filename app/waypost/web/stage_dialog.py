"""The dialog behind "How long does it take?": durations of a stage, and its targets to change."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.domain.errors import WaypostError
from waypost.i18n import translator
from waypost.journeys.document import Stage, write_duration
from waypost.kpi.summary import summarise
from waypost.services import kpi
from waypost.services.live import View
from waypost.web import cache, charts, deps, session, theme
from waypost.web.format import Format
from waypost.web.tower_filters import PAGE, TowerFilters

_SAVED = f"{PAGE}.saved"


def dialog() -> Callable[[TowerFilters], None]:
    """The dialog with its title in the reader's language."""
    t = translator(session.language())
    opened: Callable[[TowerFilters], None] = st.dialog(t("How long does it take?"), width="large")(contents)
    return opened


def contents(held: TowerFilters) -> None:
    """How long the stages took, and the form for those who may publish."""
    who, fmt, view = session.require(Role.VIEWER), session.reader(), cache.view()
    journey = view.journeys[held.journey.id].version.journey
    stages = (*journey.cards, *(stage for stage in journey.stages if not stage.card))
    stage = st.selectbox(
        fmt.t("Stage"), stages, format_func=lambda stage: stage.name.say(fmt.lang), key=f"{PAGE}.stage.{fmt.lang}"
    )
    _durations(held, stage, view, fmt)
    _targets(held, stage, fmt, who)


def _durations(held: TowerFilters, stage: Stage, view: View, fmt: Format) -> None:
    t = fmt.t
    orders = view.mask(held.query) if held.where else None
    found = kpi.spread(view, held.journey.id, stage.id, *held.bounds(view.now), orders)
    if not len(found.seconds):
        st.info(t("Nothing was completed here in this time. Choose a longer one."), icon=":material/hourglass_empty:")
        return
    summary = summarise((found.seconds * 1e6).astype(np.int64), np.zeros(len(found.seconds), np.int8))
    count = t.plural("{n} measured", "{n} measured", summary.n, n=fmt.count(summary.n))
    if not found.to_promise and summary.p50_s is not None and summary.p95_s is not None:
        half, most = fmt.duration(summary.p50_s * 1e6), fmt.duration(summary.p95_s * 1e6)
        count = t("{count}: half within {half}, 95% within {most}", count=count, half=half, most=most)
    if view.cube(held.journey.id) is not None:  # elsewhere percentiles come from rollups
        count = t("{count}; counted one by one, so exact", count=count)
    st.caption(count)
    figure = charts.spread_chart(found, fmt, theme.tokens(st.context.theme.type))
    st.plotly_chart(figure, theme=None, config={"displayModeBar": False}, key=f"{PAGE}.spread")


def _targets(held: TowerFilters, stage: Stage, fmt: Format, who: Identity) -> None:
    t, target = fmt.t, stage.target
    if not allows(who.role, Role.PUBLISHER):
        st.caption(t("Targets can be changed by a configurator who may publish."))
        return
    saved = st.session_state.pop(_SAVED, None)
    if saved:
        st.success(t("Version {n} is in force. Open pages show it within seconds.", n=saved), icon=":material/check:")
    with st.form(f"{PAGE}.targets.{stage.id}", border=False):
        st.subheader(t("Targets"), anchor=False)
        left, right, end = st.columns([2, 2, 1], vertical_alignment="bottom")
        yellow = left.text_input(t("Warn after"), _written(target.yellow), key=f"{PAGE}.yellow.{stage.id}")
        red = right.text_input(t("Blocked after"), _written(target.red), key=f"{PAGE}.red.{stage.id}")
        if end.form_submit_button(t("Publish"), type="primary"):
            _publish(held, stage, yellow or "", red or "", who, t("Not published."))
        if target.basis == "promise":
            st.caption(t("Counted from the end of the promised day; -1d warns one day ahead."))
        else:
            st.caption(t("Write for instance 36h, 2d 4h or 90m; empty means none."))


def _written(us: int | None) -> str:
    return "" if us is None else write_duration(us)


def _publish(held: TowerFilters, stage: Stage, yellow: str, red: str, who: Identity, refused: str) -> None:
    """A new version of the journey; what is wrong with it is said where it was typed."""
    try:
        version = deps.get().waypost.journeys.set_target(
            held.journey.id, stage.id, yellow=yellow.strip(), red=red.strip(), by=who.name
        )
    except WaypostError as error:
        st.error(f"{refused} {error}", icon=":material/error:")
        return
    st.session_state[_SAVED] = version.version
    st.rerun(scope="fragment")
