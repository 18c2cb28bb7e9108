"""An honest connector for lines of JSON; each `trick` makes it break one promise of the contract."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import logging
import socket
import uuid
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from waypost.connect.contract import Answer, Call, Connector, Context, Page, Transport
from waypost.connect.errors import BadCredentials, Forged, Unreadable
from waypost.connect.material import Bodies, Material
from waypost.domain.instants import read_moment
from waypost.domain.statement import UNMAPPED, Refusal, Statement
from waypost.domain.subject import Subject, SubjectKind

CODES = {"paid": "payment.captured", "shipped": "warehouse.shipped_declared"}
KEY = "acme-test-key"


class Settings(BaseModel):
    """The key of the shop; `trick` is what makes this connector hostile."""

    model_config = ConfigDict(extra="forbid")

    api_key: SecretStr = Field(description="The key of the shop.")
    trick: str = Field(default="", description="Which promise to break.")


class Acme(Connector):
    """One line of JSON per status change of an order."""

    settings_model = Settings

    def __init__(self, settings: Settings) -> None:
        self._key, self._trick = settings.api_key.get_secret_value(), settings.trick

    def __repr__(self) -> str:
        return f"Acme(key={self._key})" if self._trick == "shows its key" else "Acme()"

    def test(self, transport: Transport) -> None:
        if self._trick == "logs its key":
            logging.getLogger("acme").debug("calling with %s", self._key)
        if transport(Call("GET", "/ping", {"authorization": self._key})).status == 401:
            raise BadCredentials("The shop does not know this key.")

    def pull(self, cursor: str | None, transport: Transport) -> Iterator[Page]:
        for turn in itertools.count():
            answer = transport(Call("GET", f"/orders?after={cursor or ''}"))
            following = answer.headers.get("next")
            if self._trick == "endless pages":
                yield Page(Bodies({"page": answer.body}), f"cursor-{turn}")
                continue
            if self._trick == "same page again":
                yield Page(Bodies({"page": answer.body}), "cursor")
                continue
            yield Page(Bodies({"page": answer.body}), following)
            if following is None:
                return
            cursor = following

    def verify(self, headers: Any, body: bytes, now: int) -> None:
        if self._trick == "verifies nothing":
            return
        right = hmac.new(self._key.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(headers.get("x-acme-signature", ""), right):
            raise Forged("The signature does not fit the body.")

    def parse(self, material: Material, context: Context) -> Iterator[Statement | Refusal]:
        lines = [line for name in material.names() for line in self._text(material, name).splitlines()]
        if not lines and self._trick != "empty is fine":
            raise Unreadable("There is not a single line in it.")
        if self._trick == "calls home":
            socket.socket(socket.AF_INET).close()
        for line in lines:
            yield from self._line(line, context)

    def _text(self, material: Material, name: str) -> str:
        with material.open(name) as file:
            body = file.read()
        if self._trick == "replaces bytes":
            return body.decode("utf-8", errors="replace").replace("\0", "")
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError as error:
            if self._trick == "crashes":
                raise
            raise Unreadable(f"The body is not UTF-8 ({error.reason}).") from None

    def _line(self, line: str, context: Context) -> Iterator[Statement | Refusal]:
        try:
            item = json.loads(line)
        except ValueError:
            if self._trick == "drops half lines":
                return
            yield Refusal("acme", "", "line", "it is no complete JSON.", "Ask for the page again.", line)
            return
        missing = next((name for name in ("id", "order", "status", "at") if name not in item), None)
        if missing and self._trick != "makes up orders":
            remedy = f"Ask the shop for '{missing}'."
            yield Refusal("acme", str(item.get("id", "")), missing, f"'{missing}' is missing.", remedy, line)
            return
        yield from _played(self._trick, self._said(item, context), context)

    def _said(self, item: dict[str, Any], context: Context) -> Statement:
        moment = read_moment(item["at"], None, "at")
        code = CODES.get(item["status"], UNMAPPED)
        order = item.get("order", "unknown")
        return Statement(
            "acme", item["id"], Subject(SubjectKind.ORDER, order), code, context.vocabulary.slot_of(code),
            moment.at, moment.until, None, moment.raw, moment.tz_source, word=item["status"],
        )  # fmt: skip


def _played(trick: str, said: Statement, context: Context) -> Iterator[Any]:
    """The statement as the trick spoils it; without one of these tricks, as it is."""
    slot_of = context.vocabulary.slot_of
    changes: dict[str, dict[str, Any]] = {
        "milliseconds": {"at": (said.at or 0) // 1000},
        "naive times": {"at": read_moment(said.raw_time, None, "at").raw},
        "forgets the zone": {"tz_source": 0},
        "no raw time": {"raw_time": ""},
        "one id for all": {"event_id": "1"},
        "random ids": {"event_id": uuid.uuid4().hex},
        "no source": {"source": ""},
        "subject as text": {"subject": "order/1"},
        "wrong types": {"quantity": "two"},
        "own codes": {"code": "acme.paid", "slot": None},
        "wrong slot": {"slot": 33},
        "guesses": {"code": "linehaul.in_transit", "slot": slot_of("linehaul.in_transit")},
        "forgets the word": {"word": None},
    }
    if trick == "guesses" and said.code != UNMAPPED:
        yield said
    elif trick == "drops strangers" and said.code == UNMAPPED:
        return
    elif trick == "garbage":
        yield {"status": said.word}
    elif trick == "endless items":
        yield from itertools.repeat(said)
    else:
        yield said._replace(**changes.get(trick, {}))


CONNECTOR = Acme


def answers(call: Call) -> Answer:
    """The recorded shop: two pages."""
    if call.url == "/orders?after=":
        return Answer(200, {"next": "p2"}, b"{}")
    return Answer(200, {}, b"{}")
