"""The journey document, format 1: stages with start, end and targets; typed, validated, versioned."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from waypost.domain.errors import DocumentError, FieldError
from waypost.domain.instants import SECOND, zone_of
from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.customer import Customer
from waypost.journeys.labels import Id, Labels, Model

_DURATION = re.compile(
    r"^(?P<sign>-?)(?:(?P<d>\d+)d)?\s*(?:(?P<h>\d+)h)?\s*(?:(?P<m>\d+)m)?\s*(?:(?P<s>\d+)s)?$", re.ASCII
)


def read_duration(value: object) -> int:
    """A duration such as '2d 4h', '90m', '-1d' or a number of seconds, in us."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return round(value * SECOND)
    found = _DURATION.match(str(value).strip())
    if not found or not any(found.group(unit) for unit in "dhms"):
        raise ValueError(f"'{value}' is no duration; write for instance 36h, 2d 4h, 90m or -1d")
    seconds = sum(int(found.group(u) or 0) * size for u, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)))
    return (-seconds if found.group("sign") else seconds) * SECOND


def write_duration(us: int) -> str:
    """The inverse of `read_duration`, in its shortest form."""
    rest, parts = abs(us) // SECOND, []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return ("-" if us < 0 else "") + (" ".join(parts) or "0s")


def _slot(value: object) -> str:
    words = load_vocabulary()
    if not isinstance(value, str) or (words.milestone(value) is None and words.event(value) is None):
        raise ValueError(f"'{value}' is no milestone of the vocabulary")
    return value


def _zone(value: object) -> str:
    try:
        return zone_of(str(value)).key
    except FieldError as error:
        raise ValueError(error.problem.rstrip(".")) from None


Duration = Annotated[int, BeforeValidator(read_duration)]
Milestone = Annotated[str, BeforeValidator(_slot)]
Zone = Annotated[str, BeforeValidator(_zone)]


class Target(Model):
    """When a stage turns yellow and red, in us.

    basis `entered`: the dwell since the stage was entered. basis `promise`: an offset to the end
    of the promise for `milestone`; a negative offset warns ahead, while the stage is open.
    """

    basis: Literal["entered", "promise"] = "entered"
    yellow: Duration | None = None
    red: Duration | None = None
    milestone: Milestone = "delivered"
    promise: Literal["first", "latest"] = "first"

    @model_validator(mode="after")
    def _ordered(self) -> Target:
        if self.basis == "entered" and any(t is not None and t <= 0 for t in (self.yellow, self.red)):
            raise ValueError("a target counted from entering the stage must be longer than zero")
        if self.yellow is not None and self.red is not None and self.yellow >= self.red:
            raise ValueError("yellow must come before red")
        return self


class Stage(Model):
    """One stage: from the first of `start` to the first of `end`; milestones, for returns also event codes.

    A span is a KPI over several stages: it has a clock and tiers but is no place an order is in.
    """

    id: Id
    name: Labels
    icon: str = "radio_button_unchecked"
    grain: Literal["order", "parcel", "return"] = "order"
    start: tuple[Milestone, ...] = Field(min_length=1)
    end: tuple[Milestone, ...] = Field(min_length=1)
    target: Target = Target()
    span: bool = False
    card: bool = False
    owner: str = ""


class Exit(Model):
    """A milestone that ends the journey before its last stage."""

    milestone: Milestone
    outcome: Id


class Condition(Model):
    """One condition on an attribute of the order."""

    field: str = Field(min_length=1)
    op: Literal["eq", "ne", "in", "not_in", "gte", "lt", "present", "absent"] = "eq"
    value: Any = None


class Assignment(Model):
    """Which orders take this journey: all of `when` hold and one of `any`; the highest priority wins."""

    priority: int = 0
    when: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()  # empty: nothing more is asked

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions, whichever way they count."""
        return self.when + self.any


class Journey(Model):
    """A whole journey; `zone` is the zone its days are counted in, `subject` what travels on it."""

    format: Literal[1] = 1
    id: Id
    name: Labels
    purpose: Labels
    zone: Zone = "UTC"
    subject: Literal["order", "return"] = "order"
    assign: Assignment = Assignment()
    stages: tuple[Stage, ...] = Field(min_length=1)
    exits: tuple[Exit, ...] = ()
    customer: Customer = Customer()

    @model_validator(mode="after")
    def _whole(self) -> Journey:
        ids = [stage.id for stage in self.stages]
        if len(set(ids)) != len(ids):
            raise ValueError("stages: every stage needs an id of its own")
        if all(stage.span for stage in self.stages):
            raise ValueError("stages: at least one must not be a span")
        _check_customer(self.customer, {stage.id for stage in self.stages if not stage.span})
        grains = {"return"} if self.subject == "return" else {"order", "parcel"}
        if any(stage.grain not in grains for stage in self.stages):
            raise ValueError(f"stages: the grain of a journey of {self.subject}s is {' or '.join(sorted(grains))}")
        return self

    @model_validator(mode="after")
    def _bound(self) -> Journey:
        # The matrix of orders and parcels holds milestones only; returns are read with every step they took.
        named = [name for stage in self.stages for name in (*stage.start, *stage.end)]
        named += [exit_.milestone for exit_ in self.exits]
        codes = [name for name in named if load_vocabulary().milestone(name) is None]
        if codes and self.subject != "return":
            raise ValueError(f"'{codes[0]}' is no milestone of the vocabulary")
        return self

    @cached_property
    def path(self) -> tuple[Stage, ...]:
        """The stages an order can be in, in order."""
        return tuple(stage for stage in self.stages if not stage.span)

    @cached_property
    def cards(self) -> tuple[Stage, ...]:
        """The stages shown as KPI cards."""
        return tuple(stage for stage in self.stages if stage.card)

    def stage(self, stage_id: str) -> Stage | None:
        """A stage by id."""
        return next((stage for stage in self.stages if stage.id == stage_id), None)

    def as_json(self) -> dict[str, Any]:
        """The document as it is stored and exchanged, durations in words."""
        body: dict[str, Any] = self.model_dump(mode="json")
        for stage in body["stages"]:
            for tier in ("yellow", "red"):
                if stage["target"][tier] is not None:
                    stage["target"][tier] = write_duration(stage["target"][tier])
        return body


def _check_customer(customer: Customer, path: set[str]) -> None:
    strange = sorted(customer.stages.keys() - path)
    if strange:
        raise ValueError(f"customer: '{strange[0]}' is no stage that an order can be in")
    if all(customer.stage(stage).hidden for stage in path):
        raise ValueError("customer: at least one stage must not be hidden")
    twice = sorted(customer.events.keys() & set(customer.hide_events))
    if twice:
        raise ValueError(f"customer: '{twice[0]}' is both named and hidden")


def read_journey(body: Any) -> Journey:
    """Read and validate a document. Errors: DocumentError naming the path inside it."""
    try:
        return Journey.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"]) or "document"
        problem = first["msg"].removeprefix("Value error, ")
        raise DocumentError(path, problem + ".", "Correct this entry and send the document again.") from None


__all__ = [
    "Assignment",
    "Condition",
    "Exit",
    "Id",
    "Journey",
    "Labels",
    "Stage",
    "Target",
    "read_duration",
    "read_journey",
    "write_duration",
]
