"""Raw material for a connector's parser: named bytes, from a folder, a file or memory."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Protocol

from waypost.domain.errors import FieldError


class Material(Protocol):
    """What a parser gets: parts by name, and the headers that came with them (names in lower case)."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the delivery or answer; empty for files."""

    def names(self) -> Sequence[str]:
        """The names of the parts, sorted."""

    def open(self, name: str) -> BinaryIO:
        """Open a part for reading from its start; seekable; may be opened again."""


class Bodies:
    """Material in memory: a webhook's body, a page of an API, an upload."""

    def __init__(self, parts: Mapping[str, bytes], headers: Mapping[str, str] | None = None) -> None:
        self._parts = dict(parts)
        self.headers: Mapping[str, str] = MappingProxyType({k.lower(): v for k, v in (headers or {}).items()})

    def names(self) -> Sequence[str]:
        """The names of the parts, sorted."""
        return sorted(self._parts)

    def open(self, name: str) -> BinaryIO:
        """Open a part for reading."""
        return io.BytesIO(self._parts[name])


class Folder:
    """The files of one folder (its sub-folders are left alone), or one single file."""

    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise FieldError("path", f"'{path}' does not exist.", "Name a file, or a folder with the files in it.")
        files = [path] if path.is_file() else path.iterdir()
        self._files = {file.name: file for file in files if file.is_file() and not file.name.startswith(".")}

    def names(self) -> Sequence[str]:
        """The names of the files, sorted."""
        return sorted(self._files)

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading."""
        return self._files[name].open("rb")
