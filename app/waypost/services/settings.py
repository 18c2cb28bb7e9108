"""Settings of a process, from WAYPOST_* environment variables and the command line."""

from __future__ import annotations

import re
import secrets
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import Engine

from waypost.domain.errors import FieldError
from waypost.domain.instants import now_us
from waypost.services.housekeeping.hours import clock_of
from waypost.store.engine import writing
from waypost.store.schema import setting

Role = Literal["all", "console", "edge", "worker"]


class Settings(BaseSettings):
    """What a server process needs to know; every field can be given as WAYPOST_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="WAYPOST_", extra="ignore")

    db: str = "sqlite:///waypost.db"
    host: str = "127.0.0.1"
    port: int = 8501
    role: Role = "all"
    storing: Literal["beside", "inside"] = "beside"  # whether a process of its own stores what comes over HTTP
    trusted_proxies: tuple[str, ...] = ()
    cookie_secret: str | None = None
    webhook_private: bool = False  # whether events may be sent to addresses inside the network
    secret_key: SecretStr | None = None  # seals the secrets of connections (services.vault)
    # Positions of vehicles: a broker, the topics to ask for, and how long trails are kept (days).
    mqtt_url: str | None = None
    mqtt_topic: str = "owntracks/#"
    mqtt_username: str | None = None
    mqtt_password: SecretStr | None = None
    mqtt_ca_file: str | None = None
    mqtt_vehicle: Literal["device", "user", "user/device"] = "user/device"
    mqtt_names: dict[str, str] = {}
    trail_days: float = 14
    # The map: tiles of a server of your own, such as https://tiles.example/{z}/{x}/{y}.png, and their datum.
    tile_url: str | None = None
    tile_datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    tile_attribution: str = ""
    compare_at: str = "02:30"  # when states are compared with their events, on the server's clock; or "off"
    templates: str | None = None  # a folder with board templates of the company's own

    @field_validator("compare_at")
    @classmethod
    def _clock(cls, value: str) -> str:
        clock_of(value)
        return value

    @field_validator("tile_url")
    @classmethod
    def _template(cls, value: str | None) -> str | None:
        if value and (not value.startswith(("https://", "http://", "/")) or not {"{z}", "{x}", "{y}"} <= _marks(value)):
            raise ValueError(
                "write an address with {z}, {x} and {y}, for instance https://tiles.example/{z}/{x}/{y}.png"
            )
        return value


def read_settings(**given: Any) -> Settings:
    """The settings of this process. Errors: FieldError naming the variable that is wrong."""
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        problem = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise FieldError(f"WAYPOST_{name}", f"{problem}.", "Correct this variable of the environment.") from None


def _marks(template: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", template))


def cookie_secret(engine: Engine, settings: Settings) -> str:
    """The secret that signs Streamlit's own cookies: the one set, else one kept in the database.

    It must be the same for all processes of one installation and survive a restart.
    """
    if settings.cookie_secret:
        return settings.cookie_secret
    return kept_secret(engine, "cookie_secret")


def has_secret(engine: Engine, name: str) -> bool:
    """Whether a database keeps a secret of this name; no when it has no tables of ours."""
    if not sa.inspect(engine).has_table(setting.name):
        return False
    with engine.connect() as connection:
        return connection.execute(sa.select(setting.c.name).where(setting.c.name == name)).first() is not None


def kept_secret(engine: Engine, name: str) -> str:
    """A random secret that is made once per database."""
    query = sa.select(setting.c.value).where(setting.c.name == name)
    with engine.connect() as connection:
        found = connection.execute(query).scalar_one_or_none()
    if found is not None:
        return str(found)
    with writing(engine) as connection:
        found = connection.execute(query).scalar_one_or_none()
        if found is None:
            found = secrets.token_urlsafe(48)
            connection.execute(sa.insert(setting).values(name=name, value=found, changed_at=now_us()))
    return str(found)
