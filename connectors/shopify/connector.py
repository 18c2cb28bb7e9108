"""The Shopify connector behind the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.shopify.client import Client
from connectors.shopify.pulling import pull
from connectors.shopify.reading import read
from connectors.shopify.settings import ShopifySettings
from connectors.shopify.signature import check
from waypost.connect.contract import Connector, Context, Page, Transport
from waypost.connect.errors import Forged
from waypost.connect.material import Material
from waypost.connect.telling import Teller, own_words
from waypost.domain.instants import SECOND, now_us
from waypost.domain.statement import Refusal, Statement


class Shopify(Connector):
    """One shop at Shopify."""

    settings_model = ShopifySettings

    def __init__(self, settings: ShopifySettings) -> None:
        self._settings = settings

    def test(self, transport: Transport) -> None:
        """Ask the shop who it is and what the token may read. Errors: ConnectorError."""
        Client(self._settings, transport).check()

    def verify(self, headers: Mapping[str, str], body: bytes, now: int) -> None:
        """Check signature, shop and age of a delivery. Errors: Forged."""
        secret = self._settings.webhook_secret
        if secret is None or not secret.get_secret_value():
            raise Forged("This connection has no webhook secret.", "Enter the client secret of the app.")
        window = int(self._settings.replay_hours * 3600) * SECOND
        check(headers, body, secret.get_secret_value(), self._settings.shop, now, window)

    def pull(self, cursor: str | None, transport: Transport) -> Iterator[Page]:
        """Fetch the orders that changed since the cursor. Errors: ConnectorError; DocumentError: not our cursor."""
        return pull(Client(self._settings, transport), self._settings, cursor, now_us())

    def parse(self, material: Material, context: Context) -> Iterator[Statement | Refusal]:
        """Read deliveries, pages and REST bodies. Errors: FieldError when a part is no complete JSON."""
        source = context.source or self._settings.shop
        return read(material, Teller(source, context.words or own_words(__package__), context), self._settings.channel)
