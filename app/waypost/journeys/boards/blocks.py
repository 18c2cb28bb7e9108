"""The registry of blocks: what each kind asks for, and what it may be wired to. Later capabilities add theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from waypost.journeys.customer import CustomerStage
from waypost.journeys.document import Audience, Case, Condition, Milestone, Target
from waypost.journeys.labels import Id, Labels, Model, Name

Show = Literal["kpi", "trend", "funnel", "distribution", "map", "orders", "timeline", "at_risk", "river", "text"]


class Settings(Model):
    """What every kind of block has: a name. A block that was just dropped has none yet."""

    name: Name


class Source(Settings):
    """Where orders come from: names of sources as they stand on events; empty takes every source."""

    sources: tuple[str, ...] = ()


class CustomerView(CustomerStage):
    """How customers see a stage of a board; a text in one language is enough."""

    label: Name | None = None
    now: Name | None = None
    advice: Name | None = None


class ClockSettings(Settings):
    """What stages and figures have in common: measured from milestone to milestone."""

    icon: str
    grain: Literal["order", "parcel", "return"] = "order"
    start: tuple[Milestone, ...] = Field(min_length=1)
    end: tuple[Milestone, ...] = Field(min_length=1)
    target: Target = Target()
    calendar: str = ""
    owner: str = ""
    card: bool
    audience: tuple[Audience, ...] = ("staff", "partner", "customer")


class StageSettings(ClockSettings):
    """A stage: see `waypost.journeys.document.Stage`."""

    icon: str = "radio_button_unchecked"
    card: bool = False
    customer: CustomerView | None = None


class BranchSettings(Settings):
    """A parting of the ways: the first case that fits is taken; what fits none leaves by the port `else`."""

    cases: tuple[Case, ...] = Field(min_length=1)
    otherwise: Name = Labels(en="All others", zh="其余订单")


class GateSettings(Settings):
    """A gate: what fits is held from `after` on, until somebody releases it; judged before `before` happens."""

    icon: str = "lock"
    after: tuple[Milestone, ...] = ("order_created",)
    before: tuple[Milestone, ...] = Field(min_length=1)
    when: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    why: Name = Labels(en="Held until released", zh="放行前拦截")
    owner: str = ""


class KpiSettings(ClockSettings):
    """A figure: the time from one milestone to another, with tiers; `segment` is the dimension it is shown by."""

    icon: str = "speed"
    segment: str = ""
    card: bool = True


class PanelSettings(Settings):
    """A panel of the published board; `of` are the stages, gates and figures it shows, empty means all that fit."""

    show: Show
    of: tuple[Id, ...] = ()
    text: Name | None = None
    limit: int = Field(default=8, ge=1, le=100)


@dataclass(frozen=True)
class BlockKind:
    """One kind of block. `to` are the kinds a wire may lead to; `flow` says that orders travel through it."""

    kind: str
    settings: type[Settings]
    icon: str
    to: tuple[str, ...] = ()
    flow: bool = False


_FLOW = ("stage", "branch", "gate")
KINDS: dict[str, BlockKind] = {}


def register(kind: BlockKind) -> BlockKind:
    """Add a kind of block. Errors: ValueError when there is one of that name."""
    if kind.kind in KINDS:
        raise ValueError(f"there is a block '{kind.kind}' already")
    KINDS[kind.kind] = kind
    return kind


def kinds() -> Mapping[str, BlockKind]:
    """All kinds of blocks by name."""
    return KINDS


register(BlockKind("source", Source, "cable", _FLOW, flow=True))
register(BlockKind("stage", StageSettings, "radio_button_unchecked", (*_FLOW, "kpi", "panel"), flow=True))
register(BlockKind("branch", BranchSettings, "call_split", _FLOW, flow=True))
register(BlockKind("gate", GateSettings, "lock", (*_FLOW, "panel"), flow=True))
register(BlockKind("kpi", KpiSettings, "speed", ("panel",)))
register(BlockKind("panel", PanelSettings, "dashboard"))
