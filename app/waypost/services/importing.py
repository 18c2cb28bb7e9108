"""Importing table files: parse in batches, store a few batches at a time, count what became of them."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from waypost.connect.contract import Batch, Context, batches
from waypost.connect.material import Folder
from waypost.connect.registry import discover
from waypost.domain.errors import DocumentError, Overloaded
from waypost.domain.instants import TzSource, now_us
from waypost.domain.statement import UNMAPPED, Classifier, Statement
from waypost.domain.subject import SubjectKind
from waypost.services.app import Waypost
from waypost.store.engine import take_stock
from waypost.store.group import Receipt
from waypost.store.meanings import Tables

CONNECTOR = "table_file"
IN_FLIGHT = 4  # batches handed to the writer and not yet stored
Progress = Callable[[int], None]
# Bound once: to ask an enumeration for a member takes longer than to compare it, and there are millions.
_ACTUAL, _PLANNED, _FOLD, _GAP, _ORDER = (
    Classifier.ACTUAL,
    Classifier.PLANNED,
    TzSource.FOLD,
    TzSource.GAP,
    SubjectKind.ORDER,
)


@dataclass
class ImportReport:
    """What an import read and stored.

    `events` are all statements read, `undated` those without a time; `actual`, `planned` and
    `estimated` count those with one. `quarantined` counts cells and rows that could not be read.
    """

    orders: int = 0
    events: int = 0
    inserted: int = 0
    duplicates: int = 0
    undated: int = 0
    unmapped: int = 0
    quarantined: int = 0
    actual: int = 0
    planned: int = 0
    estimated: int = 0
    folds: int = 0  # local times that exist twice
    gaps: int = 0  # local times that do not exist
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The report as the command line prints it."""
        return asdict(self)


class _Counter:
    """Counts statements as they are read and as they are stored."""

    def __init__(self) -> None:
        self.report = ImportReport()
        self._orders: set[int] = set()  # hashes: enough to tell orders apart, and small

    def read(self, batch: Batch) -> None:
        """Count what a batch says."""
        report = self.report
        report.events += len(batch.said)
        report.quarantined += len(batch.refused)
        for said in batch.said:
            self._read_one(said)
        report.orders = len(self._orders)

    def _read_one(self, said: Statement) -> None:
        report = self.report
        if said.at is None:
            report.undated += 1
        elif said.classifier == _ACTUAL:
            report.actual += 1
        elif said.classifier == _PLANNED:
            report.planned += 1
        else:
            report.estimated += 1
        report.unmapped += said.code == UNMAPPED
        report.folds += said.tz_source == _FOLD
        report.gaps += said.tz_source == _GAP
        for subject in (said.subject, *(claim.to for claim in said.links)):
            if subject.kind == _ORDER:
                self._orders.add(hash((subject.ref, subject.scope)))

    def stored(self, receipt: Receipt) -> None:
        """Count what the writer made of a batch."""
        duplicates = receipt.outcomes.count("duplicate")
        self.report.duplicates += duplicates
        self.report.inserted += len(receipt.outcomes) - duplicates


def import_path(
    waypost: Waypost,
    path: Path,
    preset: str | None = None,
    mapping: Path | Mapping[str, Any] | None = None,
    zone: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file, or the files of a folder, as a preset or a mapping document says.

    `zone` (IANA name) places local times; `progress` is called with the number of statements
    stored so far. Errors: DocumentError for the mapping or the zone; FieldError when a file as a
    whole cannot be read, and then nothing of it is stored. An import that was cut short can be
    run again: what is stored already counts as a duplicate.
    """
    started = time.monotonic()
    settings = {"preset": preset, "mapping": _document(mapping), "zone": zone}
    connector = discover().get(CONNECTOR).build(settings)
    items = connector.parse(Folder(path), Context(now_us(), waypost.vocabulary))
    report = _store(waypost, batches(items), progress or (lambda stored: None))
    take_stock(waypost.engine)
    report.seconds = round(time.monotonic() - started, 3)
    return report


def _document(mapping: Path | Mapping[str, Any] | None) -> Any:
    if not isinstance(mapping, Path):
        return mapping
    try:
        body = json.loads(mapping.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DocumentError("mapping", f"'{mapping}' cannot be read ({error.strerror}).", "Name a JSON file.") from None
    except ValueError as error:
        problem = f"'{mapping.name}' is no JSON in UTF-8 ({error})."
        raise DocumentError("mapping", problem, "Correct the syntax there.") from None
    if not isinstance(body, dict):
        raise DocumentError("mapping", f"'{mapping.name}' holds no object.", 'Write {"format": 1, ...}.')
    return body


def _store(waypost: Waypost, read: Iterable[Batch], progress: Progress) -> ImportReport:
    counter = _Counter()
    waiting: deque[Future[Receipt]] = deque()

    def settle() -> None:
        counter.stored(waiting.popleft().result())
        progress(counter.report.inserted + counter.report.duplicates)

    tables = Tables(waypost.vocabulary)
    for batch in (_retold(waypost, batch, tables) for batch in read):
        counter.read(batch)
        while len(waiting) >= IN_FLIGHT:
            settle()
        waiting.append(_submit(waypost, batch))
    while waiting:
        settle()
    return counter.report


def _retold(waypost: Waypost, batch: Batch, tables: Tables) -> Batch:
    """The batch as the writer will store it, so that the report counts what is stored."""
    with waypost.engine.connect() as connection:
        return batch._replace(said=list(tables.retold(connection, batch.said)))


def _submit(waypost: Waypost, batch: Batch) -> Future[Receipt]:
    """Hand a batch over, waiting as long as others fill the writer's queue."""
    while True:
        try:
            return waypost.submit(batch.said, batch.refused)
        except Overloaded as busy:
            time.sleep(busy.retry_after)
