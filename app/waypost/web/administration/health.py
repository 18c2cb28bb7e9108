"""Is the installation sound: each check with what to do, and what it consists of."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from waypost.access.sessions import Identity
from waypost.i18n import N_, Translator
from waypost.services import doctor
from waypost.services.doctor import Check, Facts
from waypost.web import deps, startup
from waypost.web.format import Format

_NAMES: Final = {
    "database": N_("Database"),
    "tables": N_("Tables"),
    "audit": N_("Audit log"),
    "quarantine": N_("Quarantine"),
    "secrets": N_("Secrets"),
    "webhooks": N_("Webhooks"),
    "segments": N_("Segments"),
    "comparison": N_("Nightly comparison"),
    "figures": N_("Figures in memory"),
    "vocabulary": N_("Vocabulary"),
    "connectors": N_("Connectors"),
    "settings": N_("Settings"),
}
_TIERS: Final = {"none": N_("no tier"), "bronze": N_("bronze"), "silver": N_("silver"), "gold": N_("gold")}
_STATUS: Final = {"sample": N_("sample"), "beta": N_("trial version"), "stable": N_("stable")}


def draw(_: Identity, fmt: Format) -> None:
    """The tab."""
    t, waypost = fmt.t, deps.get().waypost
    with st.spinner(t("Checking"), show_time=False):
        url = waypost.engine.url.render_as_string(hide_password=False)
        checks = doctor.examine(url, startup.check_config())
        found = doctor.facts(waypost.engine)
    todo = sum(not check.ok for check in checks)
    with st.container(horizontal=True, vertical_alignment="center", key="admin.health.bar"):
        told = t.plural("{n} thing to do", "{n} things to do", todo, n=fmt.count(todo)) if todo else t("All is well")
        st.markdown(f"**{told}**", width="content")
        st.space("stretch")
        st.button(t("Check again"), icon=":material/refresh:", key="admin.health.again")
    left, right = st.columns([3, 2], gap="large")
    with left, st.container(border=True, key="admin.health.checks"):
        for check in checks:
            _check(check, fmt)
    with right:
        _facts(found, fmt)


def warn(fmt: Format) -> None:
    """Say above every tab that the last comparisons found something different."""
    engine, t = deps.get().waypost.engine, fmt.t
    for told, check in (
        (t("States differ from their events."), doctor.comparison(engine)),
        (t("Figures differed from the orders they were made of."), doctor.figures(engine)),
    ):
        if not check.ok:
            st.error(" ".join([told, *said(check, fmt)]), icon=":material/error:")


def _check(check: Check, fmt: Format) -> None:
    t = fmt.t
    icon = ":green[:material/check_circle:]" if check.ok else ":red[:material/error:]"
    state = t("in order") if check.ok else t("to do")
    name = t(_NAMES[check.name]) if check.name in _NAMES else check.name
    with st.container(key=f"admin.health.check.{check.name}", gap=None):
        st.markdown(f"{icon} **{name}** · {state}")
        for line in said(check, fmt):
            st.caption(line)


def said(check: Check, fmt: Format) -> list[str]:
    """What a check found and what to do, in sentences."""
    t, values = fmt.t, check.values
    lines = _found(check.name, values, fmt) if values else [check.detail]
    if not check.ok:
        lines.append(_remedy(check, t))
    return [line for line in lines if line]


def _found(name: str, values: Any, fmt: Format) -> list[str]:
    t, n = fmt.t, fmt.count
    if name == "database":
        return [str(values.get("dialect") or values.get("reason"))]
    if name == "tables":
        return [t("revision {revision}, newest {head}", revision=values["revision"] or "–", head=values["head"])]
    if name == "audit":
        if values["broken"] is None:
            return [t("{n} entries, the chain is whole", n=n(values["sound"]))]
        return [t("The log was tampered with. First broken entry: {id}.", id=values["broken"])]
    if name == "quarantine":
        return [t.plural("{n} input waits for a person", "{n} inputs wait for a person", values["n"], n=n(values["n"]))]
    if name == "vocabulary":
        counts = {"events": n(values["events"]), "milestones": n(values["milestones"])}
        return [t("{events} event codes, {milestones} milestones", **counts)]
    if name == "webhooks":
        names = ", ".join(values["gave_up"])
        return [t("Paused after a day of failures: {names}", names=names) if names else t("none is given up")]
    if name == "segments":
        counts = {"events": n(values["events"]), "outside": n(values["outside"])}
        return [t("{events} events in segments, {outside} outside", **counts)]
    if name == "comparison":
        return _compared(values, fmt)
    if name == "figures":
        return _watched(values, fmt)
    if name == "secrets":
        if values.get("problem"):
            return [values["problem"]]
        return [t("{n} kept sealed", n=n(values["n"]))] if values["n"] else [t("nothing to keep")]
    if name == "connectors":
        return values["broken"] or [t("all of them load")]
    return values.get("problems") or [t("as they should be")]


def _compared(values: Any, fmt: Format) -> list[str]:
    t, n = fmt.t, fmt.count
    if values["at"] is None:
        return [t("None yet: a worker makes one every night.")]
    differences, counts = values["differences"], {"subjects": n(values["subjects"]), "of": n(values["of"])}
    found = t.plural("{n} difference", "{n} differences", differences, n=n(differences))
    told = t("{subjects} of {of} orders, parcels and others compared with their events", **counts)
    return [f"{fmt.full(values['at'])} · {found}", told, *values["examples"]]


def _watched(values: Any, fmt: Format) -> list[str]:
    t, n = fmt.t, fmt.count
    if values["at"] is None:
        return [t("None compared yet: every process compares its own at night.")]
    told = t.plural("{n} figure compared with orders", "{n} figures compared with orders", values["figures"],
                    n=n(values["figures"]))  # fmt: skip
    return [f"{fmt.full(values['at'])} · {told}", *values["differing"]]


def _remedy(check: Check, t: Translator) -> str:
    remedies = {
        "database": t("Start the database, or correct the address in WAYPOST_DB."),
        "tables": t("Run `waypost db upgrade`."),
        "audit": t("Compare the entry with a backup: somebody changed the log in the database."),
        "secrets": t("Start Waypost with the key that sealed them (WAYPOST_SECRET_KEY), or enter them again."),
        "webhooks": t("Repair the receiver, then resume the webhook here."),
        "comparison": t("Run `waypost rebuild`, then `waypost verify`."),
        "figures": t("They were made anew. If it happens again, report it."),
        "connectors": t("Update or remove the connectors that do not load."),
        "settings": t("Correct .streamlit/config.toml and start Waypost again."),
    }
    return "→ " + remedies.get(check.name, check.remedy)


def _facts(found: Facts, fmt: Format) -> None:
    t = fmt.t
    versions = [f"Waypost {found.version}", f"Python {found.python}", *(f"{n} {v}" for n, v in found.libraries.items())]
    rows = {
        t("Versions"): " · ".join(versions),
        t("Database"): found.database,
        t("Where"): f"`{found.place}`",
        t("Size"): "–" if found.size is None else _bytes(found.size, fmt),
        t("Last event"): fmt.count(found.watermark),
    }
    with st.container(border=True, key="admin.health.facts"):
        for name, value in rows.items():
            st.markdown(f"**{name}**  \n{value}")
    with st.container(border=True, key="admin.health.connectors"):
        title = t("Connectors")
        st.markdown(f"**{title}**")
        for id_, status, tier, problem in found.connectors:
            told = problem or f"{t(_STATUS.get(status, status))} · {t(_TIERS.get(tier, tier))}"
            icon = ":red[:material/error:]" if problem else ":material/extension:"
            st.markdown(f"{icon} `{id_}` {told}")


def _bytes(size: int, fmt: Format) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1_000:
            return f"{fmt.count(size)} {unit}"
        size = round(size / 1_000) if unit != "MB" else size
    return f"{fmt.count(round(size / 1_000, 1))} GB"
