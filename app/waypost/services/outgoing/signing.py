"""The signature that receivers check, as Standard Webhooks describes it (symmetric, version v1)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Final

from waypost.domain.errors import FieldError

PREFIX: Final = "whsec_"
_SHORTEST: Final = 24  # bytes, as the specification asks


def new_secret() -> str:
    """A secret of 256 random bits, written as receivers' libraries expect it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def read_secret(secret: str) -> bytes:
    """The key behind a secret. Errors: FieldError naming `secret`."""
    try:
        key = base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise FieldError("secret", "it is no base64.", f"Write {PREFIX} and the base64 of random bytes.") from None
    if len(key) < _SHORTEST:
        raise FieldError("secret", f"it has {len(key)} bytes.", f"Give at least {_SHORTEST} random bytes.")
    return key


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; `timestamp` in seconds since the epoch."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(read_secret(secret), signed, hashlib.sha256).digest()).decode()


def headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of one attempt; the id stays the same for all attempts, the time is the attempt's."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, message_id, timestamp, body),
    }
