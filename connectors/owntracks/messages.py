"""One OwnTracks message: JSON with a `_type`, published below owntracks/user/device."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from connectors.owntracks.settings import OwnTracksSettings
from waypost.connect.contract import Context
from waypost.connect.plausible import check_times
from waypost.connect.words import Words, full_word, read_words
from waypost.domain.errors import FieldError
from waypost.domain.instants import SECOND
from waypost.domain.position import Position
from waypost.domain.statement import Classifier, Evidence, Refusal, Statement
from waypost.domain.subject import Subject, SubjectKind
from waypost.domain.text import storable

# What the apps send beside positions and areas; none of it says anything about a vehicle's way.
IGNORED = frozenset(
    {"beacon", "card", "cmd", "configuration", "dump", "lwt", "request", "status", "steps", "waypoint", "waypoints"}
)
_RAW = 2_000  # characters of a message that are kept in quarantine


def read_message(
    topic: str, body: bytes, source: str, settings: OwnTracksSettings, context: Context
) -> Iterator[Position | Statement | Refusal]:
    """The position or statement of a message; nothing when it is about something else."""
    try:
        said = _json(body)
        kind = _text(said, "_type", "Send OwnTracks JSON; each message names its _type.")
        if kind in IGNORED:
            return
        if kind == "encrypted":
            raise FieldError("_type", "it is encrypted.", "Switch off payload encryption; use TLS to the broker.")
        if kind not in ("location", "transition"):
            raise FieldError("_type", f"'{kind[:40]}' is not known.", "Send location or transition messages.")
        vehicle = Subject(SubjectKind.VEHICLE, _vehicle(topic, said, settings), settings.scope)
        if kind == "location":
            yield _position(said, vehicle, source, context)
        else:
            yield _transition(said, vehicle, source, context)
    except FieldError as error:
        raw = storable(f"{topic} {body.decode('utf-8', 'backslashreplace')}")[:_RAW]
        yield Refusal(source, "", error.field, error.problem, error.remedy, raw)


def _json(body: bytes) -> dict[str, Any]:
    remedy = "Send one OwnTracks JSON object per message."
    if not body.strip():
        raise FieldError("message", "it is empty.", remedy)
    try:
        said = json.loads(body.decode())
    except UnicodeDecodeError:
        raise FieldError("message", "it is not UTF-8.", remedy) from None
    except (ValueError, RecursionError):
        raise FieldError("message", "it is no complete JSON.", remedy) from None
    if not isinstance(said, dict):
        raise FieldError("message", "it is no object.", remedy)
    return said


def _vehicle(topic: str, said: dict[str, Any], settings: OwnTracksSettings) -> str:
    """The vehicle's id by its topic; a message that was recorded brings its topic along."""
    told = said.get("topic")
    levels = (told if isinstance(told, str) and told else topic).split("/")
    place = levels.index("owntracks") if "owntracks" in levels else 0
    user, device = (*levels[place + 1 : place + 3], "", "")[:2]
    if not user or not device:
        raise FieldError("topic", f"'{'/'.join(levels)[:80]}' names no device.", "Publish to owntracks/user/device.")
    full = f"{user}/{device}"
    found = settings.names.get(full) or {"user": user, "device": device, "user/device": full}[settings.vehicle]
    if len(found) > 180 or storable(found) != found:
        raise FieldError("topic", "its names are too long, or no text.", "Use at most 180 characters.")
    return found


def _position(said: dict[str, Any], vehicle: Subject, source: str, context: Context) -> Position:
    label = said.get("tid")
    course = _number(said, "cog", -360, 360, optional=True)
    return Position(
        vehicle=vehicle,
        at=_moment(said, context),
        lat=_need(said, "lat", -90, 90),
        lon=_need(said, "lon", -180, 180),
        accuracy_m=_number(said, "acc", 0, 1e7, optional=True),
        speed_kmh=_number(said, "vel", 0, 2_000, optional=True),
        course=None if course is None else course % 360,
        battery=_number(said, "batt", 0, 100, optional=True),
        label=storable(label)[:8] if isinstance(label, str) else "",
        source=source,
    )


def _transition(said: dict[str, Any], vehicle: Subject, source: str, context: Context) -> Statement:
    word = _text(said, "event", "A transition says enter or leave.")
    code = (context.words if context.words is not None else own_words()).code("event", word)
    at, place = _moment(said, context), said.get("desc")
    entry = context.vocabulary.event(code)
    name = storable(place)[:191] if isinstance(place, str) and place else None
    return Statement(
        source=source,
        event_id=f"{vehicle.ref}.{at // SECOND}.{word[:40]}"[:191],
        subject=vehicle,
        code=code,
        slot=context.vocabulary.slot_of(code),
        at=at,
        stated_at=at,
        raw_time=str(said["tst"]),
        evidence=Evidence.DERIVED,
        repeats=entry.repeats if entry else None,
        place=name,
        lat=_number(said, "lat", -90, 90, optional=True),
        lon=_number(said, "lon", -180, 180, optional=True),
        word=full_word("event", word),
    )


@cache
def own_words() -> Words:
    """What the words of OwnTracks mean, unless somebody has published a table of their own."""
    return read_words(files("connectors.owntracks").joinpath("words.toml").read_text("utf-8"))


def _moment(said: dict[str, Any], context: Context) -> int:
    seconds = _need(said, "tst", 0, 1e11)
    at = int(seconds) * SECOND
    check_times(at, None, Classifier.ACTUAL, context.now, "tst")
    return at


def _text(said: dict[str, Any], name: str, remedy: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value or storable(value) != value:
        raise FieldError(name, "it is missing, or no text.", remedy)
    return value


def _need(said: dict[str, Any], name: str, low: float, high: float) -> float:
    value = _number(said, name, low, high, optional=False)
    assert value is not None  # because it is not optional
    return value


def _number(said: dict[str, Any], name: str, low: float, high: float, *, optional: bool) -> float | None:
    """A number of a message; what only adds to a position is left out when it makes no sense."""
    value: Any = said.get(name)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and abs(value) < 1e15 and math.isfinite(value) and low <= value <= high:
        return float(value)
    if optional:
        return None
    problem = "it is missing." if value is None else f"{str(value)[:40]} is no number from {low:g} to {high:g}."
    raise FieldError(name, problem, "Send it as a JSON number, in degrees or seconds since 1970.")
