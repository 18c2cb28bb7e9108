"""Everything that is done with connections, over one Waypost: made once per process, safe for its threads."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Any, Protocol

from waypost.access.misses import Misses
from waypost.connect.contract import Answer, Call, Connector, Context
from waypost.connect.registry import Entry, Registry, discover
from waypost.domain.instants import now_us
from waypost.services.app import Waypost
from waypost.services.connections import model, settings
from waypost.services.connections.model import Source
from waypost.services.mappings import words_for
from waypost.services.vault import Vault


class Caller(Protocol):
    """A transport that can be closed."""

    def __call__(self, call: Call, /) -> Answer: ...
    def close(self) -> None: ...


def web_transport() -> Caller:
    """The transport for real partners."""
    from waypost.connect.http import open_transport

    return open_transport()


class Connections:
    """The connections of one Waypost.

    `registry`, `open_transport` and `clock` (us) stand in for the installed connectors, the network and the wall
    clock. `owner` is how this process signs its leases.
    """

    def __init__(
        self,
        waypost: Waypost,
        registry: Registry | None = None,
        open_transport: Callable[[], Caller] = web_transport,
        clock: Callable[[], int] = now_us,
    ) -> None:
        self.waypost, self.engine, self.clock = waypost, waypost.engine, clock
        self.owner = secrets.token_hex(8)
        self._registry, self._open = registry, open_transport
        self._vault: Vault | None = None
        self._guard = threading.Lock()
        self.strangers = Misses()  # who delivers what nobody signed
        self._transports: dict[tuple[str, int], Caller] = {}
        self._built: dict[str, tuple[int, Connector]] = {}

    @property
    def registry(self) -> Registry:
        """The installed connectors."""
        if self._registry is None:
            self._registry = discover()
        return self._registry

    @property
    def vault(self) -> Vault:
        """The vault of this database. Errors: VaultError when it has no key."""
        if self._vault is None:
            self._vault = Vault.of(self.engine)
        return self._vault

    def forget_keys(self) -> None:
        """Read the keys of the vault anew at the next use."""
        self._vault = None

    def listing(self) -> list[Source]:
        """All connections, by name."""
        return model.listing(self.engine)

    def find(self, key: str) -> Source:
        """One connection. Errors: NotFound."""
        return model.find(self.engine, key)

    def entry(self, source: Source) -> Entry:
        """Its connector as it is installed. Errors: NotFound."""
        return self.registry.get(source.connector)

    def can(self, source: Source, capability: str) -> bool:
        """Whether its connector offers a capability: pull, webhook."""
        return capability in capabilities(self.registry, source.connector)

    def registry_problem(self, connector: str) -> str | None:
        """Why a connector cannot be used; None for one that can."""
        found = next((entry for entry in self.registry if entry.id == connector), None)
        return "it is not installed" if found is None else found.problem

    def settings_of(self, source: Source) -> dict[str, Any]:
        """Its settings with the secrets open; never to be shown. Errors: VaultError."""
        return settings.unseal(source.key, source.settings, self.vault)

    def fresh(self, source: Source) -> Connector:
        """As `build`, but a connector of its own, for a trial beside a pull that may be under way."""
        return self.entry(source).build(self.settings_of(source))

    def build(self, source: Source) -> Connector:
        """Its connector with its settings; kept until they change. Errors: DocumentError, NotUsable, VaultError."""
        kept = self._built.get(source.key)
        if kept is not None and kept[0] == source.version:
            return kept[1]
        made = self.fresh(source)
        self._built[source.key] = (source.version, made)
        return made

    def transport(self, source: Source) -> Caller:
        """The way to its partner; one per source, so that its pace holds for everybody who calls."""
        with self._guard:
            found = self._transports.get((source.key, source.version))
            if found is None:
                for known in [known for known in self._transports if known[0] == source.key]:
                    self._transports.pop(known).close()
                found = self._transports[(source.key, source.version)] = self._open()
            return found

    def context(self, source: Source) -> Context:
        """What a parser may know: now, vocabulary, the name of the source, the mapping in force."""
        words = words_for(self.engine, source.connector, source.key)
        return Context(self.waypost.now(), self.waypost.vocabulary, source.key, words)

    def without_secrets(self, source: Source, text: str) -> str:
        """A text of a partner or a connector with every secret of the source taken out."""
        try:
            held = self.settings_of(source)
        except Exception:  # without its key no secret was opened, so none can be in the text
            return text
        names = {field.name for field in settings.fields(self.entry(source)) if field.kind == "secret"}
        for value in (str(value) for name, value in held.items() if name in names and value):
            text = text.replace(value, "•••")
        return text

    def close(self) -> None:
        """Close the ways to all partners."""
        with self._guard:
            for transport in self._transports.values():
                transport.close()
            self._transports.clear()


def capabilities(registry: Registry, connector: str) -> tuple[str, ...]:
    """What a connector can do; nothing when it is broken or gone."""
    found = next((entry for entry in registry if entry.id == connector), None)
    return found.manifest.capabilities if found and found.manifest else ()


def connector_label(entry: Entry, lang: str) -> str:
    """The name of the partner system in a language; the id of a broken one."""
    if entry.manifest is None:
        return entry.id
    return entry.manifest.label.zh if lang == "zh" else entry.manifest.label.en
