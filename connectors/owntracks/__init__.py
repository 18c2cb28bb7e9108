"""OwnTracks: where vehicles are, from phones and trackers that publish over MQTT."""

from connectors.owntracks.connector import OwnTracks

CONNECTOR = OwnTracks
