"""One row into statements: each rule of the mapping bound to the places of its columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from connectors.table_file.cells import KEY_LIMIT, CellError, Place
from connectors.table_file.drafts import draft
from connectors.table_file.extras import NUMBER_LIMIT, Extras, number_at, ref_of, text_at
from connectors.table_file.mapping import StatementRule, TableRule
from connectors.table_file.times import TimeCell, Times
from waypost.connect.contract import Context
from waypost.connect.plausible import EARLIEST, check_times
from waypost.domain.errors import FieldError
from waypost.domain.instants import UNDATED_MOMENT, Moment
from waypost.domain.statement import CLASSIFIERS, EVIDENCE, UNMAPPED, Classifier, Refusal, Statement
from waypost.domain.subject import KINDS, Subject, SubjectKind

Cells = Sequence[Any]
_WORD_LIMIT = 4_000


def event_id(*parts: str) -> str:
    """The parts joined by colons; what is too long for a key ends in a digest of itself."""
    text = ":".join(part for part in parts if part)
    if len(text) <= KEY_LIMIT:
        return text
    return f"{text[:120]}:{hashlib.sha256(text.encode()).hexdigest()[:40]}"


class Saying:
    """One statement rule, bound to the places of its columns."""

    def __init__(
        self,
        rule: StatementRule,
        table: TableRule,
        places: Mapping[str, int],
        times: Times,
        context: Context,
        source: str,
    ) -> None:
        self._rule, self._table, self._places, self._now, self._source = rule, table, places, context.now, source
        self._at = times(rule.at) if rule.at else None
        self._stated = times(rule.stated_at) if rule.stated_at else None
        self._classifier, self._evidence = CLASSIFIERS[rule.classifier], EVIDENCE[rule.evidence]
        self._dated_id = rule.words is not None or self._classifier != Classifier.ACTUAL
        self._details = any((rule.place, rule.lat, rule.lon, rule.quantity, rule.reason))
        codes = {rule.code} if rule.words is None else {*rule.words.codes.values()}
        known = [entry for code in codes if code and (entry := context.vocabulary.event(code))]
        self._entries = {entry.code: (context.vocabulary.slot_of(entry.code), entry.repeats) for entry in known}

    def identity(self, ref: str, word: str | None, raw_time: str, cells: Cells) -> str:
        """The id of the event: its own when the source has one, else made of what makes it distinct.

        A promise or a word that changes is a new statement; an actual time of one column is one.
        """
        rule = self._rule
        if rule.id is not None:
            return event_id(ref_of(cells, [self._places[column] for column in rule.id], rule.id))
        parts = [self._table.name or "", ref, rule.key]
        if self._dated_id:
            parts += [word or "" if rule.words else "", raw_time]
        if rule.words is not None and rule.place is not None:
            parts.append(str(cells[self._places[rule.place]]))
        return event_id(*parts)

    def read(self, subject: Subject, cells: Cells, bad: list[CellError]) -> Statement | None:
        """The statement of a row, None when it says nothing. Errors: CellError when it cannot be used."""
        spoken = UNDATED_MOMENT if self._at is None else self._moment(self._at, cells, self._classifier)
        word, code = self._code(cells, spoken)
        if code is None:
            return None
        stated = None
        try:
            stated = None if self._stated is None else self._moment(self._stated, cells, Classifier.ACTUAL).at
        except CellError as error:
            bad.append(error)  # when it was said is not known, but what was said is
        slot, repeats = self._entries.get(code, (None, None))
        said = Statement(
            self._source, self.identity(subject.ref, word, spoken.raw, cells), subject, code, slot,
            spoken.at, spoken.until, stated, spoken.raw[:64], spoken.tz_source,
            self._evidence, self._classifier, repeats=repeats, word=word,
        )  # fmt: skip
        return self._detailed(said, cells) if self._details else said

    def _detailed(self, said: Statement, cells: Cells) -> Statement:
        rule = self._rule
        return said._replace(
            place=text_at(cells, self._places[rule.place], rule.place) if rule.place else None,
            lat=self._number(rule.lat, cells, -90, 90),
            lon=self._number(rule.lon, cells, -180, 180),
            quantity=self._number(rule.quantity, cells, 0, NUMBER_LIMIT),
            reason=rule.reason.codes.get(str(cells[self._places[rule.reason.column]])) if rule.reason else None,
        )

    def refuse(self, error: CellError, subject: Subject, cells: Cells, here: Place) -> Refusal:
        """The statement as a draft for quarantine."""
        rule, zone = self._rule, self._at.zone if self._at else None
        column, word = rule.at.column if rule.at else None, rule.words.column if rule.words else None
        raw_time, raw_word = (str(cells[self._places[name]]) if name else "" for name in (column, word))
        try:
            key = self.identity(subject.ref, raw_word, raw_time, cells)
        except CellError:  # a part of its own id is missing
            key = event_id(subject.ref, rule.key, raw_word, raw_time)
        raw = draft(rule, self._source, key, subject, zone, cells, self._places, here)
        return here.refuse(self._source, key, error, raw)

    def silent(self, cells: Cells) -> bool:
        """Whether the row has a word that is known to say nothing."""
        words = self._rule.words
        if words is None:
            return False
        word = str(cells[self._places[words.column]])
        return bool(word) and words.codes.get(word, UNMAPPED) is None

    def _moment(self, cell: TimeCell, cells: Cells, classifier: Classifier) -> Moment:
        moment = cell.moment(cells)
        if moment.at is not None and not EARLIEST <= moment.at <= (moment.until or moment.at) <= self._now:
            try:
                check_times(moment.at, moment.until, classifier, self._now, cell.name)
            except FieldError as error:
                raise CellError(cell.name, f"'{moment.raw[:60]}': {error.problem}", error.remedy) from None
        return moment

    def _code(self, cells: Cells, spoken: Moment) -> tuple[str | None, str | None]:
        """The partner's word and the event code; no code where the row says nothing."""
        rule = self._rule
        if rule.words is None:
            told = spoken.at is not None or rule.undated
            return (rule.at.column if rule.at else None), (rule.code if told else None)
        word = text_at(cells, self._places[rule.words.column], rule.words.column, _WORD_LIMIT)
        if word is None:
            if spoken.at is not None:
                problem = f"a time is given ({spoken.raw[:40]}), but no word for what happened."
                raise CellError(rule.words.column, problem, "Fill in the word.")
            return None, None
        if spoken.at is None and self._classifier != Classifier.ACTUAL and rule.at:
            raise CellError(rule.at.column, f"'{word[:40]}' is promised without a time.", "Fill in the time.")
        return word, rule.words.codes.get(word, UNMAPPED)

    def _number(self, column: str | None, cells: Cells, low: float, high: float) -> float | None:
        if column is None:
            return None
        return number_at(cells, self._places[column], column, self._table.decimal, low, high)


