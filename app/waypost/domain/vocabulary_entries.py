"""The entries of the vocabulary file."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

CANONICAL_SLOTS = range(48)
OWN_SLOTS = range(48, 64)

Label = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
DottedWord = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=80)]
Icon = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$", max_length=60)]


class Entry(BaseModel):
    """One entry with its labels in English and Chinese."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    key_field: ClassVar[str] = "id"

    en: Label
    zh: Label

    @property
    def key(self) -> str:
        """The id or code of the entry."""
        key: str = getattr(self, self.key_field)
        return key

    def label(self, lang: str) -> str:
        """The label in `lang`, a language tag; anything but Chinese gives English."""
        return self.zh if _chinese(lang) else self.en


class Phase(Entry):
    """A phase of the journey; the first part of an event code."""

    id: Word
    icon: Icon


class Milestone(Entry):
    """A milestone: one slot of the state of a subject."""

    slot: int = Field(ge=0, le=63)
    id: Word
    phase: str
    customer_en: Label
    customer_zh: Label
    icon: Icon
    rollup: Literal["first", "all"] = "first"
    terminal: bool = False

    @property
    def own(self) -> bool:
        """Whether the milestone is the company's own and not a canonical one."""
        return self.slot in OWN_SLOTS

    def customer_label(self, lang: str) -> str:
        """The words for the end customer in `lang`, a language tag."""
        return self.customer_zh if _chinese(lang) else self.customer_en


class Event(Entry):
    """A micro-event code; `milestone` is None for details that move no slot."""

    key_field = "code"

    code: DottedWord
    milestone: str | None = None
    icon: Icon
    bizstep: str | None = None
    disposition: str | None = None
    repeats: Literal["arrive", "depart", "attempt", "cancel_quantity"] | None = None

    @property
    def phase(self) -> str:
        """The id of the phase, the part of the code before the dot."""
        return self.code.partition(".")[0]


class ReasonFamily(Entry):
    """Who is to blame."""

    id: Word
    icon: Icon


class Reason(Entry):
    """Why something went wrong; the part of the id before the dot is the family."""

    id: DottedWord

    @property
    def family(self) -> str:
        """The id of the family that bears the blame."""
        return self.id.partition(".")[0]


class Incoterm(Entry):
    """A term of Incoterms 2020."""

    key_field = "code"

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    transport: Literal["any", "sea"]
    main_carriage: Literal["seller", "buyer"]


class DeliveryTerm(Entry):
    """A term of delivery that a consumer knows, such as a locker."""

    key_field = "code"

    code: Word
    icon: Icon


class CoreBusinessVocabulary(BaseModel):
    """The words of the GS1 Core Business Vocabulary that entries may use."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: str
    bizstep: frozenset[str] = Field(strict=False)
    disposition: frozenset[str] = Field(strict=False)


class VocabularyDocument(BaseModel):
    """The vocabulary file as a whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    phase: tuple[Phase, ...]
    milestone: tuple[Milestone, ...]
    event: tuple[Event, ...]
    reason_family: tuple[ReasonFamily, ...]
    reason: tuple[Reason, ...]
    incoterm: tuple[Incoterm, ...]
    delivery_term: tuple[DeliveryTerm, ...]
    cbv: CoreBusinessVocabulary

    @property
    def labelled(self) -> tuple[Entry, ...]:
        """Everything that shares the one name space of codes and ids."""
        return (*self.event, *self.milestone, *self.phase, *self.reason, *self.incoterm, *self.delivery_term)


def _chinese(lang: str) -> bool:
    return lang.lower().startswith("zh")
