"""The forms of what is only shown: a KPI, and a panel of the published board."""

from __future__ import annotations

import streamlit as st

from waypost.web import builder_calendar, builder_examples, builder_fields, builder_flow, builder_words, cache
from waypost.web.builder_defaults import first_to_last
from waypost.web.builder_fields import Form
from waypost.web.words import DIMENSIONS, PANELS

_MEASURED = ("stage", "gate", "kpi")


def kpi(form: Form) -> None:
    """From where to where it is measured, its targets, and by what it is told apart."""
    t = form.fmt.t
    whole = first_to_last(form.board)
    if whole and not form.fixed and not (form.held("start") and form.held("end")):
        st.button(
            t("From the first stage to the last"), icon=":material/auto_fix:", key=form.key("whole"),
            on_click=lambda: form.put_all({"start": list(whole[0]), "end": list(whole[1])}),
        )  # fmt: skip
    builder_fields.milestones(form, "start", t("Measured from"), t("The first of these that happens."))
    builder_fields.milestones(form, "end", t("Measured to"), t("The first of these that happens."))
    builder_flow.targets(form)
    line = builder_examples.stage_line(cache.view(), form.block.set, form.fmt)
    if line:
        st.caption(f":material/lightbulb: {line}")
    options = {"": t("Not told apart"), **{name: t(word) for name, word in DIMENSIONS.items()}}
    builder_fields.choice(form, "segment", t("Shown by"), options, str(form.held("segment", "")))
    with st.expander(t("More"), icon=":material/tune:"):
        builder_fields.other_language(form, "name")
        builder_flow.grain(form)
        builder_calendar.choose(form)
        builder_flow.owner(form)
        builder_flow.audience(form)
        held = bool(form.held("card", True))
        builder_fields.switch(form, "card", t("Show as a figure on the tower"), held=held)
        builder_flow.icon(form)


def panel(form: Form) -> None:
    """What the panel shows, and of which blocks."""
    t, lang = form.fmt.t, form.fmt.lang
    show = str(form.held("show", "kpi"))
    builder_fields.choice(form, "show", t("Shows"), {name: t(word) for name, (word, _, _) in PANELS.items()}, show)
    if show == "text":
        builder_fields.text(form, "text", t("Text"), long=True)
        return
    blocks = [block for block in form.board.blocks if block.kind in _MEASURED]
    names = {block.id: builder_words.title(block, form.fmt.t) for block in blocks}
    held = [block_id for block_id in form.held("of", []) if isinstance(block_id, str)]
    st.multiselect(
        t("Of these blocks"), [*names, *(each for each in held if each not in names)],
        format_func=lambda each: names.get(each, each), select_all=False, placeholder=t("All that fit"),
        **form.bound("of", held, list),
    )  # fmt: skip
    form.complain("of")
    if show in ("orders", "at_risk", "timeline"):
        limit = int(form.held("limit", 8))
        st.number_input(t("Rows at most"), min_value=1, max_value=100, step=1, **form.bound("limit", limit, int))
    st.caption(t("Where it stands and how large it is, you decide on the published board by dragging."))
    del lang
