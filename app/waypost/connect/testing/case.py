"""One connector's material for the conformance suite: recorded bytes, and where to hurt them."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from waypost.connect.contract import Answer, Call, Connector, Context, StreamsPositions, Transport, build
from waypost.connect.manifest import Manifest
from waypost.connect.material import Bodies
from waypost.connect.registry import Registry, discover
from waypost.domain.errors import WaypostError
from waypost.domain.position import Position
from waypost.domain.statement import Refusal, Statement
from waypost.domain.vocabulary import load

ITEM_LIMIT = 100_000  # far more than any recorded fixture gives


def _unreachable(call: Call) -> Answer:
    raise AssertionError(f"the connector calls {call.method} {call.url}, but the case has no transport")


class Outcome(NamedTuple):
    """What a parse came to: its items, and the error that ended it."""

    said: list[Statement]
    refused: list[Refusal]
    error: WaypostError | None

    @property
    def complained(self) -> bool:
        """Whether it said that something is wrong."""
        return self.error is not None or bool(self.refused)


@dataclass(frozen=True)
class Case:
    """A full, valid example of a connector, and the places in it that the suite damages.

    `material` holds recorded bytes that parse without any refusal. `word` is a partner's word in
    them that means something, `required` the name of a column or field that parsing cannot do
    without; both are written as they stand in the bytes. `secrets` are the secret values in
    `settings`. `now` is in us.
    """

    connector: str
    settings: Mapping[str, Any]
    material: Mapping[str, bytes]
    word: bytes
    required: bytes
    now: int
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    transport: Transport = _unreachable
    registry: Registry | None = None

    @property
    def manifest(self) -> Manifest:
        """The manifest of the installed connector; a broken one fails here with its reason."""
        entry = (self.registry or discover()).get(self.connector)
        assert entry.manifest is not None, f"the connector is broken: {entry.problem}"
        return entry.manifest

    def build(self) -> Connector:
        """The installed connector with the case's settings."""
        entry = (self.registry or discover()).get(self.connector)
        assert entry.connector is not None, f"the connector is broken: {entry.problem}"
        return build(entry.connector, self.settings)

    def parse(self, parts: Mapping[str, bytes] | None = None) -> Outcome:
        """Parse the material, or `parts` in its place, without a network; only Waypost's own errors are caught."""
        material = Bodies(self.material if parts is None else parts, self.headers)
        said: list[Statement] = []
        refused: list[Refusal] = []
        with _no_network():
            try:
                for count, item in enumerate(self.build().parse(material, Context(self.now, load()))):
                    assert isinstance(item, Statement | Refusal), (
                        f"{type(item).__name__} is no statement and no refusal"
                    )
                    assert count < ITEM_LIMIT, f"more than {ITEM_LIMIT} items from a small fixture: does it ever end?"
                    (said if isinstance(item, Statement) else refused).append(item)  # type: ignore[arg-type]
            except WaypostError as error:
                return Outcome(said, refused, error)
        return Outcome(said, refused, None)

    def positions(self) -> list[Position]:
        """The positions in the material, of a connector that streams them; what else is in it is left out."""
        connector = self.build()
        assert isinstance(connector, StreamsPositions), "it has no method positions"
        with _no_network():
            items = list(connector.positions(Bodies(self.material, self.headers), Context(self.now, load())))
        return [item for item in items if isinstance(item, Position)]

    def replaced(self, old: bytes, new: bytes) -> dict[str, bytes]:
        """The material with some bytes replaced; they must be in it."""
        assert any(old in body for body in self.material.values()), f"the case's material does not hold {old!r}"
        return {name: body.replace(old, new) for name, body in self.material.items()}


@contextmanager
def _no_network() -> Iterator[None]:
    """Make every new socket an error, so that a parser which is not pure is found."""
    real = socket.socket

    class Closed(socket.socket):
        def __init__(self, *_: object, **__: object) -> None:
            raise AssertionError("parse must be pure, but it opens a network connection")

    socket.socket = Closed  # type: ignore[misc]
    try:
        yield
    finally:
        socket.socket = real  # type: ignore[misc]
