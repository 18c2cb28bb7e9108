"""The board document, format 1: blocks, wires between them, and how the published board is laid out.

A draft may be unfinished: the settings of its blocks are held as they were entered, and `check` says
what is missing. Only the shape is always sound: ids are unique, and wires lead from block to block.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from waypost.journeys.calendar import Calendar
from waypost.journeys.customer import Customer
from waypost.journeys.document import Condition, Exit, Milestone
from waypost.journeys.labels import Id, Labels, Model, Name, Zone, plain

COLUMNS = 12
MAX_BLOCKS, MAX_WIRES = 500, 2000
MAX_SETTINGS = 32_000  # characters of one block
FAR = 100_000


def _place(value: object) -> object:
    """A place on the canvas is a whole number that every store and browser can hold."""
    if isinstance(value, float) and isfinite(value):
        value = round(value)
    return max(-FAR, min(FAR, value)) if isinstance(value, int) and not isinstance(value, bool) else value


def _settings(value: object) -> object:
    found = plain(value)
    if len(json.dumps(found, ensure_ascii=False)) > MAX_SETTINGS:
        raise ValueError(f"the settings of one block take at most {MAX_SETTINGS} characters")
    return found


Coordinate = Annotated[int, BeforeValidator(_place)]


class Block(Model):
    """One block: what it is, where it stands on the canvas, and its settings as they were entered."""

    id: Id
    kind: Id
    x: Coordinate = 0
    y: Coordinate = 0
    set: Annotated[dict[str, Any], BeforeValidator(_settings)] = Field(default_factory=dict)


class Wire(Model):
    """A way from one block to the next; `port` is the case of a branch that it leaves from."""

    from_: Id = Field(alias="from")
    to: Id
    port: str = Field(default="", max_length=48)

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Place(Model):
    """Where a panel stands on the grid of 12 columns; rows and heights in steps of the grid."""

    block: Id
    x: int = Field(ge=0, lt=COLUMNS)
    y: int = Field(ge=0, le=500)
    w: int = Field(ge=1, le=COLUMNS)
    h: int = Field(ge=1, le=40)

    @model_validator(mode="after")
    def _inside(self) -> Place:
        if self.x + self.w > COLUMNS:
            raise ValueError("a panel must not stand out over the last column")
        return self


class PhonePlace(Model):
    """One panel in the single column of a phone: in this order, this high, or not at all."""

    block: Id
    h: int | None = Field(default=None, ge=1, le=40)
    hidden: bool = False


class Layout(Model):
    """The grid; a panel without a place is put below the others, and a phone without an order reads the grid."""

    wide: tuple[Place, ...] = ()
    phone: tuple[PhonePlace, ...] = ()


class Filters(Model):
    """What the published board can be narrowed by, and what it shows before anybody did."""

    days: int = Field(default=14, ge=1, le=400)
    dimensions: tuple[Id, ...] = ("channel", "carrier", "destination")
    where: dict[Id, tuple[str, ...]] = Field(default_factory=dict)


class Board(Model):
    """A whole board, finished or not. `id` is also the id of the journey that it is compiled to."""

    format: Literal[1] = 1
    id: Id
    name: Name
    purpose: Name = Labels(en="-", zh="-")
    industry: str = Field(default="", max_length=48)
    zone: Zone = "UTC"
    subject: Literal["order", "return"] = "order"
    priority: int = 10
    when: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    blocks: tuple[Block, ...] = Field(default=(), max_length=MAX_BLOCKS)
    wires: tuple[Wire, ...] = Field(default=(), max_length=MAX_WIRES)
    layout: Layout = Layout()
    filters: Filters = Filters()
    exits: tuple[Exit, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    customer: Customer = Customer()

    @model_validator(mode="after")
    def _sound(self) -> Board:
        ids = {block.id for block in self.blocks}
        if len(ids) != len(self.blocks):
            raise ValueError("blocks: every block needs an id of its own")
        if any(wire.from_ not in ids or wire.to not in ids for wire in self.wires):
            raise ValueError("wires: both ends must be blocks of this board")
        if len({(wire.from_, wire.port, wire.to) for wire in self.wires}) != len(self.wires):
            raise ValueError("wires: the same wire stands there twice")
        return self

    def block(self, block_id: str) -> Block | None:
        """A block by id."""
        return next((block for block in self.blocks if block.id == block_id), None)

    def as_json(self) -> dict[str, Any]:
        """The document as it is stored and exchanged."""
        return self.model_dump(mode="json", by_alias=True)


__all__ = [
    "COLUMNS",
    "Block",
    "Board",
    "Filters",
    "Layout",
    "Milestone",
    "Name",
    "PhonePlace",
    "Place",
    "Wire",
]
