"""The manifest of a connector: what it is and can do, as data that pages and tests read."""

from __future__ import annotations

import tomllib
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from waypost.connect.errors import document_error
from waypost.domain.errors import DocumentError

CONTRACT = 1  # raised when connectors written for the older contract no longer work

Capability = Literal["pull", "webhook", "file", "stream", "positions"]
Freshness = Literal["seconds", "minutes", "hours", "on_demand"]
Status = Literal["sample", "beta", "stable"]
Tier = Literal["none", "bronze", "silver", "gold"]
Text = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Claim = Annotated[str, StringConstraints(pattern=r"^(done|todo|exempt: \S.{4,})$")]

# The quality ladder: every rule is a check of the conformance suite (waypost.connect.testing).
RULES: dict[str, Tier] = {
    "settings": "bronze",
    "statements": "bronze",
    "times": "bronze",
    "identity": "bronze",
    "unmapped": "bronze",
    "empty": "silver",
    "truncated": "silver",
    "encoding": "silver",
    "missing_field": "silver",
    "secrets": "silver",
    "pages": "gold",
    "signature": "gold",
}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(_Model):
    """The name of the partner system in both languages."""

    en: Text
    zh: Text


class Manifest(_Model):
    """What a connector says of itself; `manifest.toml` beside its code."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
    label: Label
    contract: int
    capabilities: Annotated[tuple[Capability, ...], Field(min_length=1)]
    freshness: Freshness  # the best case; a partner may be slower
    status: Status
    docs: Annotated[str, StringConstraints(pattern=r"^(docs/[\w./-]+\.md|https://\S+)$")]
    quality: dict[str, Claim]

    @field_validator("contract")
    @classmethod
    def _fits(cls, value: int) -> int:
        if value != CONTRACT:
            raise ValueError(f"the connector is written for contract {value}, this Waypost speaks contract {CONTRACT}")
        return value

    @field_validator("quality")
    @classmethod
    def _ladder(cls, value: dict[str, str]) -> dict[str, str]:
        strange, missing = sorted(value.keys() - RULES.keys()), sorted(RULES.keys() - value.keys())
        if strange or missing:
            raise ValueError(f"unknown rules: {strange or 'none'}; missing rules: {missing or 'none'}")
        return value

    @property
    def tier(self) -> Tier:
        """The highest rung whose rules, and those below, are all done or exempt with a reason."""
        reached: Tier = "none"
        rungs: tuple[Tier, ...] = ("bronze", "silver", "gold")
        for rung in rungs:
            if any(self.quality[rule] == "todo" for rule, tier in RULES.items() if tier == rung):
                return reached
            reached = rung
        return reached


def read_manifest(text: str) -> Manifest:
    """Read `manifest.toml`. Errors: DocumentError naming the entry."""
    try:
        return Manifest.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DocumentError("manifest.toml", f"it is no TOML ({error}).", "Correct the syntax.") from None
    except ValidationError as error:
        raise document_error(error, "manifest.toml") from None
