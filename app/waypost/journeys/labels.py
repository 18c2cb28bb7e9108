"""What every part of a journey document is made of: strict models, ids, texts in both languages."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from waypost.domain.errors import DocumentError, FieldError
from waypost.domain.instants import zone_of
from waypost.domain.text import is_storable, storable

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,47}$")]


def _zone(value: object) -> str:
    try:
        return zone_of(str(value)).key
    except FieldError as error:
        raise ValueError(error.problem.rstrip(".")) from None


Zone = Annotated[str, BeforeValidator(_zone)]


class Model(BaseModel):
    """A part of a document: frozen, and nothing in it that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def document_error(error: ValidationError, whole: str, remedy: str) -> DocumentError:
    """The first thing that is wrong with a document; `whole` names what is wrong when no part of it is."""
    first = error.errors()[0]
    path = ".".join(str(part) for part in first["loc"]) or whole
    return DocumentError(path, first["msg"].removeprefix("Value error, ") + ".", remedy)


class Labels(Model):
    """A text in both languages."""

    en: str = Field(min_length=1, max_length=200)
    zh: str = Field(min_length=1, max_length=200)

    def say(self, lang: str) -> str:
        """The text in the language asked for."""
        return self.zh if lang == "zh" else self.en


def _both(value: object) -> object:
    """A text given in one language stands for both: nobody is made to write a name twice."""
    if isinstance(value, str):
        return {"en": value.strip(), "zh": value.strip()}
    if isinstance(value, dict):
        texts = {lang: text.strip() if isinstance(text, str) else text for lang, text in value.items()}
        given = texts.get("en") or texts.get("zh") or ""
        return {**texts, "en": texts.get("en") or given, "zh": texts.get("zh") or given}
    return value


_EITHER = {"en": {"type": "string", "maxLength": 200}, "zh": {"type": "string", "maxLength": 200}}
_NAME_SCHEMA = {
    "anyOf": [
        {"type": "string", "minLength": 1, "maxLength": 200},
        {"type": "object", "properties": _EITHER, "minProperties": 1, "additionalProperties": False},
    ],
    "description": "A text in both languages; one that is given once stands for both.",
}
Name = Annotated[Labels, BeforeValidator(_both), WithJsonSchema(_NAME_SCHEMA)]


DEEPEST = 12


def plain(value: Any, depth: int = 0) -> Any:
    """Plain JSON that every store and browser can hold. Errors: ValueError."""
    if depth > DEEPEST:
        raise ValueError("values are not nested that deep")
    if isinstance(value, dict):
        if not all(isinstance(name, str) and is_storable(name) for name in value):
            raise ValueError("names of values are texts")
        return {name: plain(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, depth + 1) for inner in value]
    if isinstance(value, str):
        return storable(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and abs(value) < 2**53:  # what every browser counts exactly; NaN fails too
        return value
    raise ValueError("values are plain JSON: texts, numbers, lists and objects")


Plain = Annotated[Any, BeforeValidator(plain)]
