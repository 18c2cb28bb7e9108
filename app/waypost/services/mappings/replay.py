"""Reading stored events again by the tables in force: in steps that survive a crash, with states folded anew.

Each step is one transaction: codes of some events, the states of their subjects, how far the job has
come. What was told - word, payload, times - never changes. Whoever steps, and how often, the end is the
same: a step looks at what is stored and at the tables in force, nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.domain.errors import NotFound
from waypost.domain.statement import UNMAPPED
from waypost.domain.vocabulary import Vocabulary
from waypost.services.mappings.sources import governed
from waypost.store.bulk import chunks, driver_rows, insert_new
from waypost.store.engine import lock_writer, writing
from waypost.store.meanings import Table, counted, meaning, read_tables
from waypost.store.reads import last_version
from waypost.store.refold import refold_subjects
from waypost.store.schema import event, unmapped
from waypost.store.schema_mapping import replay
from waypost.store.segments import drop_of

WINDOW = 2_000  # event ids that are looked at in one transaction; other writers get their turn between two
Progress = Callable[[int, int], None]


class Job(NamedTuple):
    """How far reading again has come: `reached` of `upto` events looked at, `changed` of them mean something else."""

    id: int
    source: str
    version: int
    status: str  # running | done | failed
    reached: int
    upto: int
    changed: int
    problem: str | None
    started_at: int
    ended_at: int | None


class Retold(NamedTuple):
    """An event that means something else now."""

    id: int
    subject_id: int
    before: str
    after: str
    told: str | None


def jobs(engine: Engine, source: str | None = None, limit: int = 20) -> list[Job]:
    """Jobs, the newest first; of one source or of all."""
    query = _JOB.order_by(replay.c.id.desc()).limit(limit)
    with engine.connect() as connection:
        return [Job(*row) for row in connection.execute(query if source is None else query.where(_of(source)))]


def job_of(engine: Engine, job_id: int) -> Job:
    """A job by its number. Errors: NotFound."""
    with engine.connect() as connection:
        return _job(connection, job_id)


def unfinished(engine: Engine) -> list[int]:
    """Jobs that still have something to do, the oldest first."""
    query = sa.select(replay.c.id).where(replay.c.status == "running").order_by(replay.c.id)
    with engine.connect() as connection:
        return list(connection.scalars(query))


def run(engine: Engine, vocabulary: Vocabulary, job_id: int, clock: Callable[[], int], told: Progress) -> Job:
    """Carry a job to its end from wherever it stands; `told(reached, upto)` after each step."""
    found = job_of(engine, job_id)
    while found.status == "running":
        found = step(engine, vocabulary, job_id, clock())
        told(found.reached, found.upto)
    return found


def step(engine: Engine, vocabulary: Vocabulary, job_id: int, now: int) -> Job:
    """Look at the next events of a job, in one transaction. Errors: NotFound."""
    with writing(engine) as connection:
        lock_writer(connection)
        job = _job(connection, job_id)
        if job.status != "running":
            return job
        names = governed(connection, job.source)
        reached = min(job.reached + WINDOW, job.upto)
        rows = _events(connection, names, job.reached, reached)
        changed = retold(rows, names, read_tables(connection))
        _write(connection, changed, vocabulary)
        done = reached >= job.upto
        if done:
            _recount(connection, names)
        ended = {"status": "done", "ended_at": now} if done else {}
        values = {"reached": reached, "changed": job.changed + len(changed), **ended}
        connection.execute(sa.update(replay).where(replay.c.id == job_id).values(**values))
        return _job(connection, job_id)


def fail(engine: Engine, job_id: int, problem: str, now: int) -> None:
    """Note that a job cannot go on, and why; `again` lets it."""
    with writing(engine) as connection:
        values = {"status": "failed", "problem": problem[:2_000], "ended_at": now}
        connection.execute(sa.update(replay).where(replay.c.id == job_id).values(**values))


def again(engine: Engine, source: str, now: int) -> int:
    """Begin a job that looks at all events of a source once more; returns its number.

    For a job that failed, and for events that an older version of Waypost stored.
    """
    with writing(engine) as connection:
        lock_writer(connection)
        upto = connection.execute(sa.select(sa.func.max(event.c.id))).scalar() or 0
        newest = connection.execute(_JOB.where(_of(source)).order_by(replay.c.id.desc()).limit(1)).first()
        values = {"source": source, "version": newest.version if newest else 0, "upto": upto, "started_at": now}
        row = {**values, "status": "running", "reached": 0, "changed": 0}
        made = connection.execute(sa.insert(replay).values(**row)).inserted_primary_key
    return int(made[0]) if made else 0


def retold(rows: list[tuple[Any, ...]], names: Mapping[int, str], tables: Mapping[str, Table]) -> list[Retold]:
    """Which of the events (id, subject, source key, word, code, told) mean something else by the tables."""
    found = []
    empty = Table({})
    for id_, subject_id, source_id, word, code, told in rows:
        came = code if told is None else told
        now = tables.get(names[source_id], empty).code(word, came)
        kept = None if now == came else came
        if now != code or kept != told:
            found.append(Retold(id_, subject_id, code, now, kept))
    return found


def _events(connection: Connection, names: Mapping[int, str], after: int, upto: int) -> list[tuple[Any, ...]]:
    if not names:
        return []
    wanted = event.c.source_id.in_(sorted(names)) & event.c.id.between(after + 1, upto) & event.c.word.is_not(None)
    return driver_rows(connection.execute(EVENTS.where(wanted)))


def _write(connection: Connection, changed: list[Retold], vocabulary: Vocabulary) -> None:
    if not changed:
        return
    meanings = {code: meaning(code, vocabulary) for code in {c.after for c in changed}}
    rows = [
        {"key": c.id, "code_": c.after, "slot_": meanings[c.after].slot, "repeats_": meanings[c.after].repeats,
         "told_": c.told}
        for c in changed
    ]  # fmt: skip
    connection.execute(_RETELL, rows)
    drop_of(connection, [c.id for c in changed])
    version = last_version(connection) + 1
    refold_subjects(connection, dict.fromkeys({c.subject_id for c in changed}, version), {})


def _recount(connection: Connection, names: Mapping[int, str]) -> None:
    """Count anew the words without a code, as if the events had just come in."""
    for part in chunks(sorted(names)):
        connection.execute(sa.delete(unmapped).where(unmapped.c.source_id.in_(part)))
        found: dict[tuple[int, str], tuple[int, int, int, int]] = {}
        for source_id, word, n, first, last, example in connection.execute(_COUNT.where(event.c.source_id.in_(part))):
            held = found.get((source_id, counted(word)), (0, first, last, example))
            merged = held[0] + n, min(held[1], first), max(held[2], last), min(held[3], example)
            found[source_id, counted(word)] = merged
        columns = ("source_id", "word", "n", "first_seen", "last_seen", "example_event_id")
        insert_new(connection, unmapped, columns, [(*key, *found[key]) for key in sorted(found)])


def _job(connection: Connection, job_id: int) -> Job:
    row = connection.execute(_JOB.where(replay.c.id == job_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no job {job_id}.")
    return Job(*row)


def _of(source: str) -> sa.ColumnElement[bool]:
    return replay.c.source == source


EVENTS = sa.select(event.c.id, event.c.subject_id, event.c.source_id, event.c.word, event.c.code, event.c.told)
_JOB = sa.select(*(replay.c[name] for name in Job._fields))
_RETELL = (
    sa.update(event)
    .where(event.c.id == sa.bindparam("key"))
    .values(
        code=sa.bindparam("code_"),
        slot=sa.bindparam("slot_"),
        repeats=sa.bindparam("repeats_"),
        told=sa.bindparam("told_"),
    )
)
_COUNT = (
    sa.select(
        event.c.source_id,
        event.c.word,
        sa.func.count(),
        sa.func.min(event.c.recorded_at),
        sa.func.max(event.c.recorded_at),
        sa.func.min(event.c.id),
    )
    .where(event.c.code == UNMAPPED)
    .group_by(event.c.source_id, event.c.word)
)
