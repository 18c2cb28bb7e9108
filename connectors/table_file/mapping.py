"""The mapping document, format 1: which column of which file says what.

Everything a stranger may write is typed; errors name the path inside the document. A short form
stands for the common case: "orders*.csv" for {"pattern": "orders*.csv"}, "paid_at" for
{"column": "paid_at"}.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError, ValidationInfo, field_validator, model_validator

from connectors.table_file.entries import (
    Column,
    Columns,
    Dates,
    FileRule,
    Join,
    Model,
    TimeColumn,
    Zone,
    closest,
    event_code,
    vocabulary_of,
)
from waypost.connect.errors import document_error
from waypost.domain.errors import FieldError
from waypost.domain.subject import KINDS, RELS, LinkRel, Subject, SubjectKind, check_link
from waypost.domain.vocabulary import Vocabulary

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
KindWord = Literal["order", "line", "parcel", "return", "unit", "vehicle"]
Identifier = Literal["customer", "order_number", "tracking_number", "external_id", "reference"]


class SubjectRule(Model):
    """What a row is about; several id columns are joined by a hyphen."""

    kind: KindWord
    id: Columns


class WordRule(Model):
    """A column with the partner's words, and the event code of each; null is a word that says nothing."""

    column: Column
    codes: Annotated[dict[str, str | None], Field(min_length=1)]

    @field_validator("codes")
    @classmethod
    def _known(cls, value: dict[str, str | None], info: ValidationInfo) -> dict[str, str | None]:
        for word, code in value.items():
            if code is not None:
                try:
                    event_code(code, info)
                except ValueError as error:
                    raise ValueError(f"word '{word}': {error}") from None
        return value


class ReasonRule(Model):
    """A column with the partner's reasons, and the reason code of each; an unknown one gives no reason."""

    column: Column
    codes: Annotated[dict[str, str], Field(min_length=1)]

    @field_validator("codes")
    @classmethod
    def _known(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        known = {reason.id for reason in vocabulary_of(info).reasons}
        for word, code in value.items():
            if code not in known:
                raise ValueError(f"word '{word}': '{code}' is no reason code{closest(code, known)}")
        return value


class StatementRule(Model):
    """One statement per row: a fixed code, or one by the partner's word; at a time, or undated."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=60)] | None = None
    code: str | None = None
    words: WordRule | None = None
    at: TimeColumn | None = None
    undated: bool = False
    stated_at: TimeColumn | None = None
    classifier: Literal["actual", "estimated", "planned"] = "actual"
    evidence: Literal["declared", "scanned", "derived", "predicted"] = "declared"
    id: Columns | None = None  # columns that identify the event at its source
    place: Column | None = None
    lat: Column | None = None
    lon: Column | None = None
    quantity: Column | None = None
    reason: ReasonRule | None = None

    @field_validator("code")
    @classmethod
    def _known(cls, value: str | None, info: ValidationInfo) -> str | None:
        return value if value is None else event_code(value, info)

    @model_validator(mode="after")
    def _complete(self) -> StatementRule:
        if (self.code is None) == (self.words is None):
            raise ValueError('give either "code", or "words" with a column and its codes')
        if (self.at is None) != self.undated:
            raise ValueError('give either "at" with a time column, or "undated": true')
        if self.classifier != "actual" and self.undated:
            raise ValueError(f'a statement that is "{self.classifier}" needs "at"')
        if self.classifier == "actual" and self.evidence == "predicted":
            raise ValueError('a prediction is not "actual"; set the classifier to "estimated"')
        return self

    @property
    def key(self) -> str:
        """The name that its event ids carry."""
        column = self.at.column if self.at else self.words.column if self.words else None
        return self.name or column or str(self.code)


class AttributeRule(Model):
    """An attribute of the subject: the first of some columns that is not empty, or a fixed value."""

    short = "column"
    column: Columns | None = None
    value: str | int | float | bool | None = None
    type: Literal["text", "number"] = "text"

    @model_validator(mode="after")
    def _one(self) -> AttributeRule:
        if (self.column is None) == (self.value is None):
            raise ValueError('give either "column" or "value"')
        return self


class LinkRule(Model):
    """A link from the row's subject to another one."""

    rel: Literal["line_of", "carries", "inside", "replaces", "returns", "exchanges"]
    to: SubjectRule
    quantity: Column | None = None
    start: TimeColumn | None = Field(default=None, alias="from")
    until: TimeColumn | None = None

    @property
    def relation(self) -> LinkRel:
        """The relation as the domain knows it."""
        return RELS[self.rel]


class TableRule(Model):
    """One table: its files, what joins it, and what its rows say."""

    name: Name | None = None
    file: FileRule = FileRule()
    zone: Zone | None = None
    dates: Dates | None = None
    decimal: Literal[".", ","] = "."
    empty: tuple[str, ...] = ()  # what stands for an empty cell beside nothing at all
    keep_row: bool = True  # keep the raw row with its first statement
    joins: tuple[Join, ...] = ()
    subject: SubjectRule
    statements: Annotated[tuple[StatementRule, ...], Field(min_length=1)]
    attributes: dict[Annotated[str, StringConstraints(min_length=1, max_length=64)], AttributeRule] = Field(
        default_factory=dict
    )
    identifiers: dict[Identifier, Columns] = Field(default_factory=dict)
    links: tuple[LinkRule, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> TableRule:
        keys = [rule.key for rule in self.statements if rule.id is None]
        if twice := next((key for key in keys if keys.count(key) > 1), None):
            raise ValueError(f"two statements are called '{twice}'; give each a \"name\" of its own")
        taken = [name for join in self.joins for name in join.take]
        if twice := next((name for name in taken if taken.count(name) > 1), None):
            raise ValueError(f"two joins take a column called '{twice}'")
        for link in self.links:
            try:
                check_link(_any(self.subject), link.relation, _any(link.to), "links")
            except FieldError as error:
                raise ValueError(f"{error.problem} {error.remedy}") from None
        return self


class TableMapping(Model):
    """The whole document."""

    format: Literal[1]
    name: Name
    source: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    scope: Annotated[str, StringConstraints(max_length=64)] = ""
    zone: Zone | None = None
    dates: Dates = ("auto",)
    tables: Annotated[tuple[TableRule, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _named(self) -> TableMapping:
        names = [table.name for table in self.tables]
        if len(names) > 1 and (None in names or len(set(names)) < len(names)):
            raise ValueError('several tables need a "name" each, all different: event ids carry it')
        return self


def read_mapping(body: Any, vocabulary: Vocabulary) -> TableMapping:
    """Read and check a document. Errors: DocumentError with the path, such as `tables[0].statements[2].code`."""
    try:
        return TableMapping.model_validate(body, context=vocabulary)
    except ValidationError as error:
        raise document_error(error, "mapping document") from None


def _any(rule: SubjectRule) -> Subject:
    return Subject(SubjectKind(KINDS[rule.kind]), "any")
