"""What every part of a journey document is made of: strict models, ids, texts in both languages."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from waypost.domain.errors import FieldError
from waypost.domain.instants import zone_of

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


Name = Annotated[Labels, BeforeValidator(_both)]
