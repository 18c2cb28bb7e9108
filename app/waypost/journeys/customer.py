"""What the customer's page shows of a journey: the section `customer` of the document."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.labels import Id, Labels, Model


def _code(value: object) -> str:
    if not isinstance(value, str) or load_vocabulary().event(value) is None:
        raise ValueError(f"'{value}' is no event code of the vocabulary")
    return value


EventCode = Annotated[str, BeforeValidator(_code)]


class CustomerStage(Model):
    """How customers see one stage; without a label it has the stage's own name."""

    label: Labels | None = None
    now: Labels | None = None  # what the sentence on top says while the parcel is in it
    advice: Labels | None = None  # what the customer can do meanwhile
    hidden: bool = False
    show_events: bool = True
    show_places: bool = False  # places come from partners and may name a street


class Customer(Model):
    """How customers see the journey. Only events that reach a milestone show, and those that `events` names."""

    stages: dict[Id, CustomerStage] = Field(default_factory=dict)
    events: dict[EventCode, Labels] = Field(default_factory=dict)  # our own words for an event
    hide_events: tuple[EventCode, ...] = ()
    delivered: Labels | None = None  # what the customer can do once everything is there
    ended: Labels | None = None  # the same when the journey ended early
    show_waybill: bool = True
    show_carrier: bool = False

    def stage(self, stage_id: str) -> CustomerStage:
        """How customers see a stage."""
        return self.stages.get(stage_id) or _AS_IT_IS


_AS_IT_IS = CustomerStage()
