"""The connector of the corner shop: an order with its parcels per item, in pages and in deliveries."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from waypost.connect.contract import Answer, Call, Connector, Context, Page, Transport
from waypost.connect.errors import BadCredentials, Forged, Unreadable
from waypost.connect.material import Bodies, Material
from waypost.domain.errors import FieldError
from waypost.domain.instants import read_moment
from waypost.domain.statement import UNMAPPED, Evidence, Refusal, Statement
from waypost.domain.subject import LinkClaim, LinkRel, Subject, SubjectKind

CODES = {
    "placed": "order.created",
    "paid": "payment.captured",
    "packed": "warehouse.packed",
    "handed over": "linehaul.picked_up",
    "with the courier": "lastmile.out_for_delivery",
    "delivered": "delivery.delivered",
    "cancelled": "order.cancelled",
}


class Settings(BaseModel):
    """Where the shop is and how to get in."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(description="Address of the shop's interface.", pattern=r"^https?://\S+$")
    api_key: SecretStr = Field(description="Key that may read orders.", min_length=4)
    webhook_secret: SecretStr | None = Field(default=None, description="Secret that signs deliveries.")
    region: Literal["eu", "cn"] = Field(default="eu", description="Which of its two stores.")
    page_size: int = Field(default=10, ge=1, le=100, description="Orders per page.")


class CornerShop(Connector):
    """One corner shop."""

    settings_model = Settings

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def test(self, transport: Transport) -> None:
        """Ask for one order."""
        self._get("/orders?limit=1", transport)

    def pull(self, cursor: str | None, transport: Transport) -> Iterator[Page]:
        """Orders by revision, oldest first; the cursor is the last revision seen."""
        while True:
            answer = self._get(f"/orders?after={cursor or 0}&limit={self._settings.page_size}", transport)
            found = json.loads(answer.body)
            cursor = str(found["last"])
            yield Page(Bodies({"orders.json": answer.body}), cursor)
            if not found["more"]:
                return

    def verify(self, headers: Mapping[str, str], body: bytes, now: int) -> None:
        """HMAC-SHA256 in hexadecimal over the raw bytes."""
        secret = self._settings.webhook_secret
        right = sign(body, secret.get_secret_value()) if secret else ""
        if not right or not hmac.compare_digest(headers.get("x-corner-signature", "").encode(), right.encode()):
            raise Forged("The signature does not fit the body.")

    def parse(self, material: Material, context: Context) -> Iterator[Statement | Refusal]:
        """A page of orders, or one order."""
        if not material.names():
            raise Unreadable("There is nothing in it.")
        context = context._replace(source=context.source or "corner_shop")
        for name in material.names():
            with material.open(name) as file:
                yield from _read(file.read(), context)

    def _get(self, path: str, transport: Transport) -> Answer:
        key = self._settings.api_key.get_secret_value()
        answer = transport(Call("GET", self._settings.url + path, {"authorization": f"Bearer {key}"}))
        if answer.status == 401:
            raise BadCredentials(f"The shop does not know the key {key}.")
        return answer


def sign(body: bytes, secret: str) -> str:
    """The signature of a delivery."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _read(body: bytes, context: Context) -> Iterator[Statement | Refusal]:
    try:
        found = json.loads(body)
    except ValueError:
        raise Unreadable("The body is no complete JSON.") from None
    if not isinstance(found, dict):
        raise Unreadable("The body is no JSON object.")
    for order in found.get("orders", [found]):
        try:
            yield from [*_order(order, context)]
        except FieldError as error:
            raw = json.dumps(order, ensure_ascii=False)
            yield Refusal(context.source, str(order.get("id", "")), error.field, error.problem, error.remedy, raw)


def _order(order: dict[str, Any], context: Context) -> Iterator[Statement]:
    for name in ("id", "history"):
        if name not in order:
            raise FieldError(name, f"'{name}' is missing.", f"Ask the shop for '{name}'.")
    subject = Subject(SubjectKind.ORDER, order["id"])
    told = {name: order[name] for name in ("channel", "customer", "value", "currency") if name in order}
    for entry in order["history"]:
        yield _said(subject, entry, context, attributes=told, payload=json.dumps(order, ensure_ascii=False))
    for parcel in order.get("parcels", ()):
        carried = (LinkClaim(LinkRel.CARRIES, subject),)
        for entry in parcel["history"]:
            box = Subject(SubjectKind.PARCEL, parcel["no"])
            yield _said(box, entry, context, links=carried, evidence=Evidence.SCANNED)


def _said(subject: Subject, entry: dict[str, Any], context: Context, **rest: Any) -> Statement:
    moment = read_moment(entry["at"], None, "at")
    word = entry["status"]
    code = context.words.get(f"status:{word}", UNMAPPED) if context.words is not None else CODES.get(word, UNMAPPED)
    known = context.vocabulary.event(code)
    rest["repeats"] = known.repeats if known else None
    return Statement(
        context.source, f"{subject}/{word}/{entry['at']}", subject, code, context.vocabulary.slot_of(code),
        moment.at, moment.until, None, moment.raw, moment.tz_source, word=word, **rest,
    )  # fmt: skip


CONNECTOR = CornerShop
