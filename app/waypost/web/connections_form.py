"""The form for a connection's settings, made from its connector's own model; errors stand at their fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from waypost.connect.registry import Entry
from waypost.domain.errors import FieldError
from waypost.i18n import Translator
from waypost.services.connections import settings
from waypost.services.connections.settings import Fault, Field, WrongSettings
from waypost.web import connections_words as words

Save = Callable[[str, dict[str, Any]], str]  # name, settings -> key


def draw(entry: Entry, held: Mapping[str, Any], name: str, t: Translator, button: str, save: Save) -> str | None:
    """Draw the form over what is `held` (secrets are None); returns the key once `save` has taken it."""
    existing = bool(held)
    places: dict[str, Any] = {}
    given: dict[str, Any] = {}
    with st.container(width=760), st.form("connections.keys", border=True, enter_to_submit=True):
        with st.container(gap="xsmall"):
            called = st.text_input(t("Name"), value=name, max_chars=120)
            st.caption(t("What your people call this source."))
            places["name"] = st.container()
        needed, more = _sorted(settings.fields(entry))
        for field in needed:
            given[field.name], places[field.name] = _row(entry, field, held, t)
        if more:
            with st.expander(t("More settings"), icon=":material/tune:"):
                for field in more:
                    given[field.name], places[field.name] = _row(entry, field, held, t)
        places["settings"] = st.container()
        sent = st.form_submit_button(button, type="primary", icon=":material/arrow_forward:")
    if not sent:
        return None
    try:
        return save(called, _read(entry, given, existing))
    except WrongSettings as wrong:
        _complain(entry, wrong.faults, places, t)
    except FieldError as error:
        place = places.get(error.field, places["settings"])
        place.error(f"{error.problem} {error.remedy}", icon=":material/error:")
    return None


def _sorted(found: list[Field]) -> tuple[list[Field], list[Field]]:
    """What people must think about, and what has a value that usually fits."""
    needed = [field for field in found if field.required or field.default is None]
    return needed, [field for field in found if field not in needed]


def _row(entry: Entry, field: Field, held: Mapping[str, Any], t: Translator) -> tuple[Any, Any]:
    """A field with its help; returns what was typed, and the place for what is wrong with it."""
    with st.container(gap="xsmall"):
        given = _widget(field, held.get(field.name), bool(held), t)
        st.caption(words.help_text(entry, field, t))
        return given, st.container()


def _widget(field: Field, held: Any, existing: bool, t: Translator) -> Any:
    optional = not field.required and field.default is None
    label = words.title(field, t) + (t(" (optional)") if optional else "")
    key = f"connections.field.{field.name}"
    value = held if held is not None else field.default
    if field.kind == "secret":
        kept = t("unchanged") if existing else ""
        return st.text_input(label, type="password", key=key, placeholder=kept, autocomplete="new-password")
    if field.kind == "switch":
        return st.toggle(label, value=bool(value), key=key)
    if field.kind == "choice":
        place = field.choices.index(str(value)) if str(value) in field.choices else 0
        return st.selectbox(label, field.choices, index=place, key=key)
    if field.kind in ("list", "json"):
        shown = "\n".join(value or ()) if field.kind == "list" else "" if value is None else json.dumps(value)
        return st.text_area(label, value=shown, key=key)
    return st.text_input(label, value="" if value is None else str(value), key=key)


def _read(entry: Entry, given: Mapping[str, Any], existing: bool) -> dict[str, Any]:
    """What was typed as settings; an empty secret of a connection that exists stays as it is."""
    found: dict[str, Any] = {}
    for field in settings.fields(entry):
        value = given[field.name]
        if isinstance(value, str):
            value = value.strip()
            if value == "":
                if existing and field.kind != "secret" and not field.required:
                    found[field.name] = field.default
                continue
        found[field.name] = _typed(field, value)
    return found


def _typed(field: Field, value: Any) -> Any:
    if field.kind == "list":
        return [line.strip() for line in str(value).splitlines() if line.strip()]
    if field.kind == "json":
        try:
            return json.loads(value)
        except ValueError:
            raise WrongSettings([Fault(field.name, "json", "it is no JSON")]) from None
    return value


def _complain(entry: Entry, faults: list[Fault], places: Mapping[str, Any], t: Translator) -> None:
    """Each fault at its field; one among the settings that are folded away also below the form."""
    _, more = _sorted(settings.fields(entry))
    folded = {field.name: words.title(field, t) for field in more}
    for found in faults:
        text = words.fault(found, t)
        places.get(found.field, places["settings"]).markdown(f":red[:material/error: {text}]")
        if found.field in folded:
            places["settings"].markdown(f":red[:material/error: **{folded[found.field]}**: {text}]")
