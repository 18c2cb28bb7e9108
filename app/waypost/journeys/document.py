"""The journey document, format 1: stages with start, end and targets; typed, validated, versioned."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema, model_validator

from waypost.domain.instants import SECOND
from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.calendar import Calendar
from waypost.journeys.customer import Customer
from waypost.journeys.labels import Id, Labels, Model, Name, Plain, Zone, document_error

_DURATION = re.compile(
    r"^(?P<sign>-?)(?:(?P<d>\d+)d)?\s*(?:(?P<h>\d+)h)?\s*(?:(?P<m>\d+)m)?\s*(?:(?P<s>\d+)s)?$", re.ASCII
)


LONGEST = 36_500 * 86_400  # s; more would not fit beside an instant


def read_duration(value: object) -> int:
    """A duration such as '2d 4h', '90m', '-1d' or a number of seconds, in us."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _bounded(value, value)
    found = _DURATION.match(str(value).strip())
    if not found or not any(found.group(unit) for unit in "dhms"):
        raise ValueError(f"'{value}' is no duration; write for instance 36h, 2d 4h, 90m or -1d")
    seconds = sum(int(found.group(u) or 0) * size for u, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)))
    return _bounded(-seconds if found.group("sign") else seconds, value)


def _bounded(seconds: float, given: object) -> int:
    if not abs(seconds) <= LONGEST:
        raise ValueError(f"'{given}' is no duration that anybody waits; the longest is 100 years")
    return round(seconds * SECOND)


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


_DURATION_SCHEMA = {
    "anyOf": [{"type": "string", "pattern": r"^\s*-?(\d+d)?\s*(\d+h)?\s*(\d+m)?\s*(\d+s)?\s*$"}, {"type": "number"}],
    "description": "A duration such as 36h, 2d 4h, 90m or -1d, or a number of seconds.",
}
Duration = Annotated[int, BeforeValidator(read_duration), WithJsonSchema(_DURATION_SCHEMA)]
Milestone = Annotated[str, BeforeValidator(_slot), WithJsonSchema({"type": "string", "format": "milestone"})]
ELSE = "else"
CaseRef = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,47}:[a-z][a-z0-9_-]{0,47}$")]  # branch:case
Audience = Literal["staff", "partner", "customer"]


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
    `only`: of which cases of branches an order must be (one of these groups, all in it); empty means
    all orders. A gate is a span that is red from its start: what it holds is blocked until it is
    released or the end has come. `calendar` names one of the journey's; the clock then runs only in
    its hours. `segment` is the dimension that a KPI is shown by.
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
    only: tuple[tuple[CaseRef, ...], ...] = ()
    gate: bool = False
    calendar: str = ""
    segment: str = ""
    audience: tuple[Audience, ...] = ("staff", "partner", "customer")

    @model_validator(mode="after")
    def _gated(self) -> Stage:
        if self.gate and not self.span:
            raise ValueError("a gate is a span: it is no place that an order is in")
        if self.gate and (self.target.yellow is not None or self.target.red is not None):
            raise ValueError("a gate has no targets: what it holds is blocked at once")
        return self


class Exit(Model):
    """A milestone that ends the journey before its last stage."""

    milestone: Milestone
    outcome: Id


class Condition(Model):
    """One condition on an attribute of the order."""

    field: str = Field(min_length=1)
    op: Literal["eq", "ne", "in", "not_in", "gte", "lt", "present", "absent"] = "eq"
    value: Plain = None


class Case(Model):
    """One way out of a branch: all of `when` hold and one of `any`."""

    id: Id
    name: Name
    when: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()  # empty: nothing more is asked

    @model_validator(mode="after")
    def _asks(self) -> Case:
        if self.id == ELSE:
            raise ValueError(f"'{ELSE}' is the case of all others and needs no conditions")
        return self


class Branch(Model):
    """A parting of the ways: an order takes the first of `cases` that fits it, or else ELSE."""

    id: Id
    name: Name
    cases: tuple[Case, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _apart(self) -> Branch:
        if len({case.id for case in self.cases}) != len(self.cases):
            raise ValueError("cases: every case needs an id of its own")
        return self


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
    branches: tuple[Branch, ...] = ()
    calendars: tuple[Calendar, ...] = ()
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
    def _parted(self) -> Journey:
        for kind, parts in (("branches", self.branches), ("calendars", self.calendars)):
            if len({part.id for part in parts}) != len(parts):
                raise ValueError(f"{kind}: every one needs an id of its own")
        known = {f"{branch.id}:{case}" for branch in self.branches for case in (*(c.id for c in branch.cases), ELSE)}
        for stage in self.stages:
            strange = [ref for group in stage.only for ref in group if ref not in known]
            if strange:
                raise ValueError(f"stages: '{strange[0]}' is no case of a branch of this journey")
            if stage.calendar and stage.calendar not in {calendar.id for calendar in self.calendars}:
                raise ValueError(f"stages: '{stage.calendar}' is no calendar of this journey")
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

    def calendar(self, calendar_id: str) -> Calendar | None:
        """A calendar by id; None for the empty id, the clock that never stands still."""
        return next((calendar for calendar in self.calendars if calendar.id == calendar_id), None)

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
        raise document_error(error, "document", "Correct this entry and send the document again.") from None


__all__ = [
    "ELSE",
    "Assignment",
    "Audience",
    "Branch",
    "Calendar",
    "Case",
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