class RowReader:
    """Reads the rows of one file; `source` and `scope` are the document's."""

    def __init__(
        self, rule: TableRule, places: Mapping[str, int], times: Times, context: Context, source: str, scope: str
    ) -> None:  # fmt: skip
        self._rule, self._source, self._scope = rule, source, scope
        self._id_places = [places[column] for column in rule.subject.id]
        self._kind = SubjectKind(KINDS[rule.subject.kind])
        self._sayings = [Saying(said, rule, places, times, context, source) for said in rule.statements]
        self._extras = Extras(rule, places, times, scope)

    def read(self, cells: Cells, here: Place) -> Iterator[Statement | Refusal]:
        """The statements of one row, and a refusal for each cell that cannot be used.

        Attributes, links and the raw row go with the first statement.
        """
        try:
            ref = ref_of(cells, self._id_places, self._rule.subject.id)
        except CellError as error:
            yield here.refuse(self._source, "", error)
            return
        subject, first = Subject(self._kind, ref, self._scope), True
        bad: list[CellError] = []
        told: set[str] = set()
        for saying in self._sayings:
            try:
                said = saying.read(subject, cells, bad)
            except CellError as error:
                told.add(error.column)
                yield saying.refuse(error, subject, cells, here)
                continue
            if said is not None:
                yield self._whole(said, cells, here, bad) if first else said
                first = False
        if first and not told and not any(saying.silent(cells) for saying in self._sayings):
            bad.append(CellError("", "the row has an id, but neither a time nor a word.", "Fill in what happened."))
        for wrong in bad:  # one refusal per cell, however many rules wanted it
            if wrong.column not in told:
                told.add(wrong.column)
                yield here.refuse(self._source, event_id(self._rule.name or "", ref, wrong.column), wrong)

    def _whole(self, said: Statement, cells: Cells, here: Place, bad: list[CellError]) -> Statement:
        return said._replace(
            attributes=self._extras.attributes(cells, bad),
            links=self._extras.links(cells, bad),
            payload=orjson.dumps(here.row).decode() if self._rule.keep_row else None,
        )
