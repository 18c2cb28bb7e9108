"""Subjects (what an event is about) and the links between them."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from waypost.domain.errors import FieldError


class SubjectKind(IntEnum):
    """What an event can be about."""

    ORDER = 0
    LINE = 1
    PARCEL = 2
    RETURN = 3
    UNIT = 4  # handling unit: pallet, container, trip
    VEHICLE = 5

    @property
    def word(self) -> str:
        """The kind as it is written on the wire."""
        return self.name.lower()


class LinkRel(IntEnum):
    """How one subject hangs on another; always read from the event's subject."""

    LINE_OF = 0  # line -> order, quantity = ordered
    CARRIES = 1  # parcel -> order or line, quantity = packed
    INSIDE = 2  # parcel or unit -> unit, for an interval
    REPLACES = 3  # parcel -> parcel (redirect, new waybill)
    RETURNS = 4  # return -> order, line or parcel
    EXCHANGES = 5  # order or parcel -> order

    @property
    def word(self) -> str:
        """The relation as it is written on the wire."""
        return self.name.lower()


KINDS = {kind.word: kind for kind in SubjectKind}
RELS = {rel.word: rel for rel in LinkRel}

_ALLOWED: dict[LinkRel, tuple[tuple[SubjectKind, ...], tuple[SubjectKind, ...]]] = {
    LinkRel.LINE_OF: ((SubjectKind.LINE,), (SubjectKind.ORDER,)),
    LinkRel.CARRIES: ((SubjectKind.PARCEL,), (SubjectKind.ORDER, SubjectKind.LINE)),
    LinkRel.INSIDE: ((SubjectKind.PARCEL, SubjectKind.UNIT), (SubjectKind.UNIT, SubjectKind.VEHICLE)),
    LinkRel.REPLACES: ((SubjectKind.PARCEL,), (SubjectKind.PARCEL,)),
    LinkRel.RETURNS: ((SubjectKind.RETURN,), (SubjectKind.ORDER, SubjectKind.LINE, SubjectKind.PARCEL)),
    LinkRel.EXCHANGES: ((SubjectKind.ORDER, SubjectKind.PARCEL), (SubjectKind.ORDER,)),
}


class Subject(NamedTuple):
    """One order, line, parcel, return, handling unit or vehicle, in a name space (`scope`)."""

    kind: SubjectKind
    ref: str
    scope: str = ""

    def __str__(self) -> str:
        return f"{self.kind.word}/{self.ref}"


class LinkClaim(NamedTuple):
    """A link that an event claims, from the event's subject to `to`; instants in us."""

    rel: LinkRel
    to: Subject
    quantity: float | None = None
    valid_from: int | None = None
    valid_until: int | None = None


def read_subject(text: str, scope: str, field: str) -> Subject:
    """Read `kind/ref`, for instance `order/1001`."""
    word, slash, ref = text.partition("/")
    kind = KINDS.get(word)
    if kind is None or not slash or not ref:
        raise FieldError(
            field,
            f"'{text[:60]}' names no subject.",
            f"Write kind/id, for instance order/1001; kinds: {', '.join(KINDS)}.",
        )
    if len(ref) > 180:
        raise FieldError(field, f"the id is {len(ref)} characters long.", "Use at most 180 characters.")
    return Subject(kind, ref, scope)


def check_link(subject: Subject, rel: LinkRel, to: Subject, field: str) -> None:
    """Refuse a relation between kinds that cannot have it."""
    heads, tails = _ALLOWED[rel]
    if subject.kind not in heads or to.kind not in tails:
        raise FieldError(
            field,
            f"'{rel.word}' does not go from {subject.kind.word} to {to.kind.word}.",
            f"It goes from {' or '.join(k.word for k in heads)} to {' or '.join(k.word for k in tails)}.",
        )
