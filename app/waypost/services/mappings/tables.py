"""Mapping tables as documents: read, checked, compared, published with a comment, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.access import audit
from waypost.connect.shipped import shipped_words
from waypost.connect.words import Words
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.vocabulary import Vocabulary
from waypost.services.mappings.sources import connector_of, key_of, known
from waypost.store import documents
from waypost.store.engine import lock_writer, writing
from waypost.store.meanings import KIND, WORD_LIMIT
from waypost.store.reads import watermark
from waypost.store.schema_mapping import replay

# A word that says nothing about the journey is kept as an event with this code: it moves no milestone.
SAYS_NOTHING = "order.note_added"
FORMAT = 1
NOTE_LIMIT, COMMENT_LIMIT, WORDS_LIMIT = 500, 1_000, 5_000


class Edits(NamedTuple):
    """What people have said about words: full word -> event code, and notes beside some of them."""

    words: Mapping[str, str]
    notes: Mapping[str, str] = MappingProxyType({})


class MappingVersion(NamedTuple):
    """One version of a source's table; instants in us, `retired_at` None while it is in force."""

    source: str
    version: int
    edits: Edits
    comment: str
    by: str
    published_at: int
    retired_at: int | None

    def as_json(self) -> dict[str, Any]:
        """The version as the API and the command line give it."""
        return {
            "source": self.source,
            "version": self.version,
            "words": dict(self.edits.words),
            "notes": dict(self.edits.notes),
            "comment": self.comment,
            "by": self.by,
        }


class Change(NamedTuple):
    """One word that two versions disagree on; None where a version says nothing of it."""

    word: str
    before: str | None
    after: str | None
    note_before: str = ""
    note_after: str = ""


class Published(NamedTuple):
    """A version that is in force now, and the job that reads history by it."""

    version: MappingVersion
    job: int


def history(engine: Engine, source: str) -> list[MappingVersion]:
    """All versions of a source's table, oldest first; empty when nobody has said anything."""
    return [_version(v) for v in documents.versions(engine, KIND, key_of(source)) if v.body["source"] == source]


def in_force(engine: Engine, source: str) -> MappingVersion:
    """The version in force; version 0 without words when there is none."""
    found = history(engine, source)
    return found[-1] if found else MappingVersion(source, 0, Edits({}), "", "", 0, None)


def one(engine: Engine, source: str, version: int) -> MappingVersion:
    """A version by its number; 0 is the empty table before the first. Errors: NotFound."""
    if version == 0:
        return in_force(engine, source)._replace(version=0, edits=Edits({}), comment="", by="")
    for found in history(engine, source):
        if found.version == version:
            return found
    raise NotFound(f"The table of '{source}' has no version {version}.")


def shipped(engine: Engine, source: str) -> Words:
    """What the connector of a source says of its words; empty when no connector reads it."""
    return shipped_words(connector_of(engine, source))


def check(edits: Edits, vocabulary: Vocabulary) -> Edits:
    """The edits, tidied. Errors: FieldError naming the word and the remedy."""
    if len(edits.words) > WORDS_LIMIT:
        raise FieldError("words", f"there are {len(edits.words)}.", f"Map at most {WORDS_LIMIT} words of one source.")
    for full, code in edits.words.items():
        if not full.strip() or len(full) > WORD_LIMIT:
            raise FieldError("words", f"'{full[:40]}' is no word.", f"Name 1 to {WORD_LIMIT} characters.")
        if vocabulary.event(code) is None:
            remedy = f"Choose a code of the vocabulary; '{SAYS_NOTHING}' for a word that says nothing."
            raise FieldError(f"words.{full[:60]}", f"'{code[:60]}' is no event code.", remedy)
    for full, note in edits.notes.items():
        if full not in edits.words:
            raise FieldError(f"notes.{full[:60]}", "its word is not in the table.", "Give the word a code, too.")
        if len(note) > NOTE_LIMIT:
            raise FieldError(f"notes.{full[:60]}", f"it has {len(note)} characters.", f"Write at most {NOTE_LIMIT}.")
    notes = {full: note.strip() for full, note in sorted(edits.notes.items()) if note.strip()}
    return Edits(dict(sorted(edits.words.items())), notes)


def read_edits(body: Any) -> Edits:
    """Edits out of a document: {"words": {full word: code}, "notes": {full word: text}}. Errors: FieldError."""
    if not isinstance(body, Mapping):
        raise FieldError("body", "it is no object.", 'Send {"words": {"field:word": "event.code"}}.')
    found = []
    for name in ("words", "notes"):
        table = body.get(name, {} if name == "notes" else None)
        if not isinstance(table, Mapping) or any(not isinstance(v, str) for v in table.values()):
            raise FieldError(name, "it is no table of texts.", 'Send {"words": {"field:word": "event.code"}}.')
        found.append({str(full): str(value) for full, value in table.items()})
    return Edits(*found)


def publish(
    engine: Engine,
    vocabulary: Vocabulary,
    source: str,
    edits: Edits,
    *,
    by: str,
    now: int,
    base: int | None = None,
    comment: str = "",
) -> Published:
    """Put edits into force for every event stored from now on, and begin the job that reads history again.

    `base` is the version the author started from. Errors: FieldError; NotFound for a source nobody
    knows; StaleVersion when another version is in force; then nothing changed.
    """
    known(engine, source)
    tidy, words = check(edits, vocabulary), comment.strip()
    if len(words) > COMMENT_LIMIT:
        raise FieldError("comment", f"it has {len(words)} characters.", f"Write at most {COMMENT_LIMIT}.")
    body = {"format": FORMAT, "source": source, "words": dict(tidy.words), "notes": dict(tidy.notes)}
    key = key_of(source)
    with writing(engine) as connection:
        audit.lock(connection)  # first, as whoever publishes documents does: nobody waits in a ring
        # No event may be stored between the new table and the place up to which history is read again.
        lock_writer(connection)
        made = documents.publish_in(connection, KIND, key, body, by=by, now=now, base=base, comment=words)
        row = {"source": source, "version": made.version, "upto": watermark(connection)}
        started = {"status": "running", "reached": 0, "changed": 0, "started_at": now}
        job = connection.execute(sa.insert(replay).values(**row, **started)).inserted_primary_key
        detail = {"version": made.version, "words": len(tidy.words), "comment": words}
        audit.append(connection, now, by, "mapping.published", f"mapping/{source}", detail)
    return Published(_version(made), int(job[0]) if job else 0)


def roll_back(
    engine: Engine, vocabulary: Vocabulary, source: str, version: int, *, by: str, now: int, base: int | None = None
) -> Published:
    """Publish an older version again; 0 takes all edits back. Errors: NotFound, StaleVersion."""
    found = one(engine, source, version)
    words = f"back to version {version}" if version else "back to no edits"
    return publish(engine, vocabulary, source, found.edits, by=by, now=now, base=base, comment=words)


def diff(before: Edits, after: Edits) -> list[Change]:
    """The words that two versions disagree on, by word."""
    found = []
    for word in sorted(before.words.keys() | after.words.keys()):
        change = Change(
            word,
            before.words.get(word),
            after.words.get(word),
            before.notes.get(word, ""),
            after.notes.get(word, ""),
        )
        if change.before != change.after or change.note_before != change.note_after:
            found.append(change)
    return found


def _version(found: documents.Version) -> MappingVersion:
    body = found.body
    edits = Edits(dict(body["words"]), dict(body.get("notes", {})))
    comment, published = found.comment or "", found.published_at or 0
    return MappingVersion(body["source"], found.version, edits, comment, found.created_by, published, found.retired_at)
