"""What a row says beside its statements: attributes, identifiers and links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.table_file.cells import KEY_LIMIT, CellError
from connectors.table_file.mapping import AttributeRule, LinkRule, TableRule
from connectors.table_file.numbers import read_number
from connectors.table_file.times import TimeCell, Times
from waypost.domain.subject import KINDS, LinkClaim, Subject, SubjectKind

Cells = Sequence[Any]  # texts and dates of the row's own cells, and numbers of its joins
TEXT_LIMIT = 1_000
NUMBER_LIMIT = 1e15  # beyond it a float no longer tells every unit apart


def text_at(cells: Cells, place: int, column: str, limit: int = KEY_LIMIT) -> str | None:
    """The text of a cell, None when it is empty. Errors: CellError when it is longer than `limit`."""
    text = str(cells[place])
    if len(text) > limit:
        raise CellError(column, f"the text is {len(text)} characters long.", f"Shorten it to {limit}.")
    return text or None


def number_at(
    cells: Cells, place: int, column: str, decimal: str, low: float = -NUMBER_LIMIT, high: float = NUMBER_LIMIT
) -> float | None:  # fmt: skip
    """The number in a cell, None when it is empty. Errors: CellError when it is none, or out of range."""
    cell = cells[place]
    if cell == "":
        return None
    try:
        number = float(cell if isinstance(cell, Decimal | int) else read_number(str(cell), decimal))
    except ValueError as error:
        raise CellError(column, f"{error}.", 'Correct the cell, or set "decimal" of the table.') from None
    if not low <= number <= high:
        raise CellError(column, f"{number:g} is not between {low:g} and {high:g}.", "Correct the cell.")
    return number


def ref_of(cells: Cells, places: Sequence[int], columns: Sequence[str]) -> str:
    """The id of a subject. Errors: CellError when a part of it is empty, or it is too long."""
    parts = [str(cells[place]) for place in places]
    if not all(parts):
        column = columns[parts.index("")]
        raise CellError(column, "the id is empty, so nobody knows what the row is about.", "Fill in the id.")
    ref = "-".join(parts)
    if len(ref) > KEY_LIMIT:
        raise CellError(columns[0], f"the id is {len(ref)} characters long.", f"Use at most {KEY_LIMIT}.")
    return ref


class Extras:
    """The attributes, identifiers and links of one table, bound to the places of its columns."""

    def __init__(
        self,
        rule: TableRule,
        places: Mapping[str, int],
        times: Times,
        scope: str,
    ) -> None:
        self._rule, self._places, self._scope = rule, places, scope
        self._links = [
            (link, times(link.start) if link.start else None, times(link.until) if link.until else None)
            for link in rule.links
        ]
        self._attributes: dict[str, AttributeRule] = dict(rule.attributes)
        self._attributes.update((name, AttributeRule(column=columns)) for name, columns in rule.identifiers.items())

    def attributes(self, cells: Cells, bad: list[CellError]) -> dict[str, Any] | None:
        """The attributes that a row gives; cells that cannot be used are added to `bad`."""
        found: dict[str, Any] = {}
        for name, rule in self._attributes.items():
            try:
                value = rule.value if rule.column is None else self._value(cells, rule)
            except CellError as error:
                bad.append(error)
                continue
            if value is not None:
                found[name] = value
        return found or None

    def links(self, cells: Cells, bad: list[CellError]) -> tuple[LinkClaim, ...]:
        """The links that a row claims; a link to an empty id is none."""
        claims = []
        for rule, start, until in self._links:
            places = [self._places[column] for column in rule.to.id]
            if all(cells[place] == "" for place in places):
                continue
            try:
                claims.append(self._claim(cells, rule, places, start, until))
            except CellError as error:
                bad.append(error)
        return tuple(claims)

    def _claim(
        self, cells: Cells, rule: LinkRule, places: Sequence[int], start: TimeCell | None, until: TimeCell | None
    ) -> LinkClaim:  # fmt: skip
        to = Subject(SubjectKind(KINDS[rule.to.kind]), ref_of(cells, places, rule.to.id), self._scope)
        quantity = None
        if rule.quantity is not None:
            quantity = number_at(cells, self._places[rule.quantity], rule.quantity, self._rule.decimal, low=0)
        begun, ended = (None if cell is None else cell.moment(cells).at for cell in (start, until))
        return LinkClaim(rule.relation, to, quantity, begun, ended)

    def _value(self, cells: Cells, rule: AttributeRule) -> str | float | None:
        value: str | float | None
        for column in rule.column or ():
            place = self._places[column]
            if rule.type == "number":
                number = number_at(cells, place, column, self._rule.decimal)
                value = int(number) if number is not None and number.is_integer() else number
            else:
                value = text_at(cells, place, column, TEXT_LIMIT)
            if value is not None:
                return value
        return None
