"""Request bodies: what is refused names its field; nothing is read by halves; nothing breaks the reader."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests import pictures
from tests.properties import examples
from tests.worlds import World, sqlite_copy, us
from waypost.domain.errors import FieldError
from waypost.domain.instants import TzSource
from waypost.domain.statement import UNMAPPED, Classifier, Evidence, Kind, Statement
from waypost.domain.subject import LinkClaim, LinkRel, Subject, SubjectKind
from waypost.domain.vocabulary import load
from waypost.services.ingest import MAX_BYTES, MAX_EVENTS, Outcome, outcomes, read_body
from waypost.store.engine import open_engine
from waypost.store.migrate import upgrade

NOW = us("2026-11-23T12:00:00Z")
GOOD: dict[str, Any] = {
    "specversion": "1.0",
    "id": "evt-1",
    "source": "shop.example",
    "type": "payment.captured",
    "subject": "order/1001",
    "time": "2026-11-23T10:00:00+08:00",
}


def event(data: Any = None, **changes: Any) -> dict[str, Any]:
    """A good event with changes; a field changed to `...` is left out."""
    item = {**GOOD, "id": "evt-2", **({} if data is None else {"data": data}), **changes}
    return {name: value for name, value in item.items() if value is not ...}


def read(body: Any) -> Any:
    return read_body(json.dumps(body).encode(), load(), NOW)


def link(**changes: Any) -> dict[str, Any]:
    entry = {"rel": "exchanges", "to": "order/2", **changes}
    return {"links": [{name: value for name, value in entry.items() if value is not ...}]}


BAD: list[tuple[dict[str, Any], str]] = [
    (event(specversion="0.3"), "specversion"),
    (event(specversion=1.0), "specversion"),
    (event(specversion=[["1.0"] * 99]), "specversion"),
    (event(id=...), "id"),
    (event(id=""), "id"),
    (event(id=" "), "id"),
    (event(id=17), "id"),
    (event(id="x" * 181), "id"),
    (event(id="a\x00b"), "id"),
    (event(id="\ud800"), "id"),
    (event(source=...), "source"),
    (event(source=None), "source"),
    (event(source={"name": "shop"}), "source"),
    (event(type=...), "type"),
    (event(type="x" * 181), "type"),
    (event(subject=...), "subject"),
    (event(subject="1001"), "subject"),
    (event(subject="basket/1001"), "subject"),
    (event(subject="order/"), "subject"),
    (event(subject="Order/1001"), "subject"),
    (event(subject="order/" + "x" * 181), "subject"),
    (event(subject="order/\udfff"), "subject"),
    (event(time="2026-11-23T10:00:00"), "time"),
    (event(time="2026-11-23"), "time"),
    (event(time=1764000000), "time"),
    (event(time="yesterday"), "time"),
    (event(time="1948-05-05T10:00:00Z"), "time"),
    (event(time="2091-05-05T10:00:00Z"), "time"),
    (event(time="2026-11-24T12:00:01Z"), "time"),
    (event({"classifier": "planned"}, time="2033-05-05T10:00:00Z"), "time"),
    (event("delivered"), "data"),
    (event([]), "data"),
    (event({"colour": "red"}), "data.colour"),
    (event({"colour\x00\ud800": "red"}), "data.colour\\u0000\\ud800"),
    (event({"at": "2026-11-23T10:00:00"}), "data.at"),
    (event({"at": "23.11.2026", "zone": "Europe/Berlin"}), "data.at"),
    (event({"at": "1948-05-05", "zone": "UTC"}), "data.at"),
    (event({"at": "2091-05-05", "zone": "UTC"}), "data.at"),
    (event({"at": "2026-11-23\ud80010:00:00Z"}), "data.at"),
    (event({"at": 5}), "data.at"),
    (event({"at": "2026-11-23T10:00:00Z"}, time="2026-11-30T10:00:00Z"), "time"),
    (event({"at": "2026-11-23T10:00:00Z"}, time="1948-11-30T10:00:00Z"), "time"),
    (event({"at": "2027-01-01", "zone": "UTC", "classifier": "planned"}, time="2026-12-24T10:00:00Z"), "time"),
    (event({"at": "2026-11-23", "zone": "Mars/Olympus"}), "zone"),
    (event({"at": "2026-11-23", "zone": 8}), "data.zone"),
    (event({"classifier": "maybe"}), "data.classifier"),
    (event({"classifier": ["actual"]}), "data.classifier"),
    (event({"classifier": ""}), "data.classifier"),
    (event({"evidence": "rumour"}), "data.evidence"),
    (event({"evidence": "predicted"}), "data.evidence"),
    (event({"kind": "undo"}), "data.kind"),
    (event({"kind": "retract"}), "data.target"),
    (event({"kind": "correct", "target": ""}), "data.target"),
    (event({"target": "evt-0"}), "data.target"),
    (event({"quantity": -1}), "data.quantity"),
    (event({"quantity": "2"}), "data.quantity"),
    (event({"quantity": True}), "data.quantity"),
    (event({"quantity": 10**400}), "data.quantity"),
    (event({"quantity": 10**19}), "data.quantity"),
    (event({"lat": 90.1}), "data.lat"),
    (event({"lat": -91, "lon": 0}), "data.lat"),
    (event({"lon": 181}), "data.lon"),
    (event({"lon": "121.4"}), "data.lon"),
    (event({"place": 7}), "data.place"),
    (event({"place": "x" * 181}), "data.place"),
    (event({"word": "x" * 4001}), "data.word"),
    (event({"word": "\x00"}), "data.word"),
    (event({"reason": "x" * 65}), "data.reason"),
    (event({"scope": "x" * 65}), "data.scope"),
    (event({"scope": ["a"]}), "data.scope"),
    (event({"simulated": "yes"}), "data.simulated"),
    (event({"simulated": 1}), "data.simulated"),
    (event({"attributes": []}), "data.attributes"),
    (event({"attributes": {"a": {}}}), "data.attributes"),
    (event({"attributes": {"a": [1]}}), "data.attributes"),
    (event({"attributes": {f"a{n}": n for n in range(65)}}), "data.attributes"),
    (event({"attributes": {"a" * 65: 1}}), "data.attributes"),
    (event({"attributes": {"a\x00": 1}}), "data.attributes"),
    (event({"attributes": {"a": "x" * 1001}}), "data.attributes.a"),
    (event({"attributes": {"a": "\ud800"}}), "data.attributes.a"),
    (event({"attributes": {"value": 10**400}}), "data.attributes.value"),
    (event({"links": {}}), "data.links"),
    (event({"links": [link()["links"][0]] * 1001}), "data.links"),
    (event({"links": ["order/2"]}), "data.links[0]"),
    (event(link(weight=2)), "data.links[0]"),
    (event(link(rel=...)), "data.links[0].rel"),
    (event(link(rel="eats")), "data.links[0].rel"),
    (event(link(rel=[])), "data.links[0].rel"),
    (event(link(rel={})), "data.links[0].rel"),
    (event(link(to=...)), "data.links[0].to"),
    (event(link(to=2)), "data.links[0].to"),
    (event(link(to="2")), "data.links[0].to"),
    (event(link(to="order/a\x00b")), "data.links[0].to"),
    (event(link(to="order/\udc00")), "data.links[0].to"),
    (event(link(to="order/" + "x" * 181)), "data.links[0].to"),
    (event(link(to="parcel/2")), "data.links[0]"),
    (event(link(rel="carries")), "data.links[0]"),
    (event(link(scope="x" * 65)), "data.links[0].scope"),
    (event(link(scope=5)), "data.links[0].scope"),
    (event(link(quantity=-2)), "data.links[0].quantity"),
    (event(link(quantity=True)), "data.links[0].quantity"),
    (event({"links": [*link()["links"], {"rel": "exchanges", "to": "order/3", "from": "noon"}]}), "data.links[1].from"),
    (event(link(until=5)), "data.links[0].until"),
]  # fmt: skip


@pytest.mark.parametrize(("item", "field"), BAD, ids=[f"{n} {field}" for n, (_, field) in enumerate(BAD)])
def test_a_bad_event_names_its_field(item: dict[str, Any], field: str) -> None:
    with pytest.raises(FieldError) as refused:
        read(item)
    error = refused.value
    assert error.field == field
    assert error.problem
    assert error.remedy
    assert len(str(error)) < 700
    json.dumps(error.as_dict(), ensure_ascii=False).encode()

    # In a batch the same event goes to quarantine, and its neighbours are read.
    reading = read([GOOD, item, GOOD])
    (held,) = reading.refused
    assert (held.field, held.problem, held.remedy) == (error.field, error.problem, error.remedy)
    assert [said.event_id for said in reading.said] == ["evt-1", "evt-1"]
    assert json.loads(held.raw) == json.loads(json.dumps(item))
    "".join(held).encode()
    told = outcomes(reading, ["accepted", "duplicate"])
    assert [outcome.status for outcome in told] == ["accepted", "quarantined", "duplicate"]
    assert told[1] == Outcome(held.event_id or None, "quarantined", error.field, error.problem, error.remedy)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"17",
        b'"order"',
        b"{",
        b'[{"specversion": "1.0"',
        json.dumps(GOOD).encode()[:-1],
        json.dumps([GOOD, GOOD]).encode()[:-20],
        json.dumps(GOOD).encode() + b",",
        json.dumps(GOOD).encode("utf-16"),
        json.dumps(GOOD | {"id": "é"}, ensure_ascii=False).encode("latin-1"),
        b'{"specversion": "1.0", "id": "\xed\xa0\x80"}',
        b'[{"specversion": "1.0", "data": {"quantity": NaN}}]',
        b'{"data": {"lat": -Infinity}}',
        b"[" * 100_000,
        b"[" * 900 + b"]" * 900,
        b'{"a":' * 50_000,
        b'[{"a": 1}, {"b": 2}]',
        b"[1, 2, 3]",
        b"[null]",
        b"1" * 5_000,
        b"9" * (MAX_BYTES + 1),
        json.dumps([GOOD] * (MAX_EVENTS + 1)).encode(),
    ],
    ids=lambda body: f"{body[:24]!r} {len(body)}",
)
def test_a_body_that_is_no_batch_is_refused_whole(body: bytes) -> None:
    with pytest.raises(FieldError) as refused:
        read_body(body, load(), NOW)
    assert refused.value.field == "body"
    assert len(str(refused.value)) < 400


def test_a_payload_nested_too_deeply_for_json_is_refused_not_crashed() -> None:
    for depth in range(700, 1_100, 20):
        body = b'[{"specversion": "1.0", "data": {"payload": %s1%s}}]' % (b"[" * depth, b"]" * depth)
        try:
            reading = read_body(body, load(), NOW)
        except FieldError as error:
            assert error.field == "body"  # noqa: PT017
        else:
            assert [held.field for held in reading.refused] == ["source"]


def test_everything_that_can_be_said_is_read() -> None:
    said = event(
        {
            "classifier": "estimated", "evidence": "predicted", "at": "2026-11-25", "zone": "America/Sao_Paulo",
            "place": "GRU", "lat": -23.4, "lon": -46.5, "word": "saiu", "reason": "carrier.capacity", "quantity": 2,
            "kind": "correct", "target": "evt-0", "attributes": {"channel": "tmall", "value": 129.0, "gift": None},
            "links": [{"rel": "carries", "to": "order/1", "quantity": 1, "scope": "", "from": "2026-11-23T00:00:00Z"}],
            "simulated": True, "scope": "shop-2", "payload": {"raw": [1, "\ud800"]},
        },
        subject="parcel/SF1", type="delivery.delivered",
    )  # fmt: skip
    (statement,) = read(said).said
    assert statement == Statement(
        "shop.example", "evt-2", Subject(SubjectKind.PARCEL, "SF1", "shop-2"), "delivery.delivered", 33,
        us("2026-11-25T03:00:00Z"), us("2026-11-26T03:00:00Z"), us("2026-11-23T02:00:00Z"), "2026-11-25", TzSource.ZONE,
        Evidence.PREDICTED, Classifier.ESTIMATED, Kind.CORRECT, "evt-0", None, 2.0, "carrier.capacity", "GRU", -23.4,
        -46.5, "saiu", {"channel": "tmall", "value": 129.0, "gift": None},
        (LinkClaim(LinkRel.CARRIES, Subject(SubjectKind.ORDER, "1", ""), 1.0, us("2026-11-23T00:00:00Z")),),
        True, '{"raw": [1, "\\ud800"]}',
    )  # fmt: skip


def test_what_is_left_out_or_null_takes_its_default() -> None:
    empty = dict.fromkeys(
        ["classifier", "evidence", "at", "zone", "place", "lat", "lon", "word", "reason", "quantity", "kind", "target"]
    ) | dict.fromkeys(["attributes", "links", "scope", "payload"])
    for item in (event(), event(None), event({}), event(empty)):
        (statement,) = read(item).said
        assert statement == Statement(
            "shop.example", "evt-2", Subject(SubjectKind.ORDER, "1001"), "payment.captured", 9,
            us("2026-11-23T02:00:00Z"), None, us("2026-11-23T02:00:00Z"), "2026-11-23T10:00:00+08:00",
        )  # fmt: skip
    (undated,) = read(event(time=...)).said
    assert (undated.at, undated.stated_at, undated.tz_source) == (None, None, TzSource.UNDATED)
    (other,) = read(event({"scope": "a", "links": [{"rel": "exchanges", "to": "order/2"}]})).said
    assert other.links[0].to == Subject(SubjectKind.ORDER, "2", "a")  # the same name space


def test_an_unknown_code_is_kept_as_the_partners_word() -> None:
    (said,) = read(event(type="SCAN-17")).said
    assert (said.code, said.slot, said.word, said.repeats) == (UNMAPPED, None, "SCAN-17", None)
    (said,) = read(event({"word": "妥投"}, type=UNMAPPED)).said
    assert (said.code, said.word) == (UNMAPPED, "妥投")


def test_a_mark_at_the_start_and_an_empty_batch_are_fine() -> None:
    assert len(read_body(b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), load(), NOW).said) == 1
    assert read([]).said == []


def test_what_is_kept_as_it_came_keeps_every_digit() -> None:
    digits, body = "9" * 40, b'{"weight": %s, "code": 18446744073709551617}' % (b"9" * 40)
    whole = json.dumps(GOOD | {"data": {"payload": "HERE"}}).encode().replace(b'"HERE"', body)
    (said,) = read_body(whole, load(), NOW).said
    assert said.payload == body.decode()
    many = b'[{"specversion": "1.0", "data": {"quantity": %s}}]' % digits.encode()
    assert digits in read_body(many, load(), NOW).refused[0].raw


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON = st.recursive(
    SCALARS | st.sampled_from([10**400, "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["channel", "carrier", "service", "value", "currency", "customer", "tier"]), SCALARS, max_size=4
)
NAMES = [
    *("classifier", "evidence", "at", "zone", "place", "lat", "lon", "word", "reason", "quantity", "kind", "target"),
    *("attributes", "links", "simulated", "scope", "payload", "else"),
]
WORDS = st.sampled_from(
    ["actual", "planned", "scanned", "retract", "UTC", "Europe/Berlin", "2026-11-20", "2026-11-20T10:00:00Z", 2, -1, ""]
)
LINKS = st.lists(
    st.fixed_dictionaries(
        {"rel": st.sampled_from(["carries", "line_of", "inside"]) | JSON, "to": st.sampled_from(["order/1"]) | JSON},
        optional=dict.fromkeys(("quantity", "from", "until", "scope", "else"), JSON | WORDS),
    ),
    max_size=3,
)
EVENTS = st.fixed_dictionaries(
    {"specversion": st.just("1.0")},
    optional={
        "id": st.sampled_from(["a", "b"]) | JSON,
        "source": st.just("s") | JSON,
        "type": st.sampled_from(["order.created", "new"]) | JSON,
        "subject": st.sampled_from(["order/1", "parcel/2"]) | JSON,
        "time": st.just("2026-11-20T10:00:00Z") | JSON,
        "data": JSON
        | st.fixed_dictionaries({"attributes": ATTRIBUTES})
        | st.dictionaries(st.sampled_from(NAMES), JSON | WORDS | LINKS, max_size=5),
    },
)


@examples(8)
@given(body=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(body=b'"\\ud800"')
def test_no_bytes_break_the_reader(body: bytes) -> None:
    _is_whole(body)


@examples(8)
@given(item=EVENTS | st.lists(EVENTS | JSON, max_size=4))
def test_no_json_breaks_the_reader(item: Any) -> None:
    body = json.dumps(item).encode()
    _is_whole(body)
    assert _read_or_refused(body) == _read_or_refused(b"\xef\xbb\xbf" + body)  # with a mark, the careful way


def _is_whole(body: bytes) -> None:
    """Either refused as a whole, or every event of it is a statement or a refusal, in its place."""
    try:
        reading = read_body(body, load(), NOW)
    except FieldError as error:
        json.dumps(error.as_dict(), ensure_ascii=False).encode()
        return
    parsed = json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    items = parsed if isinstance(parsed, list) else [parsed]
    assert len(reading.places) == len(items) == len(reading.said) + len(reading.refused)
    for item, (is_statement, place) in zip(items, reading.places, strict=True):
        if is_statement:
            said = reading.said[place]
            assert (said.event_id, said.source, str(said.subject)) == (item["id"], item["source"], item["subject"])
        else:
            assert json.loads(reading.refused[place].raw) == item
    repr([tuple(said) for said in reading.said]).encode()


@examples(0.5)
@given(batches=st.lists(st.lists(EVENTS, max_size=5), min_size=1, max_size=3))
def test_whatever_is_read_can_be_stored_and_shown(batches: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    world = World(sqlite_copy(tmp_path_factory.getbasetemp()), "2026-11-23T12:00:00Z")
    try:
        _store(world, batches)
    finally:
        world.close()


@pytest.mark.service
def test_and_on_postgresql(pg_url: str) -> None:
    engine = open_engine(pg_url)
    upgrade(engine)
    world = World(engine, "2026-11-23T12:00:00Z")

    @examples(0.5)
    @given(batches=st.lists(st.lists(EVENTS, max_size=5), min_size=1, max_size=3))
    def run(batches: list[Any]) -> None:
        _store(world, batches)

    try:
        run()
    finally:
        world.close()


def _store(world: World, batches: list[Any]) -> None:
    for batch in batches:
        if not batch:
            continue
        reading = read_body(json.dumps(batch).encode(), load(), NOW)
        receipt = world.store(reading.said, reading.refused)
        assert set(receipt.outcomes) <= {"accepted", "duplicate", "unmapped"}
        pictures.live(world.view())


def _read_or_refused(body: bytes) -> Any:
    try:
        return read_body(body, load(), NOW)
    except FieldError as error:
        return error.as_dict()
