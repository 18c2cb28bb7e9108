"""Storing what a source said: statements, refusals with what repairs them, and its own progress, in one transaction."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.engine import Connection as Db

from waypost.connect.contract import Batch, Connector, Context, batches
from waypost.connect.errors import Skippable
from waypost.connect.material import Material
from waypost.domain.errors import FieldError, Overloaded
from waypost.domain.statement import Classifier, Refusal, Statement
from waypost.services.app import Waypost
from waypost.store.apply import digest_of
from waypost.store.bulk import insert_new
from waypost.store.group import Also, Receipt
from waypost.store.schema_connect import held_input

_SECRET_HEADERS = ("auth", "cookie", "signature", "hmac", "token", "secret", "key")
_LONGEST_RAW = 4 * 1024 * 1024


@dataclass
class Tally:
    """What came in; `newest` is the latest instant that was told of as a fact, us."""

    accepted: int = 0
    duplicates: int = 0
    unmapped: int = 0
    refused: int = 0
    newest: int | None = None

    def count(self, outcomes: Sequence[str], refused: int) -> None:
        """Add what became of some items."""
        self.duplicates += outcomes.count("duplicate")
        self.unmapped += outcomes.count("unmapped")
        self.accepted += outcomes.count("accepted")
        self.refused += refused

    @property
    def events(self) -> int:
        """How many statements were new."""
        return self.accepted + self.unmapped


class Envelope(NamedTuple):
    """Whose material it was, and what its connector needs beside a raw text to read that again."""

    source: str
    part: str
    headers: Mapping[str, str]


def envelope(source: str, material: Material) -> Envelope:
    """The envelope of a material; headers that prove or open something are left out."""
    names = material.names()
    kept = {
        name: value for name, value in material.headers.items() if not any(part in name for part in _SECRET_HEADERS)
    }
    return Envelope(source, names[0] if len(names) == 1 else "item", kept)


def read(connector: Connector, material: Material, context: Context) -> Iterator[Batch]:
    """The items of a material in batches; one that cannot be read at all is one refusal with its whole text."""
    try:
        yield from batches(connector.parse(material, context))
    except (FieldError, Skippable) as error:
        yield Batch([], [refusal_of(error, material, context.source)])


def refusal_of(error: FieldError | Skippable, material: Material, source: str) -> Refusal:
    """A whole material as an input for quarantine."""
    raw = b"".join(material.open(name).read(_LONGEST_RAW) for name in material.names()).decode("utf-8", "replace")
    if isinstance(error, FieldError):
        return Refusal(source, "", error.field, error.problem, error.remedy, raw)
    return Refusal(source, "", "body", error.problem, error.remedy, raw)


def newest(said: Sequence[Statement], before: int | None) -> int | None:
    """The latest instant of a fact among statements, or the one before."""
    facts = [item.at for item in said if item.at is not None and item.classifier == Classifier.ACTUAL]
    return max([*facts, *([] if before is None else [before])], default=None)


def store(waypost: Waypost, batch: Batch, held: Envelope, also: Also | None = None, *, patient: bool = True) -> Receipt:
    """Store a batch and wait for the commit; what could not be read can be replayed through its connector.

    Errors: Overloaded, unless `patient` waits while too many events are queued.
    """

    def beside(db: Db, outcomes: Sequence[str]) -> None:
        keep_envelopes(db, batch.refused, held)
        if also is not None:
            also(db, outcomes)

    while True:
        try:
            return waypost.submit(batch.said, batch.refused, beside).result()
        except Overloaded as busy:
            if not patient:
                raise
            time.sleep(busy.retry_after)


def keep_envelopes(db: Db, refused: Sequence[Refusal], held: Envelope) -> None:
    """Note for each refusal which connection it came by."""
    headers = json.dumps(dict(held.headers), ensure_ascii=False)
    rows = [(digest, held.source, held.part[:120], headers) for digest in sorted({digest_of(r) for r in refused})]
    insert_new(db, held_input, ("digest", "connection", "part", "headers"), rows)
