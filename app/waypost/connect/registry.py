"""The connectors that are installed, found by entry points of the group `waypost.connectors`.

Ours come in by the same door as everybody else's. A connector that cannot be used becomes a
visible entry with the reason, never an exception that takes the program down.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from waypost.connect.contract import CAPABILITY, Connector, build
from waypost.connect.errors import NotUsable
from waypost.connect.manifest import Manifest, read_manifest
from waypost.domain.errors import NotFound

GROUP = "waypost.connectors"
log = logging.getLogger("waypost.connect")


@dataclass(frozen=True)
class Entry:
    """One installed connector; a broken one has a `problem` in place of a class."""

    id: str
    manifest: Manifest | None
    connector: type[Connector] | None
    problem: str | None = None

    @property
    def broken(self) -> bool:
        """Whether it cannot be used; `problem` says why."""
        return self.problem is not None

    def build(self, settings: Mapping[str, Any]) -> Connector:
        """The connector with its settings. Errors: DocumentError; NotUsable when it is broken."""
        if self.connector is None:
            raise NotUsable(f"The connector '{self.id}' is broken: {self.problem}")
        return build(self.connector, settings)


class Registry:
    """All installed connectors by id, the broken ones too."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {entry.id: entry for entry in entries}

    def __iter__(self) -> Iterator[Entry]:
        return iter(sorted(self._entries.values(), key=lambda entry: entry.id))

    def get(self, key: str) -> Entry:
        """The connector with this id. Errors: NotFound."""
        if key not in self._entries:
            installed = ", ".join(sorted(self._entries)) or "none"
            raise NotFound(f"There is no connector '{key}'. Installed: {installed}.")
        return self._entries[key]


def discover(points: Iterable[EntryPoint] | None = None) -> Registry:
    """Load every installed connector; `points` stands in for the installed entry points."""
    found: dict[str, Entry] = {}
    for point in entry_points(group=GROUP) if points is None else points:
        entry = load(point)
        if point.name in found:
            problem = f"two packages bring a connector of this name, one of them as {point.value}"
            entry = Entry(point.name, None, None, problem)
        if entry.problem:
            log.warning("connector %s cannot be used: %s", entry.id, entry.problem)
        found[point.name] = entry
    return Registry(found.values())


def load(point: EntryPoint) -> Entry:
    """One connector by its entry point; whatever its import does, the answer is an entry."""
    try:
        module = point.load()
        manifest = _manifest(point.name, module)
        return Entry(point.name, manifest, _connector(module, manifest))
    except (Exception, SystemExit) as error:
        return Entry(point.name, None, None, f"{type(error).__name__}: {error}"[:500])


def _manifest(name: str, module: object) -> Manifest:
    if not isinstance(module, ModuleType) or not hasattr(module, "__path__"):
        raise NotUsable("the entry point must name the connector's package.")
    manifest = read_manifest(files(module).joinpath("manifest.toml").read_text(encoding="utf-8"))
    folder = module.__name__.rpartition(".")[2]
    if not manifest.id == folder == name:
        raise NotUsable(f"id '{manifest.id}', folder '{folder}' and entry point '{name}' must be the same word.")
    return manifest


def _connector(module: object, manifest: Manifest) -> type[Connector]:
    found = getattr(module, "CONNECTOR", None)
    if not isinstance(found, type) or not issubclass(found, Connector):
        raise NotUsable("the package must export CONNECTOR, a subclass of waypost.connect.contract.Connector.")
    if missing := sorted(getattr(found, "__abstractmethods__", ())):
        raise NotUsable(f"the class lacks {', '.join(missing)}.")
    model = getattr(found, "settings_model", None)
    if not isinstance(model, type) or not issubclass(model, BaseModel):
        raise NotUsable("settings_model must be a pydantic model.")
    for capability in manifest.capabilities:
        wanted = CAPABILITY.get(capability)
        if wanted and not issubclass(found, wanted):
            raise NotUsable(f"it claims '{capability}', but lacks the methods of {wanted.__name__}.")
    return found
