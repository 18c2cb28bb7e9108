"""The Vendure connector behind the contract."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from connectors.vendure.client import Client
from connectors.vendure.pulling import Pull
from connectors.vendure.reading import read
from connectors.vendure.settings import VendureSettings
from waypost.connect.contract import Connector, Context, Page, Transport
from waypost.connect.material import Material
from waypost.connect.telling import Teller, own_words
from waypost.domain.instants import now_us
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
        """Fetch the orders that changed since the cursor. Errors: ConnectorError; DocumentError: not our cursor."""
        return Pull(self._client, transport, self._settings, now_us()).pages(cursor)

    def parse(self, material: Material, context: Context) -> Iterator[Statement | Refusal]:
        """Read pulled pages. Errors: FieldError when a part is no complete JSON."""
        settings = self._settings
        source = context.source or urlsplit(settings.url).netloc
        teller = Teller(source, context.words or own_words(__package__), context)
        return read(material, teller, settings.channel, settings.scope)
