"""Vocabulary: the words everything is translated into, as list and graph, and what partners' words mean."""

import streamlit as st

from components._base import translated
from components.fact_list import TEXTS as FACTS
from components.fact_list import fact_list
from components.word_list import TEXTS as WORDS
from components.word_list import word_list
from waypost.access.roles import Role
from waypost.web import (
    deps,
    mapping_page,
    session,
    vocabulary_entry,
    vocabulary_graph,
    vocabulary_list,
    vocabulary_page,
)
from waypost.web.parts import Parts

who = session.require(Role.VIEWER)
fmt, vocabulary = session.reader(), deps.get().waypost.vocabulary
facts_t, words_t = translated(FACTS, fmt.t), translated(WORDS, fmt.t)
parts = Parts(
    lambda title, lines, key: fact_list(title, lines, key=key, t=facts_t, lang=fmt.lang),
    lambda sections, key, label="": word_list(sections, key=key, t=words_t, label=label),
)
st.title(fmt.t("Vocabulary"), anchor=False)
held = vocabulary_page.read(tuple(phase.id for phase in vocabulary.phases))
vocabulary_page.rooms(held, fmt)
if held.room == "mappings":
    mapping_page.draw(who, fmt, parts)
else:
    room = vocabulary_graph if held.room == "graph" else vocabulary_list
    with st.container(key="vocabulary.body"):
        left, right = st.columns([8, 4])
        with left:
            room.draw(held, vocabulary, fmt, parts)
        with right, st.container(key="vocabulary.side"):
            vocabulary_entry.draw(held, vocabulary, fmt, parts)
