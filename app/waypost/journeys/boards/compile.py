"""From a board to the one journey it stands for. A pure function: moving blocks changes nothing where wires decide."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from waypost.domain.errors import DocumentError
from waypost.journeys.boards.blocks import (
    BranchSettings,
    ClockSettings,
    GateSettings,
    KpiSettings,
    Settings,
    Source,
    StageSettings,
)
from waypost.journeys.boards.document import Block, Board
from waypost.journeys.boards.settings import Fault, read_all
from waypost.journeys.boards.unfit import unfit
from waypost.journeys.boards.ways import EVERY, Junctions, Ways, as_only, in_order, on_circle, position, ways_of
from waypost.journeys.customer import Customer, CustomerStage
from waypost.journeys.document import Assignment, Branch, Case, Condition, Journey, Stage
from waypost.journeys.labels import Labels, document_error

SOURCE_FIELD = "@source"  # the source that told of the order, or of the return, first
RELEASED, HELD = "released", "held"
_REMEDY = "Open the board and correct this."
_RELEASED_NAME = Labels(en="Released", zh="已放行")
_HELD_NAME = Labels(en="Held", zh="拦截中")
_SOURCES_NAME = Labels(en="Source", zh="来源")
_Settings = TypeVar("_Settings", bound=Settings)


def gate_field(gate: str) -> str:
    """The attribute of an order that says whether this gate was released for it."""
    return f"gate.{gate}"


def compile_board(board: Board) -> Journey:
    """The journey of a board; it has the board's id, and its stages have the ids of their blocks.

    Errors: DocumentError naming `blocks.<id>.<field>`, or the field of the board.
    """
    read, faults = read_all(board)
    for block in board.blocks:
        wrong = faults[block.id] if block.id in faults else unfit(board, read[block.id])
        for fault in wrong:
            raise _error(block.id, fault)
    ordered, left = in_order(board)
    for block in on_circle(board, left):
        raise _error(block.id, Fault("wires", "cycle", {}, "the way leads back to where it came from"))
    try:
        return _Compiler(board, read, ordered).journey()
    except OverflowError as error:
        fault = Fault("wires", "ways_many", {}, "more different ways lead here than anybody can follow")
        raise _error(str(error), fault) from None
    except ValidationError as error:
        raise document_error(error, "blocks", _REMEDY) from None


def _error(block: str, fault: Fault) -> DocumentError:
    return DocumentError(f"blocks.{block}.{fault.field}", f"{fault.problem}.", _REMEDY)


class _Compiler:
    def __init__(self, board: Board, read: dict[str, Settings], ordered: list[Block]) -> None:
        self.board, self.read, self.ordered = board, read, ordered
        self.junctions = Junctions(board, read)
        self.ways = ways_of(board, self.junctions)

    def journey(self) -> Journey:
        """Everything put together; what nothing leads to is refused."""
        for block in self.ordered:
            if block.kind != "source" and not self.ways[block.id]:
                raise _error(block.id, Fault("wires", "unreached", {}, "no source leads here"))
        board = self.board
        path = tuple(self._clock(block, held, self.ways[block.id]) for block, held in self._of(StageSettings))
        if not path:
            raise DocumentError("blocks", "a board needs at least one stage.", _REMEDY)
        stages = (*path, *(self._gate(block, settings) for block, settings in self._of(GateSettings)), *self._kpis())
        return Journey(
            id=board.id,
            name=board.name,
            purpose=board.purpose,
            zone=board.zone,
            subject=board.subject,
            assign=self._assignment(),
            stages=stages,
            exits=board.exits,
            branches=self._branches(stages),
            calendars=board.calendars,
            customer=self._customer(),
        )

    def _of(self, type_: type[_Settings]) -> list[tuple[Block, _Settings]]:
        """The blocks of the flow with settings of a type, in the order of travel."""
        read = ((block, self.read[block.id]) for block in self.ordered)
        return [(block, settings) for block, settings in read if isinstance(settings, type_)]

    def _grain(self, grain: Literal["order", "parcel", "return"]) -> Literal["order", "parcel", "return"]:
        return "return" if self.board.subject == "return" else grain

    def _clock(self, block: Block, settings: ClockSettings, ways: Ways, **more: Any) -> Stage:
        """What a stage and a figure have in common; a figure says more."""
        return Stage(
            id=block.id,
            name=settings.name,
            icon=settings.icon,
            grain=self._grain(settings.grain),
            start=settings.start,
            end=settings.end,
            target=settings.target,
            card=settings.card,
            owner=settings.owner,
            only=as_only(ways),
            calendar=settings.calendar,
            audience=settings.audience,
            **more,
        )

    def _gate(self, block: Block, settings: GateSettings) -> Stage:
        return Stage(
            id=block.id,
            name=settings.name,
            icon=settings.icon,
            grain=self._grain("order"),
            start=settings.after,
            end=settings.before,
            span=True,
            gate=True,
            owner=settings.owner,
            only=as_only(frozenset(group | {(block.id, HELD)} for group in self.ways[block.id])),
            audience=("staff",),
        )

    def _kpis(self) -> list[Stage]:
        """The figures; one that stages are wired to counts the orders that come by one of them."""
        read = ((block, self.read[block.id]) for block in sorted(self.board.blocks, key=position))
        return [
            self._clock(block, settings, self._counted(block), span=True, segment=settings.segment)
            for block, settings in read
            if isinstance(settings, KpiSettings)
        ]

    def _counted(self, kpi: Block) -> Ways:
        wired = [wire.from_ for wire in self.board.wires if wire.to == kpi.id]
        ways = [self.ways[name] for name in wired if isinstance(self.read[name], StageSettings)]
        return self.junctions.simplified(group for way in ways for group in way) if ways else EVERY

    def _branches(self, stages: tuple[Stage, ...]) -> tuple[Branch, ...]:
        asked = {ref.partition(":")[0] for stage in stages for group in stage.only for ref in group}
        entry = [self._entry()] if self.junctions.entry in asked else []
        return (*entry, *(self._branch(block) for block in self.ordered if block.kind in ("branch", "gate")))

    def _branch(self, block: Block) -> Branch:
        settings = self.read[block.id]
        if isinstance(settings, GateSettings):
            released = Condition(field=gate_field(block.id), value=RELEASED)
            cases = (
                Case(id=RELEASED, name=_RELEASED_NAME, when=(released,)),
                Case(id=HELD, name=_HELD_NAME, when=settings.when, any=settings.any),
            )
            return Branch(id=block.id, name=settings.name, cases=cases)
        assert isinstance(settings, BranchSettings)
        return Branch(id=block.id, name=settings.name, cases=settings.cases)

    def _entry(self) -> Branch:
        """Where sources lead to different blocks, the source is a parting of the ways; one without names comes last."""
        cases = []
        for name, case in self.junctions.sources.items():
            settings = self.read[name]
            assert isinstance(settings, Source)
            when = (_told_by(settings.sources),) if settings.sources else ()
            cases.append(Case(id=case, name=settings.name, when=when))
        return Branch(id=self.junctions.entry, name=_SOURCES_NAME, cases=tuple(sorted(cases, key=lambda c: not c.when)))

    def _assignment(self) -> Assignment:
        board = self.board
        used = [settings for name in self.junctions.sources if isinstance(settings := self.read[name], Source)]
        when = board.when
        if used and all(settings.sources for settings in used):
            when = (*when, _told_by(tuple(name for settings in used for name in settings.sources)))
        return Assignment(priority=board.priority, when=when, any=board.any)

    def _customer(self) -> Customer:
        """What customers see; what a stage says of itself goes before what the board says of it."""
        stages: dict[str, CustomerStage] = {}
        for block, settings in self._of(StageSettings):
            view = self.board.customer.stages.get(block.id)
            if settings.customer is not None:
                view = CustomerStage.model_validate(settings.customer.model_dump())
            if "customer" not in settings.audience:
                view = (view or CustomerStage()).model_copy(update={"hidden": True})
            if view is not None:
                stages[block.id] = view
        return self.board.customer.model_copy(update={"stages": stages})


def _told_by(sources: tuple[str, ...]) -> Condition:
    return Condition(field=SOURCE_FIELD, op="in", value=sorted(set(sources)))
