"""One word at a time: for small screens, for words that nobody has sent yet, and for who wants a suggestion."""

from __future__ import annotations

from typing import Final

import streamlit as st

from waypost.domain.vocabulary import Vocabulary
from waypost.services.mappings.suggest import suggest
from waypost.services.mappings.tables import SAYS_NOTHING
from waypost.web import deps
from waypost.web.format import Format
from waypost.web.mapping_draft import Draft
from waypost.web.mapping_grid import Row, code_label

_KEY: Final = "mappings.form"


def form(source: str, draft: Draft, shown: list[Row], vocabulary: Vocabulary, fmt: Format) -> None:
    """Choose or type a word, say what it means, or ask what it might mean."""
    t = fmt.t
    name = f"{_KEY}.{source}.{fmt.lang}"
    with st.expander(t("One word at a time"), icon=":material/edit_note:", key=f"{_KEY}.{source}"):
        left, right = st.columns(2)
        word = left.selectbox(
            t("Their word"),
            tuple(row.full for row in shown),
            index=None,
            placeholder=t("Choose a word, or type one that will come"),
            accept_new_options=True,
            key=f"{name}.word",
        )
        code = right.selectbox(
            t("What it means"),
            (SAYS_NOTHING, *(e.code for e in vocabulary.events if e.code != SAYS_NOTHING)),
            index=None,
            placeholder=t("Type to search"),
            format_func=lambda code: code_label(code, vocabulary, fmt),
            key=f"{name}.code",
        )
        note = st.text_input(t("Note"), key=f"{name}.note", max_chars=500)
        with st.container(horizontal=True):
            ready = bool(word and code)
            if st.button(t("Say it"), icon=":material/check:", disabled=not ready, key=f"{name}.say") and word and code:
                _say(draft, word, code, note)
            back, held = t("Take back"), word in draft.words
            if st.button(back, icon=":material/undo:", disabled=not held, key=f"{name}.back") and word:
                _say(draft, word, None, None)
            ask = st.button(t("What might it mean?"), icon=":material/lightbulb:", disabled=not word, key=f"{name}.ask")
        if ask and word:
            st.session_state[f"{name}.asked"] = word
        if word and st.session_state.get(f"{name}.asked") == word:
            _suggestions(draft, word, vocabulary, fmt, name)


def _suggestions(draft: Draft, word: str, vocabulary: Vocabulary, fmt: Format, name: str) -> None:
    """Nothing is guessed by itself: somebody asked, and somebody has to press."""
    t, waypost = fmt.t, deps.get().waypost
    found = suggest(waypost.engine, vocabulary, word, waypost.now())
    if not found:
        st.caption(t("Nothing in the vocabulary sounds like it. Look at a real example, or ask the partner."))
        return
    st.caption(t("It sounds like one of these. Whether it means that, you decide:"))
    with st.container(horizontal=True):
        for code in found:
            if st.button(code_label(code, vocabulary, fmt), key=f"{name}.suggest.{code}"):
                _say(draft, word, code, None)


def _say(draft: Draft, word: str, code: str | None, note: str | None) -> None:
    draft.say(word, code, note or None)
    draft.settle()
    st.rerun()
