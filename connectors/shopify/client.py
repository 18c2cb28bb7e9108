"""Calls to one shop's Admin API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.shopify.settings import ShopifySettings
from waypost.connect.contract import Transport
from waypost.connect.errors import Forbidden, NotUsable
from waypost.connect.graphql import Reply, Thrift, ask

_WHO = "query { shop { name myshopifyDomain ianaTimezone } currentAppInstallation { accessScopes { handle } } }"
NEEDED = ("read_orders",)


class Client:
    """The Admin API of one shop, in one version."""

    def __init__(self, settings: ShopifySettings, transport: Transport) -> None:
        self._settings, self._transport, self._thrift = settings, transport, Thrift()

    def ask(self, query: str, variables: Mapping[str, Any]) -> Reply:
        """One query. Errors: ConnectorError."""
        settings = self._settings
        url = f"https://{settings.shop}/admin/api/{settings.api_version}/graphql.json"
        headers = {"x-shopify-access-token": settings.access_token.get_secret_value()}
        reply = self._thrift.ask(lambda: ask(self._transport, url, query, variables, headers))
        served = reply.answer.headers.get("x-shopify-api-version", settings.api_version)
        if served != settings.api_version:
            # Shopify falls forward in silence when a version is no longer served.
            raise NotUsable(
                f"{settings.shop} answers in version {served}, not {settings.api_version}.",
                f"Set the API version to {served}.",
            )
        return reply

    def check(self) -> None:
        """Prove that the token reads this shop's orders. Errors: ConnectorError."""
        reply = self.ask(_WHO, {})
        told = (reply.get("shop") or {}).get("myshopifyDomain", "")
        if str(told).lower() != self._settings.shop:
            raise NotUsable(f"The token belongs to {str(told)[:80] or 'no shop'}, not to {self._settings.shop}.")
        scopes = (reply.get("currentAppInstallation") or {}).get("accessScopes") or []
        held = {scope.get("handle", "") for scope in scopes}
        if missing := [scope for scope in NEEDED if scope not in held]:
            raise Forbidden(
                f"The token lacks the scope {', '.join(missing)}.", "Add it to the app and install it anew."
            )
