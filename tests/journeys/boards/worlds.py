"""Boards for tests: one written by hand, random ones that mean something, and hostile ones."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import strategies as st

from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.boards.document import Board

IDS = st.from_regex(r"[a-z][a-z0-9_-]{0,5}", fullmatch=True)
MILESTONES = [milestone.id for milestone in load_vocabulary().milestones]


def block(id_: str, kind: str, x: int = 0, y: int = 0, **settings: Any) -> dict[str, Any]:
    return {"id": id_, "kind": kind, "x": x, "y": y, "set": {"name": id_, **settings}}


def wire(from_: str, to: str, port: str = "") -> dict[str, Any]:
    return {"from": from_, "to": to, "port": port}


def stage(id_: str, start: str, end: str, x: int = 0, y: int = 0, **settings: Any) -> dict[str, Any]:
    return block(id_, "stage", x, y, start=[start], end=[end], **settings)


def case(id_: str, field: str, value: Any, op: str = "eq") -> dict[str, Any]:
    return {"id": id_, "name": id_, "when": [{"field": field, "op": op, "value": value}]}


def body(blocks: list[dict[str, Any]], wires: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"format": 1, "id": "shop", "name": "Shop", "blocks": blocks, "wires": wires, **more}


def board(blocks: list[dict[str, Any]], wires: list[dict[str, Any]], **more: Any) -> Board:
    return Board.model_validate(body(blocks, wires, **more))


def chain(*names: str) -> list[dict[str, Any]]:
    return [wire(a, b) for a, b in itertools.pairwise(names)]


def shop(**more: Any) -> Board:
    """Orders of a shop: foreign ones go over customs, dear ones are held until somebody looked."""
    return board(
        [
            block("shopify", "source", 0, 0, sources=["shop.example"]),
            stage("pay", "order_created", "paid", 200, 0, target={"yellow": "12h", "red": "2d"}),
            block("dear", "gate", 400, 0, after=["paid"], before=["dispatched"],
                  when=[{"field": "value", "op": "gte", "value": 1000}]),
            stage("pack", "paid", "dispatched", 600, 0, card=True, audience=["staff"]),
            block("where", "branch", 800, 0, cases=[case("abroad", "destination", ["US", "DE"], "in")]),
            stage("customs", "dispatched", "customs_cleared", 1000, 0, grain="parcel", calendar="office"),
            stage("post", "customs_cleared", "delivered", 1200, 0),
            stage("truck", "dispatched", "delivered", 1000, 200, customer={"label": {"en": "On its way"}}),
            block("total", "kpi", 0, 400, start=["order_created"], end=["delivered"], target={"red": "9d"}),
            block("figures", "panel", 0, 600, show="kpi"),
            block("word", "panel", 0, 800, show="text", text="Hello"),
        ],
        [
            *chain("shopify", "pay", "dear", "pack", "where"),
            wire("where", "customs", "abroad"), wire("customs", "post"), wire("where", "truck", "else"),
            wire("total", "figures"),
        ],
        **{
            "calendars": [{"id": "office", "name": "Office", "week": [["09:00-18:00"]] * 5 + [[], []]}],
            "exits": [{"milestone": "cancelled", "outcome": "cancelled"}],
            **more,
        },
    )  # fmt: skip


def returns(**more: Any) -> Board:
    """Exchanges and refunds part after the inspection; what was not approved in time is held."""
    return board(
        [
            block("desk", "source", sources=["service.example"]),
            stage("approval", "return_requested", "return.approved", target={"red": "2d"}),
            block("watch", "gate", after=["return.approved"], before=["return_received"],
                  when=[{"field": "value", "op": "gte", "value": 2000}]),
            stage("back", "return.approved", "return_received", grain="parcel"),
            stage("inspection", "return_received", "return.inspected"),
            block("wish", "branch", cases=[case("exchange", "wish", "exchange")]),
            stage("replace", "return.inspected", "return.replacement_sent"),
            stage("refund", "return.inspected", "refunded"),
            block("whole", "kpi", start=["return_requested"], end=["refunded", "return.replacement_sent"],
                  target={"red": "21d"}),
            block("figures", "panel", show="kpi"),
        ],
        [*chain("desk", "approval", "watch", "back", "inspection", "wish"), wire("wish", "replace", "exchange"),
         wire("wish", "refund", "else")],
        subject="return",
        exits=[{"milestone": "return.rejected", "outcome": "rejected"}],
        **more,
    )  # fmt: skip


@st.composite
def flows(draw: st.DrawFn) -> dict[str, Any]:
    """A random board whose wires lead from earlier blocks to later ones; often sound, not always."""
    count = draw(st.integers(1, 7))
    blocks, wires = [block("in", "source", sources=draw(st.lists(st.sampled_from(["a.example", "b.example"]))))], []
    for number in range(count):
        name = f"b{number}"
        blocks.append(_random_block(draw, name, number))
        for before in draw(st.sets(st.integers(0, number), min_size=1, max_size=2)):
            head = blocks[before]
            ports = [c["id"] for c in head["set"].get("cases", [])] + ["else"] if head["kind"] == "branch" else [""]
            for port in draw(st.sets(st.sampled_from(ports), min_size=1)):
                wires.append(wire(head["id"], name, port))
    blocks.append(block("figures", "panel", show=draw(st.sampled_from(["at_risk", "funnel", "text"])), text="x"))
    if draw(st.booleans()):
        blocks.append(block("kpi", "kpi", start=["paid"], end=["delivered"], target={"red": "1d"}))
    return body(blocks, wires)


def _random_block(draw: st.DrawFn, name: str, number: int) -> dict[str, Any]:
    kind = draw(st.sampled_from(["stage", "stage", "branch", "gate"])) if number else "stage"
    x, y = draw(st.integers(-50, 50)), draw(st.integers(-50, 50))
    one, other = draw(st.sampled_from(MILESTONES)), draw(st.sampled_from(MILESTONES))
    if kind == "stage":
        return stage(name, one, other, x, y, target={"red": draw(st.sampled_from(["1d", "2h", None]))})
    if kind == "gate":
        return block(name, "gate", x, y, after=[one], before=[other])
    fields = draw(st.lists(st.sampled_from(["p", "q", "r", "s"]), min_size=1, max_size=3, unique=True))
    return block(name, "branch", x, y, cases=[case(field, field, "yes") for field in fields])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(MILESTONES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
SETTINGS = [
    "name",
    "start",
    "end",
    "target",
    "cases",
    "sources",
    "after",
    "before",
    "when",
    "any",
    "show",
    "of",
    "text",
    "calendar",
    "grain",
    "card",
    "audience",
    "customer",
    "limit",
    "why",
    "otherwise",
    "segment",
]


def plain(value: Any) -> Any:
    """JSON as the document takes it: what no store can hold is refused by the document itself."""
    if isinstance(value, dict):
        return {name.encode("utf-8", "replace").decode().replace("\0", ""): plain(v) for name, v in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if abs(value) < 2**53 else str(value)
    return value


@st.composite
def _hostile_fields(draw: st.DrawFn) -> dict[str, Any]:
    """Fields of the board that its shape allows, whatever they mean."""
    ops = st.sampled_from(["eq", "ne", "in", "not_in", "gte", "lt", "present", "absent"])
    asked = st.fixed_dictionaries({"field": st.sampled_from(["p", "q", "@source", "\u0000"]), "op": ops, "value": JSON})
    conditions = st.lists(asked.map(plain), max_size=3)
    codes = st.sampled_from([*MILESTONES, "return.approved"])
    calendars = [{"id": draw(IDS), "name": "c", "week": [["00:00-24:00"]] * 7}] * draw(st.integers(0, 2))
    return {
        "when": draw(conditions),
        "any": draw(conditions),
        "subject": draw(st.sampled_from(["order", "return"])),
        "exits": draw(st.lists(st.fixed_dictionaries({"milestone": codes, "outcome": IDS}), max_size=2)),
        "calendars": calendars,
        "customer": {"stages": draw(st.dictionaries(IDS, st.just({"hidden": True}), max_size=3))},
    }


@st.composite
def hostile(draw: st.DrawFn) -> dict[str, Any]:
    """Any structurally sound board, whatever was entered into its blocks."""
    document = draw(flows()) if draw(st.booleans()) else body([], [])
    for one in document["blocks"]:
        if draw(st.booleans()):
            one["set"] |= plain(draw(st.dictionaries(st.sampled_from(SETTINGS), JSON, max_size=4)))
    ids = draw(st.lists(IDS, max_size=6, unique=True))
    names = [one["id"] for one in document["blocks"]]
    kinds = st.sampled_from(["source", "stage", "branch", "gate", "kpi", "panel", "unheard-of"])
    document["blocks"] += [
        {"id": name, "kind": draw(kinds), "set": plain(draw(st.dictionaries(st.sampled_from(SETTINGS), JSON)))}
        for name in ids
        if name not in names
    ]
    document |= draw(_hostile_fields())
    names = [one["id"] for one in document["blocks"]]
    if names:
        ends = st.tuples(st.sampled_from(names), st.sampled_from(names), st.sampled_from(["", "else", "p", "abc"]))
        known = {(w["from"], w["to"], w["port"]) for w in document["wires"]}
        document["wires"] += [wire(*end) for end in draw(st.sets(ends, max_size=6)) if end not in known]
    return document
