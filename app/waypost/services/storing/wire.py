"""What a server and its storing process say to each other: frames of plain values, over a socket pair.

Statements travel by columns, because turning them around and packing them is then a few calls for all of them.
`marshal` is only fit for two processes of the same Python that trust each other, which these are: one started the
other, and nobody else holds an end of the socket.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import accumulate
from struct import Struct
from typing import Any

from sqlalchemy.exc import OperationalError

from waypost.domain.errors import Unavailable
from waypost.domain.statement import Refusal, Statement
from waypost.domain.subject import LinkClaim, LinkRel, Subject, SubjectKind
from waypost.store.group import Batch, End, Job, Receipt

_HEAD = Struct("<I")  # bytes that follow
_FIELDS = {name: place for place, name in enumerate(Statement._fields)}
_SUBJECT, _LINKS = _FIELDS["subject"], _FIELDS["links"]
_NUMBERED = tuple(_FIELDS[name] for name in ("tz_source", "evidence", "classifier", "kind"))  # plain numbers from here
_KINDS = tuple(SubjectKind)
_RELS = tuple(LinkRel)
_OUTCOMES = ("accepted", "duplicate", "unmapped")
# As `_make` does, without a call of Python for each.
_statement, _subject = partial(tuple.__new__, Statement), partial(tuple.__new__, Subject)
_CODES = {outcome: code for code, outcome in enumerate(_OUTCOMES)}


class StoringFailed(RuntimeError):
    """The storing process met an error of its own; nothing of the submission was stored."""


class Frames:
    """Cuts what comes over a socket into frames."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        """The values of all frames that are complete with these bytes."""
        self._held += data
        start = 0
        while len(self._held) - start >= _HEAD.size:
            end = start + _HEAD.size + _HEAD.unpack_from(self._held, start)[0]
            if end > len(self._held):
                break
            with memoryview(self._held) as held:
                value = marshal.loads(held[start + _HEAD.size : end])
            start = end
            yield value
        del self._held[:start]


def frame(value: Any) -> bytes:
    """A value as a frame."""
    packed = marshal.dumps(value)
    return _HEAD.pack(len(packed)) + packed


def jobs_frame(now: int, jobs: Sequence[Job]) -> bytes:
    """Submissions as a frame; `now` (us) is when they are recorded."""
    said = [len(job.said) for job in jobs]
    refused = [len(job.refused) for job in jobs]
    columns = _columns([s for job in jobs for s in job.said])
    return frame((now, said, columns, refused, [tuple(r) for job in jobs for r in job.refused]))


def read_jobs(value: Any) -> tuple[int, list[Batch]]:
    """The inverse of `jobs_frame`: when they are recorded (us), and the submissions."""
    now, said, columns, refused, raw = value
    statements = _statements(columns)
    if not raw:
        return now, [Batch(part) for part in _parted(statements, said)]
    refusals = _parted([Refusal._make(each) for each in raw], refused)
    return now, [Batch(*each) for each in zip(_parted(statements, said), refusals, strict=True)]


def ends_frame(ends: Sequence[End]) -> bytes:
    """What became of the submissions of one frame, as a frame."""
    return frame([_end(end) for end in ends])


def read_ends(value: Any) -> list[End]:
    """The inverse of `ends_frame`; errors come as `Unavailable` or `StoringFailed`."""
    return [_read_end(*each) for each in value]


def _columns(said: list[Statement]) -> list[Any]:
    columns: list[Any] = list(zip(*said, strict=True))
    if not columns:
        return columns
    kinds, refs, scopes = zip(*columns[_SUBJECT], strict=True)
    columns[_SUBJECT] = (list(map(int, kinds)), refs, scopes)
    for place in _NUMBERED:
        columns[place] = list(map(int, columns[place]))
    if any(columns[_LINKS]):
        columns[_LINKS] = [[_plain_link(c) for c in links] for links in columns[_LINKS]]
    return columns


def _statements(columns: list[Any]) -> list[Statement]:
    if not columns:
        return []
    kinds, refs, scopes = columns[_SUBJECT]
    columns[_SUBJECT] = map(_subject, zip(map(_KINDS.__getitem__, kinds), refs, scopes, strict=True))
    if any(columns[_LINKS]):
        columns[_LINKS] = [tuple(map(_link, links)) for links in columns[_LINKS]]
    return list(map(_statement, zip(*columns, strict=True)))


def _plain_link(claim: LinkClaim) -> tuple[Any, ...]:
    rel, (kind, ref, scope), *rest = claim
    return (int(rel), (int(kind), ref, scope), *rest)


def _link(plain: tuple[Any, ...]) -> LinkClaim:
    rel, (kind, ref, scope), *rest = plain
    return LinkClaim(_RELS[rel], Subject(_KINDS[kind], ref, scope), *rest)


def _parted(items: list[Any], sizes: list[int]) -> Iterator[list[Any]]:
    return (items[end - size : end] for size, end in zip(sizes, accumulate(sizes), strict=True))


def _end(end: End) -> tuple[int, Any]:
    if isinstance(end, Receipt):
        return end.watermark, bytes(map(_CODES.__getitem__, end.outcomes))
    return (-1 if isinstance(end, OperationalError) else -2), f"{type(end).__name__}: {end}"[:1000]


def _read_end(watermark: int, told: Any) -> End:
    if watermark >= 0:
        return Receipt(list(map(_OUTCOMES.__getitem__, told)), watermark)
    return Unavailable(told) if watermark == -1 else StoringFailed(told)
