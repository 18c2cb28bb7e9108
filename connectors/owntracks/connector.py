"""The OwnTracks connector: positions, and areas that are entered and left, out of MQTT messages."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.owntracks.messages import read_message
from connectors.owntracks.settings import OwnTracksSettings
from waypost.connect.contract import Connector, Context, Subscription, Transport
from waypost.connect.errors import Unreadable
from waypost.connect.material import Material
from waypost.domain.position import Position
from waypost.domain.statement import Evidence, Refusal, Statement

NAME = "owntracks"


class OwnTracks(Connector):
    """Reads the JSON that OwnTracks apps and trackers publish below owntracks/user/device."""

    settings_model = OwnTracksSettings

    def __init__(self, settings: OwnTracksSettings) -> None:
        self._settings = settings

    def test(self, transport: Transport) -> None:
        """Address and topic were checked with the settings; the broker is reached by who opens the subscription."""

    def subscription(self) -> Subscription:
        """The broker and the topic filter."""
        held = self._settings
        password = held.password.get_secret_value() if held.password else None
        return Subscription(held.url, (held.topic,), held.username, password, held.ca_file)

    def positions(self, material: Material, context: Context) -> Iterator[Position | Statement | Refusal]:
        """Read messages; each part is named by its topic and holds one message, or one per line."""
        source = context.source or NAME
        names = material.names()
        if not names:
            raise Unreadable("there is no message.")
        for topic in names:
            with material.open(topic) as part:
                body = part.read()
            for line in body.splitlines() if body.strip() else [b""]:
                yield from read_message(topic, line, source, self._settings, context)

    def parse(self, material: Material, context: Context) -> Iterator[Statement | Refusal]:
        """The same as statements, for who imports a recording: every position an event `vehicle.position`."""
        for item in self.positions(material, context):
            yield _statement(item, context) if isinstance(item, Position) else item


def _statement(found: Position, context: Context) -> Statement:
    seconds = found.at // 1_000_000
    return Statement(
        source=found.source,
        event_id=f"{found.vehicle.ref}.{seconds}"[:191],
        subject=found.vehicle,
        code="vehicle.position",
        slot=context.vocabulary.slot_of("vehicle.position"),
        at=found.at,
        stated_at=found.at,
        raw_time=str(seconds),
        evidence=Evidence.SCANNED,
        lat=found.lat,
        lon=found.lon,
        word="_type:location",
    )
