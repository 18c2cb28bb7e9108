"""The smaller entries of a mapping document: files, columns, joins, and how they are checked."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from connectors.table_file.dates import check_format
from waypost.domain.errors import FieldError
from waypost.domain.instants import zone_of
from waypost.domain.vocabulary import Vocabulary


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _zone(name: str) -> str:
    try:
        zone_of(name)
    except FieldError as error:
        raise ValueError(f"{error.problem} {error.remedy}") from None
    return name


Column = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Columns = Annotated[tuple[Column, ...], BeforeValidator(_listed), Field(min_length=1)]
Zone = Annotated[str, AfterValidator(_zone)]
DateFormat = Annotated[str, AfterValidator(check_format)]
Dates = Annotated[tuple[DateFormat, ...], BeforeValidator(_listed), Field(min_length=1)]


class Model(BaseModel):
    """An entry of the document; unknown keys are errors, and `short` names the key of its short form."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    short: ClassVar[str] = ""

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, value: Any) -> Any:
        return {cls.short: value} if cls.short and isinstance(value, str | list) else value


class FileRule(Model):
    """Which files, and how they are written; `header_row` counts from 1."""

    short = "pattern"
    pattern: Annotated[str, StringConstraints(min_length=1, max_length=200)] = "*"
    optional: bool = False
    delimiter: Literal["auto", ",", ";", "\t", "|"] = "auto"
    encoding: str = "auto"
    sheet: str | None = None
    header_row: Annotated[int, Field(ge=1, le=100)] = 1

    @field_validator("encoding")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            "".encode(value if value != "auto" else "utf-8")
        except LookupError:
            raise ValueError(f"'{value}' is no encoding; use auto, utf-8, gb18030, utf-16, cp1252 ...") from None
        return value


class TimeColumn(Model):
    """A column with dates or times; `whole_day` says that only its date counts."""

    short = "column"
    column: Column
    dates: Dates | None = None
    whole_day: bool = False


class Take(Model):
    """What a join takes from the rows with one key: the first value, a sum of columns, or their number."""

    short = "first"
    first: Column | None = None
    sum: Columns | None = None
    count: Literal[True] | None = None

    @model_validator(mode="after")
    def _one(self) -> Take:
        if sum(value is not None for value in (self.first, self.sum, self.count)) != 1:
            raise ValueError('give one of: "first": COLUMN, "sum": [COLUMNS], "count": true')
        return self


class Join(Model):
    """Columns from another file: where its `key` equals `on` of this table or of an earlier join."""

    file: FileRule
    key: Columns
    on: Columns
    take: Annotated[dict[Column, Take], Field(min_length=1)]

    @model_validator(mode="after")
    def _as_many(self) -> Join:
        if len(self.key) != len(self.on):
            raise ValueError('"key" and "on" must name equally many columns')
        return self


def vocabulary_of(info: ValidationInfo) -> Vocabulary:
    assert isinstance(info.context, Vocabulary)  # read_mapping sees to it
    return info.context


def event_code(code: str, info: ValidationInfo) -> str:
    vocabulary = vocabulary_of(info)
    if vocabulary.event(code) is None:
        raise ValueError(f"'{code}' is no event code{closest(code, {event.code for event in vocabulary.events})}")
    return code


def closest(word: str, known: set[str]) -> str:
    close = difflib.get_close_matches(word, sorted(known), n=3, cutoff=0.5)
    return f"; did you mean {', '.join(close)}?" if close else "; see docs/vocabulary.md"
