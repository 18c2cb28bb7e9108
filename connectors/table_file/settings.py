"""What the table-file connector has to be told."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from waypost.domain.errors import DocumentError


class TableFileSettings(BaseModel):
    """A preset or a mapping document, and the zone of times without one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: str | None = Field(default=None, description="Name of a mapping document that Waypost ships.")
    mapping: dict[str, Any] | None = Field(default=None, description="A mapping document; see docs/import.md.")
    zone: str | None = Field(default=None, description="IANA time zone of local times; wins over the document's own.")

    @model_validator(mode="after")
    def _one(self) -> TableFileSettings:
        if (self.preset is None) == (self.mapping is None):
            raise ValueError("give either a preset or a mapping document")
        return self

    def document(self) -> Any:
        """The mapping document as it was written. Errors: DocumentError for an unknown preset."""
        if self.mapping is not None:
            return self.mapping
        if self.preset not in presets():
            raise DocumentError("preset", f"there is no '{self.preset}'.", f"Presets: {', '.join(presets())}.")
        return json.loads(files("connectors.table_file").joinpath("presets", f"{self.preset}.json").read_text("utf-8"))


def presets() -> list[str]:
    """The names of the mapping documents that Waypost ships."""
    folder = files("connectors.table_file").joinpath("presets")
    return sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json"))
