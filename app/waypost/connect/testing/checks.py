"""The checks of the conformance suite; each raises AssertionError with what is wrong."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from waypost.connect.contract import Pulls, TakesWebhooks
from waypost.connect.errors import Forged
from waypost.connect.testing.case import Case, Outcome
from waypost.connect.testing.well_formed import check_identity, check_moment, check_refusal, check_types
from waypost.connect.words import split_word
from waypost.domain.errors import WaypostError
from waypost.domain.statement import UNMAPPED, Statement
from waypost.domain.vocabulary import load

PAGE_LIMIT = 1_000
STRANGE = b"zz-never-heard"
_BROKEN = b"\xff\xff\x00\xff"  # in no text encoding that a partner may use
_SECRET_NAME = re.compile(r"secret|token|password|passwd|api_?key|credential", re.IGNORECASE)


def settings(case: Case) -> None:
    """A typed model describes every setting, and a test with valid settings passes."""
    model = type(case.build()).settings_model
    mute = [name for name, entry in model.model_fields.items() if not entry.description]
    assert not mute, f"settings without a description: {mute}"
    assert model.model_config.get("extra") == "forbid", "a misspelt setting must be an error (extra='forbid')"
    case.build().test(case.transport)


def statements(case: Case) -> None:
    """The recorded material gives well-formed statements, and nothing of it is refused."""
    outcome = case.parse()
    assert outcome.error is None, f"the case's own material is refused: {outcome.error}"
    assert not outcome.refused, f"the case's own material is refused: {outcome.refused[0]}"
    assert outcome.said, "no statement came of the case's own material"
    for said in outcome.said:
        with _about(said):
            check_identity(said)
            check_types(said, load())


def times(case: Case) -> None:
    """Every time is in microseconds UTC, plausible, and says where its zone came from."""
    for said in case.parse().said:
        with _about(said):
            check_moment(said, case.now)


def identity(case: Case) -> None:
    """Reading the same material again gives the same statements, and no id stands for two of them."""
    first, second = case.parse().said, case.parse().said
    assert first == second, "the same material gave other statements the second time"
    held: dict[tuple[str, str], Statement] = {}
    for said in first:
        other = held.setdefault((said.source, said.event_id), said)
        assert other == said, f"the id {said.event_id!r} stands for two statements: {other.code} and {said.code}"


def unmapped(case: Case) -> None:
    """A word that nobody knows becomes UNMAPPED with the raw word, never a guess and never a loss."""
    whole, outcome = case.parse(), case.parse(case.replaced(case.word, STRANGE))
    assert outcome.error is None, f"an unknown word must not stop the material: {outcome.error}"
    strange = [said for said in outcome.said if said.word and split_word(said.word)[1] == STRANGE.decode()]
    assert strange, "the statement with the unknown word is lost"
    for said in strange:
        assert said.code == UNMAPPED, f"an unknown word was guessed to be {said.code}"
        assert said.slot is None, "an unknown word fills a milestone"
    assert len(outcome.said) >= len(whole.said), "statements were lost beside the unknown word"


def empty(case: Case) -> None:
    """Material without a single byte is an error, not a success with nothing in it."""
    for parts in (dict.fromkeys(case.material, b""), {}):
        outcome = case.parse(parts)
        assert outcome.complained, "empty material was taken for a success"
        assert not outcome.said, "statements came out of nothing"


def truncated(case: Case) -> None:
    """Material that is cut off is noticed, and half an item never becomes a statement."""
    whole = {(said.source, said.event_id): said for said in case.parse().said}
    for name, body in case.material.items():
        cut = body[: _cut(body)]
        outcome = case.parse({**case.material, name: cut})
        _complains(outcome, f"{name}, cut off after {len(cut)} of {len(body)} bytes,")
        for said in outcome.said:
            held = whole.get((said.source, said.event_id))
            assert held == said, f"half an item became a statement: {said}"


def encoding(case: Case) -> None:
    """Bytes that are no text are noticed, and never stored as replacement characters."""
    for name, body in case.material.items():
        place = _cut(body)
        outcome = case.parse({**case.material, name: body[:place] + _BROKEN + body[place:]})
        _complains(outcome, f"{name} with broken bytes in it")
        assert "\N{REPLACEMENT CHARACTER}" not in repr(outcome.said), "broken bytes were replaced in silence"


def missing_field(case: Case) -> None:
    """Without a required column or field the error names it."""
    outcome = case.parse(case.replaced(case.required, STRANGE))
    _complains(outcome, f"material without {case.required.decode()!r}")
    told = f"{outcome.error} {outcome.refused}"
    assert case.required.decode() in told, f"the complaint does not name the field: {told[:300]}"


def secrets(case: Case) -> None:
    """No secret shows up in a representation, an error, a log line or a stored statement."""
    model = type(case.build()).settings_model
    for name, entry in model.model_fields.items():
        plain = entry.annotation in (str, str | None)
        assert not (plain and _SECRET_NAME.search(name)), f"setting {name} must be a SecretStr"
    with _records() as records:
        shown = [repr(model.model_validate(case.settings)), model.model_validate(case.settings).model_dump_json()]
        shown += [repr(case.build()), str(case.build()), _test_message(case), repr(case.parse())]
    shown += [record.getMessage() for record in records]
    for secret in case.secrets:
        assert secret in json.dumps(dict(case.settings)), "the case's settings do not hold the secret it names"
        leak = next((text for text in shown if secret in text), None)
        assert leak is None, f"a secret shows up: {leak and leak.replace(secret, '***')[:200]}"


def pages(case: Case) -> None:
    """Pulling comes to an end, and every page moves the cursor."""
    connector = case.build()
    assert isinstance(connector, Pulls), "it has no method pull"
    seen: set[str] = set()
    count = 0
    for page in islice(connector.pull(None, case.transport), PAGE_LIMIT):
        count += 1
        assert page.cursor is None or page.cursor not in seen, (
            f"the cursor {page.cursor!r} came twice: it would never end"
        )
        seen.update([page.cursor] if page.cursor is not None else [])
    assert 0 < count < PAGE_LIMIT, f"{count} pages from a recorded partner: does it ever end?"


def signature(case: Case) -> None:
    """The signed body is let in; a changed one, or one without its signature, is not."""
    connector = case.build()
    assert isinstance(connector, TakesWebhooks), "it has no method verify"
    headers = {name.lower(): value for name, value in case.headers.items()}
    body = next(iter(case.material.values()))
    connector.verify(headers, body, case.now)
    for wrong, given, what in (
        (headers, body[:-1] + bytes([body[-1] ^ 1]), "a changed body"),
        (headers, b"", "an empty body"),
        ({}, body, "a delivery without headers"),
    ):
        try:
            connector.verify(wrong, given, case.now)
        except Forged:
            continue
        raise AssertionError(f"{what} passes for genuine")


@contextmanager
def _about(said: Statement) -> Iterator[None]:
    """Name the statement that a complaint is about."""
    try:
        yield
    except AssertionError as error:
        raise AssertionError(f"{said.event_id!r}: {error}") from None


def _cut(body: bytes) -> int:
    """In the middle of the last line, so that the last item is halved."""
    last = body.rstrip().rfind(b"\n") + 1
    return last + (len(body.rstrip()) - last) // 2


def _complains(outcome: Outcome, what: str) -> None:
    assert outcome.complained, f"{what} was taken for good"
    for refused in outcome.refused:
        check_refusal(refused)


def _test_message(case: Case) -> str:
    try:
        case.build().test(case.transport)
    except WaypostError as error:
        return f"{error!r} {error}"
    return ""


class _Keeper(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


@contextmanager
def _records() -> Iterator[list[logging.LogRecord]]:
    """Everything that is logged meanwhile, at any level."""
    records: list[logging.LogRecord] = []
    handler, root = _Keeper(records), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield records
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
