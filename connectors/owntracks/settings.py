"""What the OwnTracks connector has to be told."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

_SCHEMES = ("mqtt", "mqtts")
_MOST_TOPIC = 65_535


class OwnTracksSettings(BaseModel):
    """The broker, the topics, and how a topic names a vehicle."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(default="mqtt://localhost:1883", description="Broker: mqtt://host:1883, mqtts:// for TLS.")
    topic: str = Field(default="owntracks/#", description="Topic filter with the devices' messages.")
    username: str | None = Field(default=None, description="Name to log in to the broker with, if it asks for one.")
    password: SecretStr | None = Field(default=None, description="Password for the broker.")
    ca_file: str | None = Field(default=None, description="File of certificates to trust beside the system's.")
    vehicle: Literal["device", "user", "user/device"] = Field(
        default="user/device", description="Which part of the topic owntracks/user/device is the vehicle's id."
    )
    names: dict[str, str] = Field(
        default_factory=dict,
        description="Ids of vehicles by what the topic says, for instance {'lin/phone': 'truck-7'}.",
    )
    scope: str = Field(default="", description="Name space of the vehicles' ids, when several partners use the same.")

    @field_validator("url")
    @classmethod
    def _broker(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise ValueError("write mqtt://host:1883, or mqtts://host:8883 for TLS")
        if parts.username or parts.password:
            raise ValueError("give name and password in their own fields, not in the address")
        if parts.path.strip("/") or parts.query:
            raise ValueError("leave out what follows the port; topics have a field of their own")
        return value

    @field_validator("topic")
    @classmethod
    def _filter(cls, value: str) -> str:
        levels = value.split("/")
        odd = [level for level in levels if len(level) > 1 and ("+" in level or "#" in level)]
        if not value or len(value.encode()) > _MOST_TOPIC or odd or "#" in levels[:-1] or "\0" in value:
            raise ValueError("write a topic filter such as owntracks/#; '+' and '#' stand alone in their level")
        return value
