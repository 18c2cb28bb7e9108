"""The ways in which partners sign: keyed hashes over bytes, and hashes over sorted names and values.

Comparisons are made in constant time, over bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping


def hmac_base64(body: bytes, secret: str) -> str:
    """HMAC-SHA256 over raw bytes, in base64 (Shopify, WooCommerce, AfterShip)."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode("ascii")


def fits_base64(given: str, body: bytes, secret: str) -> bool:
    """Whether a signature in base64 is that of these bytes; how long it takes does not depend on what was sent."""
    try:
        sent = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(sent, hmac.digest(secret.encode(), body, hashlib.sha256))


def joined(fields: Mapping[str, str]) -> str:
    """Names and values one after the other, sorted by name."""
    return "".join(f"{name}{fields[name]}" for name in sorted(fields))


def wrapped_md5(fields: Mapping[str, str], secret: str) -> str:
    """MD5 over the sorted fields between two secrets, in capitals (Taobao TOP, JD JOS)."""
    return hashlib.md5(f"{secret}{joined(fields)}{secret}".encode(), usedforsecurity=False).hexdigest().upper()


def wrapped_hmac(fields: Mapping[str, str], secret: str, path: str = "", body: str = "") -> str:
    """HMAC-SHA256 over path, sorted fields and body between two secrets, in hex (TikTok Shop)."""
    text = f"{secret}{path}{joined(fields)}{body}{secret}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
