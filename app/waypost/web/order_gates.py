"""The gates of an order and its returns: what holds it, and letting it through with a reason."""

from __future__ import annotations

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.domain.errors import FieldError, NotFound
from waypost.services import gates
from waypost.services.gates import Gate
from waypost.web import cache, deps, session
from waypost.web.order_reading import Reading
from waypost.web.words import HELD, HELD_ICON

_DONE = "order.gates.done"


def strip(read: Reading, who: Identity) -> None:
    """One line for each gate that holds the order or a return of it, was released, or passed although it held."""
    found, view = read.found, cache.view()
    backs = [track for track in found.tracks if track.role == "return"]
    for key, ref in ((found.row.key, ""), *((track.key, track.subject.ref) for track in backs)):
        for gate in gates.gates_of(view, key):
            _line(gate, key, ref, who, read)
        if key == st.session_state.get(_DONE):
            del st.session_state[_DONE]
            st.toast(read.fmt.t("Saved. Everybody sees it within seconds."), icon=":material/check:")


def _line(gate: Gate, key: int, ref: str, who: Identity, read: Reading) -> None:
    """One gate; `ref` is the return that it holds, if it is not the order."""
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"order.gate.{key}.{gate.id}"):
        icon = HELD_ICON if gate.state != "released" else "lock_open"
        st.markdown(f":material/{icon}: **{gate.stage.name.say(read.fmt.lang)}**")
        if ref:
            st.markdown(read.fmt.t("Return {ref}", ref=_plain(ref)))
        st.markdown(_standing(gate, read))
        if gate.state != "passed" and allows(who.role, Role.OPERATOR):
            _act(gate, key, read)


def _standing(gate: Gate, read: Reading) -> str:
    fmt, t = read.fmt, read.fmt.t
    if gate.state == "released":
        why = _plain(gate.reason or t("no reason given"))
        who = _plain(gate.by or t("a partner"))
        return t("released by {who}: {why}", who=who, why=why)
    if gate.state == "passed":
        return t("passed although it was held")
    if gate.since is None:
        return t(HELD)
    return t("held for {duration}", duration=fmt.duration(read.now - gate.since))


def _act(gate: Gate, key: int, read: Reading) -> None:
    """The button with the form behind it."""
    t, held = read.fmt.t, gate.state == "held"
    label, icon = (t("Release"), ":material/lock_open:") if held else (t("Hold again"), ":material/lock:")
    name = f"order.gate.{key}.{gate.id}.{gate.state}"
    with st.popover(label, icon=icon, key=f"{name}.open"), st.form(f"{name}.form", border=False):
        why = st.text_area(t("Why?"), key=f"{name}.why", max_chars=gates.LONGEST_REASON)
        st.caption(t("Stands in the history of the order and in the audit log."))
        if st.form_submit_button(label, type="primary", icon=icon):
            _say(gate, key, why, held)


def _say(gate: Gate, key: int, why: str, held: bool) -> None:
    who, t = session.require(Role.OPERATOR), session.reader().t
    if not why.strip():
        st.error(t("Please say why."), icon=":material/error:")
        return
    try:
        (gates.release if held else gates.hold)(deps.get().waypost, key, gate.id, who.name, why)
    except (FieldError, NotFound):
        st.error(t("Somebody else was quicker. The page shows how it stands."), icon=":material/error:")
        return
    cache.forget_orders()
    st.session_state[_DONE] = key
    st.rerun()


def _plain(text: str) -> str:
    """A person's words, which are no markdown."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()#+-.!$:|<>~" else letter for letter in " ".join(text.split()))
