"""What is missing or wrong on a board, in words: what it is, and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from waypost.domain.vocabulary import load as load_vocabulary
from waypost.i18n import N_
from waypost.journeys.boards.check import Problem
from waypost.journeys.boards.document import Board
from waypost.web import builder_words
from waypost.web.builder_conditions import field_label
from waypost.web.format import Format

Found = Mapping[str, Sequence[tuple[str, str]]]
TEXTS: Final = {
    "board_empty": N_("The board is empty. Drag a source in and stages behind it, or start from a template."),
    "source_missing": N_("No source yet: drag one in, so that orders can come."),
    "stage_missing": N_("No stage yet: drag one in and wire the source to it."),
    "stages_many": N_("{count} stages are more than anybody reads. Split it into boards of at most {most}."),
    "panel_missing": N_("No panel yet: the published board shows only its stages. Drag one in."),
    "never_holds": N_("No order can fit these conditions: they exclude each other. Take one out."),
    "calendar_twice": N_("Two business hours have the same id '{calendar}'. Take one out."),
    "customer_event_twice": N_("The event {event} is both named and hidden for customers. Choose one."),
    "customer_sees_nothing": N_("Customers would see no stage at all. Show them at least one."),
    "wire_forbidden": N_("{kind} cannot lead to {to_kind}. Take the wire away."),
    "port_unknown": N_("A wire leaves from a way that is gone. Take it away or wire it anew."),
    "source_unconnected": N_("It leads nowhere. Draw a wire from it to the first stage."),
    "source_twice": N_("Another source block takes the same source. Take it out of one of them."),
    "cycle": N_("Its wires lead in a circle. Take the wire away that leads back."),
    "ways_many": N_("Too many ways come together here. Use fewer branches before it."),
    "takes_all": N_(
        "It takes every order, also those of '{name}' and of all other boards with a lower priority. "
        "Say which orders it takes, name its sources, or lower its priority."
    ),
    "unreached": N_("No order comes here. Draw a wire from a source or a stage to it."),
    "output_unused": N_("The way '{name}' leads nowhere: its orders are in no stage. Draw a wire from it."),
    "start_is_end": N_("It starts and ends with {milestone}. Choose a later end."),
    "end_before_start": N_("{end} usually comes before {start}. Are they the right way round?"),
    "target_missing": N_("It has no target, so it never warns. Enter when to warn or block."),
    "start_too_early": N_("It starts with {milestone}, as the stage '{name}' before it does. Are they in order?"),
    "stage_twin": N_("The stage '{name}' measures the same. Change the start or the end of one of them."),
    "before_never_comes": N_("No stage on its way reaches {milestone}, so nobody would notice the gate."),
    "text_missing": N_("The panel has no text. Write one."),
    "panel_empty": N_("There is nothing on the board that this panel could show. Add a stage or a KPI."),
    "panel_gone": N_("The block that this panel showed is gone. Choose another."),
    "panel_misfit": N_("This panel cannot show that kind of block. Choose another."),
    "removed": N_("The source {source} is gone. Take it out here, or connect it again."),
    "case_without_conditions": N_("The way '{name}' has no condition. Say which orders take it."),
    "case_impossible": N_("No order can take the way '{name}': its conditions exclude each other."),
    "case_never_reached": N_("All orders of the way '{name}' are taken by '{by_name}' before. Change their order."),
    "case_twice": N_("Two ways have the same id '{case}'. Take one out."),
    "field_unknown": N_("Orders have no '{field}' so far. Check the word, or wait for the first order with it."),
    "number_expected": N_("This must be a number."),
    "value_missing": N_("Choose at least one word for {field}."),
    "value_unreadable": N_("What is entered for {field} cannot be read. Enter it again."),
    "after_missing": N_("Say from which milestone on it holds."),
    "before_missing": N_("Say before which milestone it must be released."),
    "start_missing": N_("Say which milestone it starts with."),
    "end_missing": N_("Say which milestone it ends with."),
    "cases_missing": N_("Add at least one way."),
    "show_missing": N_("Say what the panel shows."),
    "name_missing": N_("Give it a name."),
    "name_long": N_("This text is too long: at most 200 characters."),
    "duration_unreadable": N_("This is no duration. Enter a number and its unit."),
    "target_zero": N_("It must be longer than zero."),
    "target_order": N_("Warning must come before blocking. Make the first shorter or the second longer."),
    "milestone_unknown": N_("'{given}' is no milestone of the vocabulary. Choose another."),
    "milestone_code": N_("'{milestone}' is no milestone of orders. Choose another."),
    "promise_without_milestone": N_("Nobody promises that. Choose the milestone that is promised."),
    "grain_of_returns": N_("Only a board of returns counts returns. Choose orders or parcels."),
    "calendar_unknown": N_("These business hours are gone. Choose others."),
    "kind_unknown": N_("This version of Waypost does not know this kind of block. Take it out."),
    "setting_unknown": N_("There is a setting that nobody knows. Enter it again or take the block out."),
    "setting_unreadable": N_("What is entered here cannot be read. Enter it again."),
}

_NOTHING: Final = dict.fromkeys(re.findall(r"{(\w+)}", "".join(TEXTS.values())), "")


def text(problem: Problem, fmt: Format) -> str:
    """A problem with its remedy, in the reader's language."""
    known = TEXTS.get(problem.code)
    if known is None:
        return fmt.t("Something is wrong with {part}. Enter it again.", part=builder_words.part(problem.field, fmt.t))
    values = {name: _value(name, given, fmt) for name, given in problem.values.items()}
    return fmt.t(known, **{**_NOTHING, **values})


def _value(name: str, given: Any, fmt: Format) -> str:
    if isinstance(given, Mapping):
        return builder_words.spoken(given, fmt.lang)
    if name in ("milestone", "start", "end", "event", "given"):
        return load_vocabulary().label(str(given), fmt.lang) or str(given)
    if name in ("kind", "to_kind") and given in builder_words.KINDS:
        return fmt.t(builder_words.KINDS[given])
    if name == "field":
        return field_label(str(given), fmt)
    return str(given)


def of_block(problems: Sequence[Problem], block: str | None, fmt: Format) -> Found:
    """The problems of one block by setting."""
    found: dict[str, list[tuple[str, str]]] = {}
    for problem in problems:
        if problem.block == block:
            found.setdefault(problem.field, []).append((problem.level, text(problem, fmt)))
    return found


def where(problem: Problem, board: Board, fmt: Format) -> str:
    """The block that a problem is on, and the setting."""
    block = board.block(problem.block) if problem.block else None
    return builder_words.title(block, fmt.t) if block else fmt.t("The board")
