"""One transaction of the writer: events, then everything that follows from those really new."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, compress
from operator import itemgetter
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.domain.statement import UNMAPPED, Refusal, Statement
from waypost.domain.subject import Subject
from waypost.domain.text import storable
from waypost.store.bulk import insert_new, truth
from waypost.store.details import Recorded, keep_details
from waypost.store.directory import Directory
from waypost.store.reads import last_version
from waypost.store.refold import refold_subjects
from waypost.store.rows import spoken_rows
from waypost.store.schema import event, quarantine, unmapped
from waypost.store.states import merge_states

# Fields by their place, which costs no call of Python per statement.
_SOURCE, _IDENTITY, _SUBJECT, _LINKS = (
    itemgetter(*map(Statement._fields.index, names))
    for names in (["source"], ["source", "event_id"], ["subject"], ["links"])
)
_recorded = partial(tuple.__new__, Recorded)


class Applied(NamedTuple):
    """What a transaction did: an outcome per statement, and the last event id (the watermark)."""

    outcomes: list[str]  # accepted | duplicate | unmapped
    watermark: int


def apply(connection: Connection, said: Sequence[Statement], directory: Directory, now: int) -> Applied:
    """Store statements and merge them into the states; must run inside the writer's transaction."""
    sources = directory.source_keys(connection, map(_SOURCE, said), now)
    subjects = directory.subject_keys(connection, _mentioned(said))
    last = last_version(connection)
    once, places = _first_of_each(said)
    ids = range(last + 1, last + 1 + len(once))
    keys = list(map(subjects.__getitem__, map(_SUBJECT, once)))
    new = list(map(_recorded, zip(ids, keys, once, strict=True)))
    if once and _insert(connection, once, ids, map(sources.__getitem__, map(_SOURCE, once)), keys, now) != len(once):
        inserted = set(connection.scalars(sa.select(event.c.id).where(event.c.id > last)).all())
        kept = [item.id in inserted for item in new]
        new, places = list(compress(new, kept)), list(compress(places, kept))
    if new:
        _follow(connection, new, subjects)
    return Applied(_outcomes(connection, said, new, places, sources, now), new[-1].id if new else last)


def _insert(
    connection: Connection,
    said: Sequence[Statement],
    ids: Iterable[int],
    sources: Iterable[int],
    subjects: Iterable[int],
    now: int,
) -> int:
    columns, rows = spoken_rows(said, ids, sources, subjects, now, truth(connection))
    return insert_new(connection, event, columns, rows)


def _first_of_each(said: Sequence[Statement]) -> tuple[Sequence[Statement], Sequence[int]]:
    """The statements without those that came before in the same group, and their places."""
    identities = list(map(_IDENTITY, said))
    if len(set(identities)) == len(said):
        return said, range(len(said))
    first: dict[tuple[str, str], int] = {}
    for place, identity in enumerate(identities):
        first.setdefault(identity, place)
    return [said[place] for place in first.values()], list(first.values())


def _outcomes(
    connection: Connection,
    said: Sequence[Statement],
    new: Sequence[Recorded],
    places: Sequence[int],
    sources: Mapping[str, int],
    now: int,
) -> list[str]:
    outcomes = ["duplicate"] * len(said)
    for place in places:
        outcomes[place] = "accepted"
    odd = [(place, item) for place, item in zip(places, new, strict=True) if item.said.code == UNMAPPED]
    for place, _ in odd:
        outcomes[place] = "unmapped"
    if odd:
        _count_unmapped(connection, [item for _, item in odd], sources, now)
    return outcomes


def keep_refusals(connection: Connection, refused: Sequence[Refusal], now: int) -> None:
    """Put refused inputs into quarantine; the same input again is not kept twice."""
    rows = [
        (r.source[:191], r.event_id[:191], now, r.field[:191], r.problem, r.remedy, r.raw, digest_of(r), "open")
        for r in (Refusal(*map(storable, each)) for each in refused)
    ]
    columns = ("source", "event_id", "received_at", "field", "problem", "remedy", "raw", "digest", "status")
    insert_new(connection, quarantine, columns, rows)


def digest_of(refused: Refusal) -> str:
    """What tells one input in quarantine from another: its source and its text."""
    return hashlib.sha256(f"{storable(refused.source)}\0{storable(refused.raw)}".encode()).hexdigest()


def _mentioned(said: Sequence[Statement]) -> Iterator[Subject]:
    return chain(map(_SUBJECT, said), (claim.to for links in map(_LINKS, said) if links for claim in links))


def _follow(connection: Connection, new: Sequence[Recorded], subjects: Mapping[Subject, int]) -> None:
    redo = merge_states(connection, new)
    keep_details(connection, [item for item in new if item.subject_id not in redo] if redo else new, subjects)
    if redo:
        refold_subjects(connection, redo, subjects)


def _count_unmapped(connection: Connection, new: Sequence[Recorded], sources: Mapping[str, int], now: int) -> None:
    words: dict[tuple[int, str], list[int]] = defaultdict(list)
    for item in new:
        words[sources[item.said.source], (item.said.word or "")[:191]].append(item.id)
    for (source_id, word), ids in sorted(words.items()):
        bumped = connection.execute(
            sa.update(unmapped)
            .where(unmapped.c.source_id == source_id, unmapped.c.word == word)
            .values(n=unmapped.c.n + len(ids), last_seen=now)
        )
        if not bumped.rowcount:
            columns = ("source_id", "word", "n", "first_seen", "last_seen", "example_event_id")
            insert_new(connection, unmapped, columns, [(source_id, word, len(ids), now, now, ids[0])])
