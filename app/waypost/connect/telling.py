"""Statements of one parse: a connector says what its partner wrote, this puts in code, slot and identity.

A word becomes a code by the mapping table alone. The id of a statement never depends on its code,
so that a table that is changed later reads the same bytes into the same statements.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from waypost.connect.bodies import Node
from waypost.connect.contract import Context
from waypost.connect.plausible import check_times
from waypost.connect.words import Words, full_word, read_words
from waypost.domain.errors import FieldError
from waypost.domain.instants import UNDATED_MOMENT, Moment
from waypost.domain.statement import UNMAPPED, Classifier, Evidence, Kind, Refusal, Statement
from waypost.domain.subject import LinkClaim, LinkRel, Subject

Item = Statement | Refusal
WORD_LIMIT = 180


class Teller:
    """Says statements under one source name, with one mapping table."""

    def __init__(self, source: str, words: Words, context: Context) -> None:
        self.source, self._words, self._context = source, words, context

    def say(
        self, subject: Subject, event_id: str, field: str, word: str, moment: Moment = UNDATED_MOMENT, *,
        stated: int | None = None, evidence: Evidence = Evidence.DECLARED, classifier: Classifier = Classifier.ACTUAL,
        quantity: float | None = None, reason: str | None = None, place: str | None = None, lat: float | None = None,
        lon: float | None = None, attributes: Mapping[str, Any] | None = None, links: Iterable[LinkClaim] = (),
        place_of: str = "",
    ) -> Statement:  # fmt: skip
        """One statement. `place_of` is the path of the time, for complaints. Errors: FieldError."""
        check_times(moment.at, moment.until, classifier, self._context.now, place_of or field)
        check_times(stated, None, Classifier.ACTUAL, self._context.now, place_of or field)
        entry = self._context.vocabulary.event(self._words.code(field, word))
        return Statement(
            self.source, event_id, subject, entry.code if entry else UNMAPPED,
            self._context.vocabulary.slot_of(entry.code) if entry else None, moment.at, moment.until,
            moment.at if stated is None else stated, moment.raw, moment.tz_source, evidence, classifier,
            repeats=entry.repeats if entry else None, quantity=quantity, reason=reason, place=place, lat=lat, lon=lon,
            word=full_word(field, word)[:WORD_LIMIT], attributes=_given(attributes), links=tuple(links),
        )  # fmt: skip

    def take_back(self, said: Statement, target: str, event_id: str) -> Statement:
        """Take an earlier statement back, at the time and with the word of `said`."""
        return said._replace(
            event_id=event_id, kind=Kind.RETRACT, target=target, links=(), attributes=None, quantity=None
        )

    def refuse(self, error: FieldError, event_id: str, raw: str) -> Refusal:
        """What cannot be read, kept with its raw text in a form that the connector can read again."""
        return Refusal(self.source, event_id, error.field, error.problem, error.remedy, raw)

    def each(self, nodes: Iterable[Node], kind: str, read: Callable[[Node], Iterable[Item]]) -> Iterator[Item]:
        """Read one item after the other; one that cannot be read becomes a refusal, and the others go on.

        `kind` is the name under which a body holds such an item, for instance `order`.
        """
        for node in nodes:
            try:
                yield from list(read(node))  # whole or not at all: half an item is no statement
            except FieldError as error:
                yield self.refuse(error, f"{kind}/{_name(node)}", raw(kind, node))


def raw(kind: str, node: Node) -> str:
    """An item as a body of its own."""
    return json.dumps({kind: node.raw}, ensure_ascii=True)


def _name(node: Node) -> str:
    """The item's id where it has a usable one; else what stands for its bytes."""
    given = node.raw.get("id")
    usable = isinstance(given, int | str) and str(given).isascii() and str(given).isprintable()
    return str(given) if usable and 0 < len(str(given)) <= 100 else digest(node.raw)


def digest(*parts: Any) -> str:
    """Twelve letters that stand for what is said; the same again for the same."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.blake2s(text.encode(), digest_size=6).hexdigest()


def carries(subject: Subject, quantity: float | None) -> LinkClaim:
    """A parcel carries so many of a line."""
    return LinkClaim(LinkRel.CARRIES, subject, quantity)


@lru_cache(maxsize=64)
def own_words(package: str) -> Words:
    """The mapping table that a connector ships, `words.toml` in its folder."""
    return read_words(files(package).joinpath("words.toml").read_text("utf-8"))


def _given(attributes: Mapping[str, Any] | None) -> dict[str, Any] | None:
    found = {name: value for name, value in (attributes or {}).items() if value is not None}
    return found or None
