"""Sources and subjects by name: natural ids to integer keys, made on first mention."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.domain.subject import Subject
from waypost.store.bulk import chunks, insert_new, select_in
from waypost.store.schema import source, subject

CACHE_LIMIT = 1_000_000


class Directory:
    """Keys of sources and subjects, remembered by the writer that owns it.

    Keys read or made inside a transaction are remembered for good by `keep()`, after the commit.
    """

    def __init__(self) -> None:
        self._sources: dict[str, int] = {}
        self._subjects: dict[Subject, int] = {}
        self._fresh_sources: dict[str, int] = {}
        self._fresh_subjects: list[Subject] = []

    def source_keys(self, connection: Connection, names: Iterable[str], now: int) -> dict[str, int]:
        """Keys of sources by name."""
        wanted = set(names)
        missing = sorted(name for name in wanted if name not in self._sources)
        if missing:
            insert_new(connection, source, ("name", "created_at"), [(name, now) for name in missing])
            for part in chunks(missing):
                found = connection.execute(sa.select(source.c.name, source.c.id).where(source.c.name.in_(part)))
                self._fresh_sources.update({row.name: row.id for row in found})
        return {name: self._sources.get(name) or self._fresh_sources[name] for name in wanted}

    def subject_keys(self, connection: Connection, subjects: Iterable[Subject]) -> Mapping[Subject, int]:
        """Keys of subjects by name, among others; those never seen are created."""
        known = self._subjects  # handed out as it is: a copy for each small group costs more than the look-ups
        missing = sorted(set(subjects).difference(known))
        if missing:
            found = find_subjects(connection, missing)
            new = [s for s in missing if s not in found]
            if new:
                insert_new(connection, subject, ("kind", "scope", "ref"), [(int(s.kind), s.scope, s.ref) for s in new])
                found.update(find_subjects(connection, new))
            self._fresh_subjects += found
            known.update(found)
        return known

    def keep(self) -> None:
        """Remember what the last transaction made: it is committed."""
        if len(self._subjects) > CACHE_LIMIT:
            self._subjects = {}
        self._sources.update(self._fresh_sources)
        self._fresh_subjects.clear()
        self._fresh_sources.clear()

    def drop(self) -> None:
        """Forget what the last transaction made: it was rolled back."""
        for each in self._fresh_subjects:
            self._subjects.pop(each, None)
        self._fresh_subjects.clear()
        self._fresh_sources.clear()


def find_subjects(connection: Connection, subjects: Iterable[Subject]) -> dict[Subject, int]:
    """Keys of the subjects that exist."""
    # A bare tuple of kind, id and scope equals the subject, so none has to be made to look one up.
    wanted: dict[tuple[int, str, str], Subject] = {s: s for s in subjects}
    rows = select_in(connection, subject, ("id", "kind", "ref", "scope"), "ref", {s.ref for s in wanted.values()})
    return {wanted[found]: key for key, *rest in rows if (found := (rest[0], rest[1], rest[2])) in wanted}
