"""The forms of what orders travel through: source, stage, gate."""

from __future__ import annotations

from typing import Any

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.web import (
    builder_calendar,
    builder_conditions,
    builder_examples,
    builder_fields,
    builder_return,
    builder_sources,
    cache,
    session,
)
from waypost.web.builder_conditions import Rule
from waypost.web.builder_fields import Form
from waypost.web.builder_words import AUDIENCES, GRAINS
from waypost.web.words import OWNERS

ICONS = (
    "radio_button_unchecked", "payments", "fact_check", "inventory_2", "warehouse", "package_2", "local_shipping",
    "flight_takeoff", "directions_boat", "gavel", "store", "storefront", "electric_moped", "home_repair_service",
    "task_alt", "assignment_return", "move_to_inbox", "currency_exchange", "support_agent", "lock", "speed",
)  # fmt: skip


def source(form: Form) -> None:
    """Where orders come from: sources by name with how they do, or a new one."""
    t, fmt = form.fmt.t, form.fmt
    known = {each.name: each for each in builder_sources.known()}
    held = [name for name in form.held("sources", []) if isinstance(name, str)]
    gone = [name for name in held if name not in known]

    def said(name: str) -> str:
        return known[name].label if name in known else t("{name} (gone)", name=name)

    st.multiselect(
        t("Sources"), [*known, *gone], format_func=said, select_all=False, placeholder=t("All sources"),
        help=t("Empty takes the orders of every source."), **form.bound("sources", held, list),
    )  # fmt: skip
    for name in held:
        if name in known and (line := builder_sources.said(known[name], fmt)):
            st.caption(f"{known[name].label}: {line}")
    for name in gone:
        text = t("The source {name} is gone: no new orders come from it. Take it out, or connect it again.", name=name)
        builder_fields.say("error", text)
    form.complain("sources")
    _connect(form)


def _connect(form: Form) -> None:
    """The way to the connections and back; the draft stands in the database, so nothing is lost."""
    t = form.fmt.t
    may = allows(session.require(Role.VIEWER).role, Role.EDITOR)
    label = t("Connect a new one")
    if st.button(label, icon=":material/add_link:", key=form.key("connect"), disabled=form.fixed or not may):
        builder_return.leave(form.desk.draft.id, form.block.id)


def stage(form: Form) -> None:
    """From where to where, how long it may take, and who has to act."""
    t = form.fmt.t
    builder_fields.milestones(form, "start", t("Starts with"), t("The first of these that happens."))
    builder_fields.milestones(form, "end", t("Ends with"), t("The first of these that happens."))
    targets(form)
    example(form)
    with st.expander(t("More"), icon=":material/tune:"):
        builder_fields.other_language(form, "name")
        grain(form)
        builder_calendar.choose(form)
        owner(form)
        audience(form)
        builder_fields.switch(form, "card", t("Show as a figure on the tower"), held=bool(form.held("card", False)))
        icon(form)
        customer(form)


def targets(form: Form) -> None:
    """When it turns yellow and red: so long after it began, or around the promised day."""
    t = form.fmt.t
    words = {"entered": t("Time in the stage"), "promise": t("The promised day")}
    basis = form.held("target.basis", "entered")

    def put(chosen: str) -> None:
        red = {"red": "0s"} if chosen == "promise" else {}
        form.put("target", {"basis": chosen, **red})

    st.segmented_control(
        t("What counts"), tuple(words), format_func=lambda name: words[name], required=True,
        **builder_fields.tied(form.key("target.basis"), basis, put, disabled=form.fixed),
    )  # fmt: skip
    if basis == "promise":
        builder_fields.duration(form, "target.yellow", t("Warn before it ends"), sign=-1)
        builder_fields.duration(form, "target.red", t("Blocked after it ended"))
    else:
        builder_fields.duration(form, "target.yellow", t("Warn after"))
        builder_fields.duration(form, "target.red", t("Blocked after"))
    form.complain("target")


def example(form: Form) -> None:
    """What the last orders would have been, in a sentence."""
    line = builder_examples.stage_line(cache.view(), form.block.set, form.fmt)
    if line:
        st.caption(f":material/lightbulb: {line}")


def gate(form: Form) -> None:
    """What it stops, from when on, and what must not happen before it is released."""
    t = form.fmt.t
    st.caption(t("Stops orders that fit, until somebody releases them."))
    builder_fields.strong(t("Which orders"))
    builder_conditions.draw(form.key("rule"), _rule(form), form.fmt, fixed=form.fixed)
    form.complain("when", "any")
    if not form.held("when") and not form.held("any"):
        st.caption(t("Without a condition every order is stopped."))
    builder_fields.milestones(form, "after", t("Holds from"), default=("order_created",))
    builder_fields.milestones(form, "before", t("Must be released before"))
    owner(form, t("Who releases it"))
    builder_fields.text(form, "why", t("What people are told"), placeholder=t("Held until released"))
    n = builder_examples.held(cache.view(), form.block.set) if form.held("before") else None
    if n is not None:
        text = t.plural(
            "It would hold {n} open order now.", "It would hold {n} open orders now.", n, n=form.fmt.count(n)
        )
        st.caption(f":material/lightbulb: {text}")


def _rule(form: Form) -> Rule:
    def put(when: list[Any], any_: list[Any]) -> None:
        form.put_all({"when": when or None, "any": any_ or None})

    return Rule(list(form.held("when", [])), list(form.held("any", [])), put)


def owner(form: Form, label: str | None = None) -> None:
    """Who has to act when it is late."""
    t, held = form.fmt.t, str(form.held("owner", ""))
    options = {"": t("Nobody in particular"), **{name: t(word) for name, word in OWNERS.items()}}
    builder_fields.choice(form, "owner", label or t("Who has to act"), options, held)


def grain(form: Form) -> None:
    """What is counted: whole orders, or each parcel by itself."""
    t = form.fmt.t
    names = ("return",) if form.board.subject == "return" else ("order", "parcel")
    held = str(form.held("grain", names[0]))
    builder_fields.choice(form, "grain", t("Counted by"), {name: t(GRAINS[name]) for name in names}, held)


def audience(form: Form) -> None:
    """Who may see it."""
    t = form.fmt.t
    held = [name for name in form.held("audience", tuple(AUDIENCES)) if name in AUDIENCES]
    st.multiselect(
        t("Visible to"), tuple(AUDIENCES), format_func=lambda name: t(AUDIENCES[name]), select_all=False,
        **form.bound("audience", held, list),
    )  # fmt: skip
    form.complain("audience")


def icon(form: Form) -> None:
    """The sign that stands on the block and on the tower."""
    held = str(form.held("icon", "radio_button_unchecked"))
    options = ICONS if held in ICONS else (held, *ICONS)
    st.pills(
        form.fmt.t("Icon"), options, format_func=lambda name: f":material/{name}:",
        **builder_fields.tied(form.key("icon"), held, lambda name: form.put("icon", name), disabled=form.fixed),
    )  # fmt: skip


def customer(form: Form) -> None:
    """What customers read while their order is in this stage."""
    t = form.fmt.t
    builder_fields.text(form, "customer.label", t("Customers call it"), placeholder=t("as the stage is called"))
    builder_fields.text(form, "customer.now", t("What customers read meanwhile"))
    builder_fields.text(form, "customer.advice", t("What customers can do"))
    hidden = bool(form.held("customer.hidden", False))
    builder_fields.switch(form, "customer.hidden", t("Customers do not see this stage"), held=hidden)
