"""The page of boards: which room its address asks for, and what stands above each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.i18n import N_
from waypost.services.boards.boards import Boards
from waypost.web import boards_dialogs, deps, links
from waypost.web.boards_words import PAGE
from waypost.web.format import Format

_ROOMS = {"boards": N_("Boards"), "templates": N_("Templates")}


class Cards(Protocol):
    """Boards or templates as cards; returns the card and the button that was clicked."""

    def __call__(self, cards: Sequence[Any], key: str, label: str, wide: bool = False) -> dict[str, str] | None: ...


class Asked(NamedTuple):
    """What the address asks for."""

    room: str
    query: str
    industry: str
    template: str

    def fits(self, *texts: str) -> bool:
        """Whether every word that was searched for is in one of the texts."""
        held = " ".join(texts).casefold()
        return all(part in held for part in self.query.casefold().split())


def boards() -> Boards:
    """The boards of this installation."""
    return deps.get().waypost.boards


def asked() -> Asked:
    """What the address asks for."""
    room = links.value("view", list(_ROOMS)) or ("templates" if links.value("template") else "boards")
    return Asked(room, links.value("q") or "", links.value("industry") or "", links.value("template") or "")


def head(held: Asked, who: Identity, fmt: Format) -> None:
    """The title, the rooms, and how a board comes into being."""
    t = fmt.t
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PAGE}.bar"):
        st.title(t("Boards"), anchor=False, width="stretch")
        if allows(who.role, Role.EDITOR):
            if st.button(t("Import a file"), icon=":material/upload_file:", key=f"{PAGE}.import"):
                boards_dialogs.bring(who, fmt)
            if st.button(t("Start empty"), icon=":material/add:", key=f"{PAGE}.empty"):
                leave(boards().start(who.name, zone=fmt.zone).id)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PAGE}.rooms"):
        bound = links.bound(PAGE, "view", held.room, forget=("industry", "template", "q"))
        rooms = {name: t(label) for name, label in _ROOMS.items()}
        st.segmented_control(
            t("Room"), rooms, format_func=rooms.__getitem__, label_visibility="collapsed", required=True, **bound
        )
        _search(held, fmt)


def _search(held: Asked, fmt: Format) -> None:
    label = fmt.t("Search by name, trade or purpose")
    bound = links.bound(PAGE, "q", held.query)
    st.text_input(label, placeholder=label, icon=":material/search:", label_visibility="collapsed", width=320, **bound)


def nothing_found(held: Asked, fmt: Format) -> None:
    """A search that fits nothing."""
    t = fmt.t
    with st.container(border=True, key="empty"):
        st.subheader(
            t("Nothing fits “{query}”", query=held.query) if held.query else t("Nothing here yet"), anchor=False
        )
        st.markdown(t("Try another word, in English or Chinese."))
        if st.button(t("Show all"), key=f"{PAGE}.all"):
            links.put({"q": "", "industry": ""})
            st.rerun()


def leave(draft_id: str) -> None:
    """On to the builder with a draft."""
    links.go("builder", {"draft": draft_id})
