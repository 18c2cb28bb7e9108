"""A plain board for a journey that never had one: a source, and its stages in a row."""

from __future__ import annotations

from waypost.journeys.boards.document import Block, Board, Wire
from waypost.journeys.document import Journey


def board_of(journey: Journey) -> Board:
    """The board that is compiled to this journey."""
    body = journey.as_json()
    blocks, wires, before = [Block(id="source", kind="source", set={"name": "All"})], [], "source"
    for n, stage in enumerate(body["stages"]):
        kind = "kpi" if stage["span"] else "stage"
        keep = {k: stage[k] for k in ("name", "icon", "grain", "start", "end", "target", "owner", "card", "audience")}
        if kind == "stage":
            wires.append(Wire(from_=before, to=stage["id"]))
            before = stage["id"]
            if stage["id"] in body["customer"]["stages"]:
                keep["customer"] = body["customer"]["stages"][stage["id"]]
        blocks.append(Block(id=stage["id"], kind=kind, x=n * 200, set=keep))
    return Board(
        id=journey.id,
        name=journey.name,
        purpose=journey.purpose,
        zone=journey.zone,
        subject=journey.subject,
        priority=journey.assign.priority,
        when=journey.assign.when,
        any=journey.assign.any,
        exits=journey.exits,
        blocks=tuple(blocks),
        wires=tuple(wires),
        customer=journey.customer.model_copy(update={"stages": {}}),
    )
