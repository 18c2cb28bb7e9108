"""A statement that could not be made, as the CloudEvent that a person repairs in quarantine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.table_file.cells import Place
from connectors.table_file.mapping import StatementRule
from waypost.domain.statement import UNMAPPED
from waypost.domain.subject import Subject


def draft(
    rule: StatementRule,
    source: str,
    event_id: str,
    subject: Subject,
    zone: str | None,
    cells: Sequence[Any],
    places: Mapping[str, int],
    here: Place,
) -> str:
    """The event as JSON, its bad value still in it and the whole row beside it as payload."""

    def text(column: str | None) -> str | None:
        return (str(cells[places[column]]) or None) if column else None

    word = text(rule.words.column) if rule.words else None
    code = rule.code if rule.words is None else rule.words.codes.get(word or "", UNMAPPED)
    data = {
        "classifier": rule.classifier,
        "evidence": rule.evidence,
        "at": text(rule.at.column) if rule.at else None,
        "zone": zone,
        "scope": subject.scope or None,
        "place": text(rule.place),
        "lat": text(rule.lat),
        "lon": text(rule.lon),
        "quantity": text(rule.quantity),
        "word": word,
        "payload": here.row,
    }
    event = {
        "specversion": "1.0",
        "source": source,
        "id": event_id,
        "type": code or UNMAPPED,
        "subject": str(subject),
        "data": {name: value for name, value in data.items() if value is not None},
    }
    return json.dumps(event, ensure_ascii=False, sort_keys=True)
