"""What the Vendure connector has to be told."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

Address = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^https?://[^\s?#@]+$", max_length=400)]


class VendureSettings(BaseModel):
    """One shop and the login or key that reads it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Address = Field(description="Address of the admin interface, for instance https://shop.example/admin-api.")
    username: str | None = Field(
        default=None, max_length=200, description="User name of an administrator who may read orders."
    )
    password: SecretStr | None = Field(default=None, description="Password of that administrator.")
    api_key: SecretStr | None = Field(default=None, description="API key, in place of user name and password.")
    channel_token: SecretStr | None = Field(
        default=None, description="Token of one of the shop's channels; empty means its default channel."
    )
    channel: str = Field(
        default="vendure", min_length=1, max_length=60, description="Sales channel under which the orders are shown."
    )
    scope: str = Field(
        default="", max_length=64, description="Name space of the order codes, when two shops use the same codes."
    )
    watch_days: int = Field(
        default=14, ge=0, le=3650, description="How many days after it was placed a finished order is still watched."
    )
    first_days: int = Field(default=365, ge=1, le=3650, description="How many days back the first pull reads.")
    page_size: int = Field(default=50, ge=1, le=250, description="Orders per page.")
    overlap: int = Field(
        default=300, ge=0, le=86_400, description="Seconds that every pull looks back, so that late changes are seen."
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> VendureSettings:
        login = bool(self.username) and self.password is not None
        if login == (self.api_key is not None):
            raise ValueError("give either user name and password, or an API key")
        return self
