"""Reading and checking vocabulary entries; errors name the entry and the field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from waypost.domain.errors import DocumentError
from waypost.domain.vocabulary_entries import CANONICAL_SLOTS, Entry, ReasonFamily, VocabularyDocument

M = TypeVar("M", bound=BaseModel)


class Problem(NamedTuple):
    """What is wrong with one field of one entry, such as `event 'order.created'`."""

    entry: str
    field: str
    text: str

    def __str__(self) -> str:
        return f"{self.entry}, field '{self.field}': {self.text}"


class VocabularyError(DocumentError):
    """The vocabulary, or an addition to it, is wrong; `problems` lists every fault found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        first = self.problems[0]
        text = "\n".join(f"- {problem}" for problem in self.problems)
        remedy = "Correct these entries and load the vocabulary again."
        super().__init__(f"{first.entry}.{first.field}", f"the vocabulary is wrong:\n{text}\n", remedy)


def name_of(entry: Entry) -> str:
    """The entry as problems call it, such as `event 'order.created'`."""
    return _name(_kind(type(entry)), entry.key)


def read_entry(model: type[M], value: M | Mapping[str, Any]) -> M:
    """Read one added entry; raises VocabularyError naming it and the field."""
    if isinstance(value, model):
        return value
    raw = dict(value) if isinstance(value, Mapping) else {}
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        name = _name(_kind(model), raw.get("code") or raw.get("id") or "?")
        raise VocabularyError(Problem(name, _path(e["loc"]), e["msg"]) for e in error.errors()) from None


def read_document(raw: Mapping[str, Any]) -> VocabularyDocument:
    """Read and check a whole vocabulary; raises VocabularyError with every problem."""
    try:
        document = VocabularyDocument.model_validate(raw)
    except ValidationError as error:
        raise VocabularyError(_located(raw, e["loc"], e["msg"]) for e in error.errors()) from None
    check(document)
    return document


def check(document: VocabularyDocument) -> None:
    """Check what holds between entries; raises VocabularyError with every problem."""
    problems = [*_repeated(document), *_milestones(document), *_events(document), *_reasons(document)]
    if problems:
        raise VocabularyError(problems)


def _repeated(document: VocabularyDocument) -> Iterator[Problem]:
    keys = Counter(entry.key for entry in document.labelled)
    families = Counter(family.id for family in document.reason_family)
    slots = Counter(milestone.slot for milestone in document.milestone)
    for entry in (*document.labelled, *document.reason_family):
        if (families if isinstance(entry, ReasonFamily) else keys)[entry.key] > 1:
            yield Problem(name_of(entry), entry.key_field, "stands in the vocabulary more than once")
    for milestone in document.milestone:
        if slots[milestone.slot] > 1:
            yield Problem(name_of(milestone), "slot", f"slot {milestone.slot} is used more than once")


def _milestones(document: VocabularyDocument) -> Iterator[Problem]:
    phases = {phase.id for phase in document.phase}
    for milestone in document.milestone:
        if milestone.phase not in phases:
            yield Problem(name_of(milestone), "phase", f"'{milestone.phase}' is no phase")
    missing = set(CANONICAL_SLOTS) - {milestone.slot for milestone in document.milestone}
    for slot in sorted(missing):
        yield Problem("milestone", "slot", f"the canonical slot {slot} has no milestone")


def _events(document: VocabularyDocument) -> Iterator[Problem]:
    phases = {phase.id for phase in document.phase}
    milestones = {milestone.id for milestone in document.milestone}
    cbv = document.cbv
    for event in document.event:
        name = name_of(event)
        if event.phase not in phases:
            yield Problem(name, "code", f"'{event.phase}' is no phase")
        if event.milestone is not None and event.milestone not in milestones:
            yield Problem(name, "milestone", f"'{event.milestone}' is no milestone")
        if event.bizstep is not None and event.bizstep not in cbv.bizstep:
            yield Problem(name, "bizstep", f"'{event.bizstep}' is no business step of CBV {cbv.version}")
        if event.disposition is not None and event.disposition not in cbv.disposition:
            text = f"'{event.disposition}' is no disposition of CBV {cbv.version}"
            yield Problem(name, "disposition", text)


def _reasons(document: VocabularyDocument) -> Iterator[Problem]:
    families = {family.id for family in document.reason_family}
    for reason in document.reason:
        if reason.family not in families:
            yield Problem(name_of(reason), "id", f"'{reason.family}' is no reason family")


def _kind(model: type[BaseModel]) -> str:
    words = "".join(f" {char.lower()}" if char.isupper() else char for char in model.__name__)
    return words.strip()


def _name(kind: str, key: object) -> str:
    return f"{kind} '{key}'"


def _path(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc) or "entry"


def _located(raw: Mapping[str, Any], loc: tuple[int | str, ...], text: str) -> Problem:
    table, rest = str(loc[0]) if loc else "file", loc[1:]
    if not rest or not isinstance(rest[0], int):
        return Problem("vocabulary", _path(loc), text)
    entry = raw[table][rest[0]]
    key = (entry.get("code") or entry.get("id")) if isinstance(entry, Mapping) else None
    name = _name(table.replace("_", " "), key or f"number {rest[0] + 1}")
    return Problem(name, _path(rest[1:]), text)
