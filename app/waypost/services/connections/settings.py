"""The settings of a connection: what a form must ask for, what is wrong with an answer, and the secrets sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from waypost.connect.registry import Entry
from waypost.services.vault import Vault

SEALED = "sealed"


class Field(NamedTuple):
    """One field of a form. `kind`: text, secret, number, integer, switch, choice, list or json."""

    name: str
    title: str
    help: str
    kind: str
    required: bool
    default: Any
    choices: tuple[str, ...]
    hint: Mapping[str, Any]  # what the model says beside: labels in other languages, for instance


class Fault(NamedTuple):
    """What is wrong with one field; `kind` is pydantic's word for it, `problem` its sentence."""

    field: str
    kind: str
    problem: str


class WrongSettings(Exception):
    """Some settings are wrong; nothing was stored."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.problem}" for fault in faults))
        self.faults = faults


def fields(entry: Entry) -> list[Field]:
    """What a connector asks for, in the order of its model."""
    if entry.connector is None:
        return []
    schema = entry.connector.settings_model.model_json_schema()
    shared, required = schema.get("$defs", {}), set(schema.get("required", ()))
    found = []
    for name, described in schema.get("properties", {}).items():
        plain = _plain(described, shared)
        title = str(plain.get("title") or name.replace("_", " ").capitalize())
        choices = tuple(str(value) for value in plain.get("enum", ()))
        text, default = str(plain.get("description", "")), plain.get("default")
        found.append(Field(name, title, text, _kind(plain), name in required, default, choices, plain))
    return found


def _plain(described: dict[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """A property with its reference resolved; of "this or nothing" the this."""
    merged = dict(described)
    options = [option for option in merged.get("anyOf", ()) if option.get("type") != "null"]
    if len(options) == 1:
        merged = {**options[0], **merged}
    for part in (merged, *merged.get("allOf", ())):
        reference = str(part.get("$ref", "")).rpartition("/")[2]
        if reference in shared:
            merged = {**shared[reference], **merged}
    return merged


def _kind(plain: Mapping[str, Any]) -> str:
    if plain.get("format") == "password" or plain.get("writeOnly"):
        return "secret"
    if plain.get("enum"):
        return "choice"
    kinds = {"string": "text", "integer": "integer", "number": "number", "boolean": "switch"}
    if plain.get("type") == "array":
        return "list" if plain.get("items", {}).get("type") == "string" else "json"
    return kinds.get(str(plain.get("type")), "json")


def check(entry: Entry, given: Mapping[str, Any]) -> None:
    """Errors: WrongSettings with every field that is wrong; the values themselves are not repeated."""
    entry_model: type[BaseModel] | None = entry.connector.settings_model if entry.connector else None
    if entry_model is None:
        raise WrongSettings([Fault("connector", "broken", entry.problem or "it cannot be used")])
    try:
        entry_model.model_validate(dict(given))
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        raise WrongSettings([_fault(each["loc"], each["type"], each["msg"]) for each in found]) from None


def _fault(place: tuple[Any, ...], kind: str, message: str) -> Fault:
    return Fault(str(place[0]) if place else "settings", kind, message.removeprefix("Value error, "))


def seal(entry: Entry, key: str, given: Mapping[str, Any], vault: Vault) -> str:
    """Settings as they are stored: every secret sealed for this connection and field."""
    secret = {field.name for field in fields(entry) if field.kind == "secret"}
    stored = {
        name: {SEALED: vault.seal(str(value), place(key, name))} if name in secret and value is not None else value
        for name, value in given.items()
    }
    return json.dumps(stored, ensure_ascii=False, sort_keys=True)


def unseal(key: str, stored: str, vault: Vault) -> dict[str, Any]:
    """The settings with their secrets open, for the connector alone. Errors: VaultError."""
    return {
        name: vault.open(value[SEALED], place(key, name)) if is_sealed(value) else value
        for name, value in json.loads(stored).items()
    }


def shown(stored: str) -> dict[str, Any]:
    """The settings as people may see them: a secret is None."""
    return {name: None if is_sealed(value) else value for name, value in json.loads(stored).items()}


def is_sealed(value: Any) -> bool:
    """Whether a stored value is a sealed secret."""
    return isinstance(value, dict) and set(value) == {SEALED}


def place(key: str, name: str) -> str:
    """What a sealed value is bound to."""
    return f"{key}.{name}"
