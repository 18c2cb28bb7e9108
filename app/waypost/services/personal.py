"""Personal data, covered for those whose role does not need it."""

from __future__ import annotations

import json
import re
from typing import Any

from waypost.access.roles import Role, allows

# Parts of field names that hold somebody's data; compared without case and punctuation.
_NAMES = (
    "customer", "buyer", "recipient", "receiver", "consignee", "contact", "addressee", "firstname", "lastname",
    "fullname", "phone", "mobile", "telephone", "email", "mail", "address", "street", "house", "zipcode", "postcode",
    "postalcode", "idcard", "passport", "taxid", "cpf", "signedby", "signature", "birth",
)  # fmt: skip
_DIGITS = re.compile(r"\d{7,}")
_COVER = "•••"


def sees_all(role: str) -> bool:
    """Whether a role works with people's data; viewers do not."""
    return allows(role, Role.OPERATOR)


def is_personal(name: str) -> bool:
    """Whether a field of this name holds somebody's data."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    return plain == "name" or any(part in plain for part in _NAMES)


def cover(value: object) -> str:
    """A value with its middle covered: enough to compare two, not enough to know one."""
    text = str(value)
    return _COVER if len(text) < 7 else f"{text[:2]}{_COVER}{text[-2:]}"


def attribute(name: str, value: Any, *, show: bool) -> Any:
    """An attribute as this reader may see it."""
    return value if show or value is None or not is_personal(name) else cover(value)


def text(said: str | None, *, show: bool) -> str | None:
    """A partner's words: long numbers (telephones, identity cards) are covered."""
    if said is None or show:
        return said
    return _DIGITS.sub(lambda found: cover(found.group()), said)


def payload(raw: str | None, *, show: bool) -> str | None:
    """A raw body with personal fields covered; one that cannot be read is left out altogether."""
    if raw is None:
        return None
    try:
        body = json.loads(raw)
    except ValueError:
        return raw if show else None
    return json.dumps(body if show else _covered(body), ensure_ascii=False, indent=2)


def _covered(body: Any, name: str = "") -> Any:
    if isinstance(body, dict):
        return {key: _covered(value, key) for key, value in body.items()}
    if isinstance(body, list):
        return [_covered(value, name) for value in body]
    if name and body is not None and is_personal(name):
        return cover(body)
    return text(body, show=False) if isinstance(body, str) else body
