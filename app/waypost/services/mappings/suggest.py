"""What a word might mean: asked for by a person, decided by a person. Nothing here is ever applied by itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher

from sqlalchemy.engine import Engine

from waypost.connect.shipped import connectors_with_words, shipped_words
from waypost.connect.words import split_word
from waypost.domain.statement import UNMAPPED
from waypost.domain.vocabulary import Event, Vocabulary
from waypost.services.mappings.heard import uses

_LEAST = 0.45  # how alike two texts must be to be worth a person's time
_PARTS = re.compile(r"[\W_]+")


def suggest(engine: Engine, vocabulary: Vocabulary, word: str, now: int, most: int = 3) -> list[str]:
    """Event codes that a word might mean, the likeliest first: what others mean by it, then codes named like it."""
    _, bare = split_word(word)
    wanted = _plain(bare)
    if not wanted:
        return []
    others = Counter(code for said, code in _elsewhere(engine, now) if _plain(split_word(said)[1]) == wanted)
    ranked = sorted(((_alike(wanted, entry), entry.code) for entry in vocabulary.events), key=lambda r: (-r[0], r[1]))
    named = [code for score, code in ranked if score >= _LEAST]
    known = [code for code, _ in others.most_common() if vocabulary.event(code)]
    return list(dict.fromkeys([*known, *named]))[:most]


def _elsewhere(engine: Engine, now: int) -> Iterable[tuple[str, str]]:
    """What words mean to other partners: in what connectors ship, and among the events of the last days."""
    for connector in connectors_with_words():
        yield from shipped_words(connector).items()
    yield from ((use.word, use.code) for use in uses(engine, now) if use.code != UNMAPPED)


def _alike(wanted: str, entry: Event) -> float:
    texts = (entry.code.partition(".")[2], entry.en, entry.zh)
    return max(SequenceMatcher(None, wanted, _plain(text)).ratio() for text in texts)


def _plain(text: str) -> str:
    return _PARTS.sub(" ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).strip().casefold()
