"""The contract of a connector: what it must offer, and what it is given.

A connector does no input or output of its own. `parse` is a pure function of the material, the
settings and the context; `pull` and `test` reach the partner through the transport that is
handed to them. So every connector can be tested with recorded bytes alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

from pydantic import BaseModel, ValidationError

from waypost.connect.errors import document_error
from waypost.connect.manifest import Capability
from waypost.connect.material import Material
from waypost.connect.words import Words
from waypost.domain.position import Position
from waypost.domain.statement import Refusal, Statement
from waypost.domain.vocabulary import Vocabulary

BATCH = 5_000


class Context(NamedTuple):
    """What a parser may know beside its material.

    `now` is the present instant (us). `source` is the name under which statements stand when the material
    itself names none. `words` is the mapping table in force; without one the connector's own (`words.toml`).
    """

    now: int
    vocabulary: Vocabulary
    source: str = ""
    words: Words | None = None


class Call(NamedTuple):
    """One HTTP request that a connector wants made.

    `safe` says of a POST that it changes nothing at the partner, as a GraphQL query does, so that it may be
    repeated like a GET.
    """

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    safe: bool = False


class Answer(NamedTuple):
    """The partner's answer to a call; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Transport = Callable[[Call], Answer]


class Page(NamedTuple):
    """One page that was pulled, and the cursor from which the next pull goes on (None: nothing to keep)."""

    material: Material
    cursor: str | None


class FileWish(NamedTuple):
    """A file that a connector reads: a name pattern (`*`, `?`, any case), and whether it must be there."""

    pattern: str
    required: bool


class Connector(ABC):
    """One partner system; `__init__.py` of its folder exports the class as `CONNECTOR`."""

    settings_model: ClassVar[type[BaseModel]]

    @abstractmethod
    def __init__(self, settings: Any) -> None:
        """Take validated settings (an instance of `settings_model`); must not touch the network."""

    @abstractmethod
    def test(self, transport: Transport) -> None:
        """Prove that the settings work. Errors: DocumentError, or a ConnectorError with its stable `code`."""

    @abstractmethod
    def parse(self, material: Material, context: Context) -> Iterable[Statement | Refusal]:
        """Read material into statements, and into refusals for items that cannot be read. Pure.

        Errors: FieldError or Skippable when the material as a whole cannot be read; it is raised
        before the first item is given, so that nothing is stored by halves.
        """


@runtime_checkable
class ReadsFiles(Protocol):
    """Capability `file`."""

    def files(self) -> Sequence[FileWish]:
        """The files that `parse` looks for in its material."""


@runtime_checkable
class Pulls(Protocol):
    """Capability `pull`."""

    def pull(self, cursor: str | None, transport: Transport) -> Iterator[Page]:
        """Fetch what is new since `cursor`, page by page; every page moves the cursor, and the last page ends it."""


@runtime_checkable
class TakesWebhooks(Protocol):
    """Capability `webhook`."""

    def verify(self, headers: Mapping[str, str], body: bytes, now: int) -> None:
        """Check the signature over the raw bytes in constant time. Errors: Forged."""


class Subscription(NamedTuple):
    """Where positions are published: a broker's address without any secret, and the topic filters to ask for.

    The address is `mqtt://host:1883`, or `mqtts://host:8883` for TLS. `ca_file` holds certificates to
    trust beside the system's; `password` never shows in a representation.
    """

    url: str
    topics: tuple[str, ...]
    username: str | None = None
    password: str | None = None
    ca_file: str | None = None

    def __repr__(self) -> str:
        return f"Subscription({self.url}, {', '.join(self.topics)})"


@runtime_checkable
class StreamsPositions(Protocol):
    """Capability `positions`: vehicles report where they are, many times a minute, over a broker.

    A position is no event: the last one is kept, and a thinned trail. What else a message says (a
    vehicle entered an area) is a statement like any other.
    """

    def subscription(self) -> Subscription:
        """The broker and the topics, as the settings say."""

    def positions(self, material: Material, context: Context) -> Iterable[Position | Statement | Refusal]:
        """Read messages, one part per topic: their positions, other statements, and what cannot be read. Pure.

        A message that is none of our business gives nothing. Errors: as `parse`.
        """


CAPABILITY: dict[Capability, type] = {
    "file": ReadsFiles,
    "pull": Pulls,
    "webhook": TakesWebhooks,
    "positions": StreamsPositions,
}


class Batch(NamedTuple):
    """Some items of a parse, at most `BATCH` together, to be stored in one transaction."""

    said: list[Statement]
    refused: list[Refusal]


def batches(items: Iterable[Statement | Refusal], size: int = BATCH) -> Iterator[Batch]:
    """The items in batches, in their order, none of them empty."""
    said: list[Statement] = []
    refused: list[Refusal] = []
    for item in items:
        if isinstance(item, Statement):
            said.append(item)
        else:
            refused.append(item)
        if len(said) + len(refused) >= size:
            yield Batch(said, refused)
            said, refused = [], []
    if said or refused:
        yield Batch(said, refused)


def build(connector: type[Connector], settings: Mapping[str, Any]) -> Connector:
    """A connector with its settings. Errors: DocumentError naming the setting, never its value."""
    try:
        return connector(connector.settings_model.model_validate(settings))
    except ValidationError as error:
        raise document_error(error, "settings") from None
