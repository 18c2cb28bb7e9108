"""Merchants: in whose name a customer's page speaks, and which sites may embed it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from waypost.access import audit
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.instants import zone_of
from waypost.store.engine import writing
from waypost.store.schema_tracking import merchant, tracking_link

COLOUR = "#0B6A86"
MAX_ORIGINS = 20
MAX_LOGO = 1_500  # bytes of the picture; the whole page is to stay within 10 kB
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?|\[[0-9a-f:.]+\]")
_LOGO = re.compile(r"data:image/(?:png|svg\+xml);base64,([A-Za-z0-9+/=]+)")
_HELP = re.compile(r"(?:https://|mailto:|tel:)[^\s\"'<>]+")
_LENGTHS = {"name": 120, "help_en": 200, "help_zh": 200, "help_url": 300}


class Merchant(NamedTuple):
    """One merchant; `origins` are scheme, host and port of the sites that may embed its pages."""

    key: str
    name: str
    colour: str = COLOUR
    logo: str = ""  # a data: URI of an SVG or PNG
    origins: tuple[str, ...] = ()
    help_en: str = ""
    help_zh: str = ""
    help_url: str = ""
    zone: str = ""  # an IANA name; empty: the zone of the journey
    id: int = 0


def listing(engine: Engine) -> list[Merchant]:
    """All merchants, by name."""
    with engine.connect() as connection:
        return [_merchant(row) for row in connection.execute(sa.select(merchant).order_by(merchant.c.name))]


def get(engine: Engine, key: str) -> Merchant:
    """A merchant by key. Errors: NotFound."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(merchant).where(merchant.c.key == key)).first()
    if row is None:
        raise NotFound(f"There is no merchant '{key[:60]}'.")
    return _merchant(row)


def by_id(connection: Connection, ids: Iterable[int]) -> dict[int, Merchant]:
    """Merchants by their integer keys."""
    rows = connection.execute(sa.select(merchant).where(merchant.c.id.in_(sorted(set(ids)))))
    return {row.id: _merchant(row) for row in rows}


def save(engine: Engine, wanted: Merchant, now: int, actor: str) -> Merchant:
    """Make a merchant, or overwrite the one of that key; its open pages follow within seconds.

    Errors: FieldError naming the field.
    """
    checked = check(wanted)
    values = {**checked._asdict(), "origins": " ".join(checked.origins), "changed_at": now, "changed_by": actor[:120]}
    del values["id"]
    with writing(engine) as connection:
        audit.lock(connection)
        changed = connection.execute(sa.update(merchant).where(merchant.c.key == checked.key).values(values))
        if changed.rowcount == 0:
            connection.execute(sa.insert(merchant).values(**values, created_at=now))
        detail = {"name": checked.name, "origins": list(checked.origins)}
        audit.append(connection, now, actor, "merchant.saved", f"merchant/{checked.key}", detail)
    return get(engine, checked.key)


def remove(engine: Engine, key: str, now: int, actor: str) -> None:
    """Remove a merchant that no link names. Errors: NotFound, FieldError while links name it."""
    found = get(engine, key)
    with writing(engine) as connection:
        audit.lock(connection)
        count = sa.select(sa.func.count()).where(tracking_link.c.merchant_id == found.id)
        links = connection.execute(count).scalar_one()
        if links:
            raise FieldError("key", f"{links} tracking links name '{key}'.", "Keep it, or take its origins away.")
        connection.execute(sa.delete(merchant).where(merchant.c.id == found.id))
        audit.append(connection, now, actor, "merchant.removed", f"merchant/{key}")


def check(wanted: Merchant) -> Merchant:
    """The merchant in its stored form. Errors: FieldError naming the field."""
    if not _KEY.fullmatch(wanted.key):
        raise FieldError("key", f"'{wanted.key[:60]}' is no key.", "Use small letters, digits and hyphens, at most 48.")
    texts = {name: " ".join(str(getattr(wanted, name)).split()) for name in _LENGTHS}
    if not texts["name"]:
        raise FieldError("name", "it is empty.", "Write the name that customers know.")
    for name, most in _LENGTHS.items():
        if len(texts[name]) > most:
            raise FieldError(name, f"it has {len(texts[name])} characters.", f"Use at most {most}.")
    if texts["help_url"] and not _HELP.fullmatch(texts["help_url"]):
        raise FieldError("help_url", "it is no address of ours to link.", "Write https://..., mailto:... or tel:...")
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", wanted.colour):
        raise FieldError(
            "colour", f"'{wanted.colour[:20]}' is no colour.", "Write it as #RRGGBB, for instance #0B6A86."
        )
    zone = zone_of(wanted.zone).key if wanted.zone else ""
    changes: dict[str, Any] = {**texts, "colour": wanted.colour.upper(), "logo": _check_logo(wanted.logo)}
    return wanted._replace(**changes, zone=zone, origins=origins(wanted.origins))


def origins(given: Iterable[str]) -> tuple[str, ...]:
    """Origins in their plain form, each once. Errors: FieldError naming `origins`."""
    found = tuple(dict.fromkeys(origin(each) for each in given if each.strip()))
    if len(found) > MAX_ORIGINS:
        raise FieldError("origins", f"{len(found)} are given.", f"Name at most {MAX_ORIGINS} sites.")
    return found


def origin(text: str) -> str:
    """Scheme, host and port of a site, nothing else: it ends up in a security header. Errors: FieldError."""
    given = text.strip().lower()
    try:
        parts = urlsplit(given)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    host = f"[{host}]" if ":" in host else host
    plain = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or given.rstrip("/") != plain:
        remedy = "Write scheme, host and port only, for instance https://shop.example or http://localhost:3000."
        raise FieldError("origins", f"'{text.strip()[:80]}' is no origin.", remedy)
    return plain.removesuffix({"http": ":80", "https": ":443"}[parts.scheme])


def logo_of(content: bytes, kind: str) -> str:
    """A picture as it is stored. `kind`: svg or png. Errors: FieldError naming `logo`."""
    media = "svg+xml" if kind == "svg" else "png"
    return _check_logo(f"data:image/{media};base64,{base64.b64encode(content).decode()}")


def _check_logo(logo: str) -> str:
    if not logo:
        return ""
    found = _LOGO.fullmatch(logo)
    try:
        content = base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        content = b""
    svg = logo.startswith("data:image/svg")
    if not content or not (b"<svg" in content if svg else content.startswith(b"\x89PNG\r\n")):
        raise FieldError("logo", "it is no SVG or PNG picture.", "Choose a small .svg or .png file.")
    if len(content) > MAX_LOGO:
        raise FieldError("logo", f"it has {len(content)} bytes.", f"Use at most {MAX_LOGO}; a plain SVG is smallest.")
    return logo


def _merchant(row: Row[Any]) -> Merchant:
    values = {name: getattr(row, name) for name in Merchant._fields}
    return Merchant(**{**values, "origins": tuple(row.origins.split())})
