"""The Vendure connector behind the contract."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.vendure.client import Client
from connectors.vendure.settings import VendureSettings
from waypost.connect.contract import Connector, Context, Page, Transport
from waypost.connect.material import Material
from waypost.domain.statement import Refusal, Statement


class Vendure(Connector):
    """One Vendure shop."""

    settings_model = VendureSettings

    def __init__(self, settings: VendureSettings) -> None:
        self._settings = settings
        self._client = Client(settings)

    def test(self, transport: Transport) -> None:
        """Log in and ask for one order. Errors: ConnectorError."""
        self._client.check(transport)

    def pull(self, cursor: str | None, transport: Transport) -> Iterator[Page]:
        """Fetch the orders that changed since the cursor."""
        yield from ()

    def parse(self, material: Material, context: Context) -> Iterator[Statement | Refusal]:
        """Read pages."""
        yield from ()
