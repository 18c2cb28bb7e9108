"""Raw events as lines that open: when, who says so, their word and ours, and everything else they said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from waypost.domain.instants import TzSource
from waypost.domain.statement import UNMAPPED, Classifier
from waypost.domain.subject import SubjectKind
from waypost.i18n import N_
from waypost.store.rows import StoredEvent
from waypost.web import personal
from waypost.web.order_reading import Reading
from waypost.web.phrases import spoken
from waypost.web.words import CLASSIFIERS, EVIDENCE, KINDS, event_icon

_ZONES: Final = {
    TzSource.EXPLICIT: N_("with its offset"),
    TzSource.ZONE: N_("local time in the zone the sender named"),
    TzSource.FOLD: N_("local time that exists twice when clocks go back; the first one is taken"),
    TzSource.GAP: N_("local time that does not exist when clocks go forward; moved over the gap"),
    TzSource.UNDATED: N_("no time given"),
}
_CARRIERS: Final = {SubjectKind.UNIT: N_("handling unit {ref}"), SubjectKind.VEHICLE: N_("vehicle {ref}")}
_LONGEST = 20_000  # characters of a payload that are sent to the browser


def lines(events: Iterable[StoredEvent], read: Reading) -> list[Any]:
    """The events as lines, in the order given."""
    return [_line(event, read) for event in events]


def _line(event: StoredEvent, read: Reading) -> dict[str, Any]:
    actual, fmt = event.classifier == Classifier.ACTUAL, read.fmt
    at = event.at if actual else event.stated_at
    raw, about = personal.payload(event.payload, show=read.show), read.found.subjects.get(event.subject_id)
    return {
        "id": str(event.id),
        "time": None if at is None else fmt.instant(at, read.now),
        "time_full": "" if at is None else fmt.full(at),
        "icon": event_icon(read.vocabulary, event.code),
        "words": spoken(event, read.vocabulary, fmt, read.now),
        "partner_word": personal.text(event.word, show=read.show),
        "place": event.place,
        "source": event.source,
        "subject": "" if about is None or about == read.found.row.subject else str(about),
        "evidence": EVIDENCE[event.evidence],
        "simulated": event.simulated,
        "marks": _marks(event, read),
        "details": _details(event, read),
        "raw": raw if raw is None or len(raw) <= _LONGEST else f"{raw[:_LONGEST]} …",
    }


def _marks(event: StoredEvent, read: Reading) -> list[str]:
    t = read.fmt.t
    marks = []
    if about := _carrier(event, read):
        marks.append(t("of {carrier}", carrier=about))
    if event.classifier in CLASSIFIERS:
        marks.append(t(CLASSIFIERS[event.classifier]))
    if event.kind in KINDS:
        marks.append(t(KINDS[event.kind]))
    if event.code == UNMAPPED:
        marks.append(t("waits for a mapping"))
    return marks


def _carrier(event: StoredEvent, read: Reading) -> str:
    """What the order's parcel was inside of, for events of that."""
    about = read.found.subjects.get(event.subject_id)
    if about is None or about.kind not in _CARRIERS:
        return ""
    return read.fmt.t(_CARRIERS[about.kind], ref=about.ref)


def _details(event: StoredEvent, read: Reading) -> list[Any]:
    fmt, t = read.fmt, read.fmt.t
    reason = (read.vocabulary.label(event.reason, fmt.lang) or event.reason) if event.reason else None
    about = read.found.subjects.get(event.subject_id)
    rows: list[tuple[str, object]] = [
        (t("About"), about and str(about)),
        (t("Time as given"), event.raw_time and f"{event.raw_time}\n{t(_ZONES[event.tz_source])}"),
        (t("Happened at"), event.at is not None and event.classifier == Classifier.ACTUAL and fmt.full(event.at)),
        (t("Said at"), event.stated_at not in (None, event.at) and fmt.full(event.stated_at)),
        (t("Recorded at"), fmt.full(event.recorded_at)),
        (t("Our code"), event.code != UNMAPPED and event.code),
        (t("Place"), event.place),
        (t("Position"), event.lat is not None and f"{event.lat:.4f}, {event.lon or 0.0:.4f}"),
        (t("Reason"), reason),
        (t("Quantity"), event.quantity is not None and fmt.count(event.quantity)),
        (t("Links"), "\n".join(f"{claim.rel.word} {claim.to}" for claim in event.links)),
        (t("Refers to event"), event.target),
        (t("Event id"), event.event_id),
    ]
    for name, value in (event.attributes or {}).items():
        rows.append((name, personal.attribute(name, value, show=read.show)))
    return [{"label": label, "value": str(value)} for label, value in rows if value not in (None, "", False)]
