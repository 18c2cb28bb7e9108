"""Changes to a mapping table that nobody has published yet; they belong to one person's open page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from waypost.services.mappings import tables
from waypost.services.mappings.heard import Heard
from waypost.services.mappings.preview import Preview
from waypost.services.mappings.tables import Change, Edits, MappingVersion
from waypost.web import cache

_KEY: Final = "mappings.draft"


@dataclass
class Draft:
    """The edits as they are being made, the version they started from, and the words as they were then.

    The words stand still while a person works on them: a grid whose rows move loses what was typed.
    """

    base: MappingVersion
    heard: list[Heard]
    words: dict[str, str]
    notes: dict[str, str]
    turn: int = 0  # of the grid: it is drawn anew when something else changed the words
    settled: Edits = field(default_factory=lambda: Edits({}))  # as the grid of this turn was drawn
    preview: Preview | None = None
    tried: Edits | None = field(default=None)  # what the preview was made of

    @property
    def edits(self) -> Edits:
        """The table as it would be published."""
        notes = {word: note for word, note in self.notes.items() if word in self.words and note.strip()}
        return Edits(dict(sorted(self.words.items())), dict(sorted(notes.items())))

    @property
    def changes(self) -> list[Change]:
        """What differs from the version it started from."""
        return tables.diff(self.base.edits, self.edits)

    def say(self, word: str, code: str | None, note: str | None = None) -> None:
        """Set what a word means; None takes the edit back. A note stays unless another one is given."""
        if code is None:
            self.words.pop(word, None)
        else:
            self.words[word] = code
        if note is not None:
            self.notes[word] = note

    def settle(self) -> None:
        """Draw the grid anew with the words as they are now."""
        self.settled, self.turn = Edits(dict(self.words), dict(self.notes)), self.turn + 1

    def unsettle(self) -> None:
        """Back to the words as the grid was drawn; what a person changed in it is then put on again."""
        self.words, self.notes = dict(self.settled.words), dict(self.settled.notes)

    def onto(self, version: MappingVersion) -> None:
        """Put the changes onto a version that somebody else has published meanwhile."""
        changes = self.changes
        self.base, self.words, self.notes = version, dict(version.edits.words), dict(version.edits.notes)
        for change in changes:
            self.say(change.word, change.after, change.note_after)
        self.settle()


def draft(source: str, held: MappingVersion) -> Draft:
    """The draft for a source; a fresh one when nothing was changed since the version in force."""
    found = st.session_state.get(f"{_KEY}.{source}")
    if not isinstance(found, Draft) or (found.base.version != held.version and not found.changes):
        turn = found.turn + 1 if isinstance(found, Draft) else 0
        found = fresh(source, held, turn)
    return found


def fresh(source: str, held: MappingVersion, turn: int = 0) -> Draft:
    """A draft without changes, with the words as they are now."""
    made = Draft(held, cache.heard(source), dict(held.edits.words), dict(held.edits.notes), turn)
    made.settle()
    st.session_state[f"{_KEY}.{source}"] = made
    return made


def refresh(source: str) -> None:
    """Read the words anew, unless somebody has changed something."""
    cache.forget_words()
    found = st.session_state.get(f"{_KEY}.{source}")
    if isinstance(found, Draft) and not found.changes:
        fresh(source, found.base, found.turn + 1)


def forget(source: str) -> None:
    """Throw the changes away."""
    found = st.session_state.pop(f"{_KEY}.{source}", None)
    if isinstance(found, Draft):
        fresh(source, found.base, found.turn + 1)
