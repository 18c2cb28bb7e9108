"""What the Shopify connector has to be told."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, StringConstraints


def _domain(given: Any) -> Any:
    """The domain in an address that somebody has copied from the browser."""
    if not isinstance(given, str):
        return given
    return re.sub(r"^https?://", "", given.strip(), flags=re.IGNORECASE).partition("/")[0]


Domain = Annotated[
    str,
    BeforeValidator(_domain),
    StringConstraints(
        strip_whitespace=True, to_lower=True, pattern=r"^[a-zA-Z0-9][a-zA-Z0-9-]*\.myshopify\.com$", max_length=120
    ),
]
Version = Annotated[str, StringConstraints(pattern=r"^20\d\d-(01|04|07|10)$")]


class ShopifySettings(BaseModel):
    """One shop, the key that reads it, and the secret that its webhooks are signed with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shop: Domain = Field(description="Domain of the shop at Shopify, for instance example.myshopify.com.")
    access_token: SecretStr = Field(
        description="Admin API access token of your app; it needs read_orders, read_fulfillments and read_returns."
    )
    webhook_secret: SecretStr | None = Field(
        default=None, description="Client secret of your app, which signs webhooks; empty when only pulling."
    )
    api_version: Version = Field(default="2026-10", description="Version of the Admin API, for instance 2026-10.")
    first_days: int = Field(
        default=30, ge=1, le=3650, description="How many days back the first pull reads; Shopify gives 60 by default."
    )
    page_size: int = Field(default=10, ge=1, le=100, description="Orders per page; fewer cost less of the rate limit.")
    overlap: int = Field(
        default=600, ge=0, le=86_400, description="Seconds that every pull looks back, so that late changes are seen."
    )
    channel: str = Field(
        default="shopify", min_length=1, max_length=60, description="Sales channel under which the orders are shown."
    )
    read_places: bool = Field(
        default=True, description="Read city and country of delivery; your plan must allow customer data for that."
    )
    read_returns: bool = Field(default=True, description="Read returns; the token needs the scope read_returns.")
    replay_hours: float = Field(
        default=48, ge=0.1, le=168, description="How many hours after its event a webhook is still taken."
    )
