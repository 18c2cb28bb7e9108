"""Which columns a table rule speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.table_file.entries import TimeColumn
from connectors.table_file.mapping import TableRule


def time_columns(rule: TableRule) -> Iterator[tuple[str, TimeColumn]]:
    """Every time column of a table, with its path inside the table's entry of the document."""
    for number, said in enumerate(rule.statements):
        if said.at:
            yield f"statements[{number}].at", said.at
        if said.stated_at:
            yield f"statements[{number}].stated_at", said.stated_at
    for number, link in enumerate(rule.links):
        if link.start:
            yield f"links[{number}].from", link.start
        if link.until:
            yield f"links[{number}].until", link.until


def columns_of(rule: TableRule) -> list[str]:
    """Every column that the table's own file must have, each once."""
    taken = {name for join in rule.joins for name in join.take}
    return [column for column in dict.fromkeys(_mentioned(rule)) if column not in taken]


def _mentioned(rule: TableRule) -> Iterator[str]:
    yield from rule.subject.id
    yield from (time.column for _, time in time_columns(rule))
    for said in rule.statements:
        yield from (words.column for words in (said.words, said.reason) if words)
        yield from said.id or ()
        yield from (column for column in (said.place, said.lat, said.lon, said.quantity) if column)
    for attribute in rule.attributes.values():
        yield from attribute.column or ()
    for columns in rule.identifiers.values():
        yield from columns
    for link in rule.links:
        yield from link.to.id
        yield from [link.quantity] if link.quantity else []
    for join in rule.joins:
        yield from join.on
