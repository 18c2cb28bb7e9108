"""Vocabulary: the words everything is translated into, as list and graph, and what partners' words mean."""

import streamlit as st

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

who = session.require(Role.VIEWER)
fmt, vocabulary = session.reader(), deps.get().waypost.vocabulary
st.title(fmt.t("Vocabulary"), anchor=False)
held = vocabulary_page.read(tuple(phase.id for phase in vocabulary.phases))
vocabulary_page.rooms(held, fmt)
if held.room == "mappings":
    mapping_page.draw(who, fmt)
else:
    room = vocabulary_graph if held.room == "graph" else vocabulary_list
    with st.container(key="vocabulary.body"):
        left, right = st.columns([8, 4])
        with left:
            room.draw(held, vocabulary, fmt)
        with right, st.container(key="vocabulary.side"):
            vocabulary_entry.draw(held, vocabulary, fmt)
