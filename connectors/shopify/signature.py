"""The signature of a Shopify webhook: HMAC-SHA256 over the raw bytes, base64, and the headers that go with it."""

from __future__ import annotations

from collections.abc import Mapping

from waypost.connect.errors import Forged
from waypost.connect.signing import fits_base64
from waypost.domain.errors import FieldError
from waypost.domain.instants import SECOND, read_moment

HMAC, SHOP, TRIGGERED = "x-shopify-hmac-sha256", "x-shopify-shop-domain", "x-shopify-triggered-at"
EVENT, DELIVERY = "x-shopify-event-id", "x-shopify-webhook-id"
AHEAD = 300 * SECOND  # clocks that differ


def check(headers: Mapping[str, str], body: bytes, secret: str, shop: str, now: int, window: int) -> None:
    """Refuse a delivery that Shopify did not sign, that is another shop's, or that is older than `window` (us).

    The signature covers the body alone, so the headers are no proof. What keeps a copied delivery harmless is
    that its statements carry the same ids again; the window only spares us the work. Errors: Forged.
    """
    given = {name.lower(): value for name, value in headers.items()}
    if not body or not fits_base64(given.get(HMAC, ""), body, secret):
        raise Forged("The signature does not fit the bytes (X-Shopify-Hmac-SHA256).")
    if not (given.get(EVENT) or given.get(DELIVERY)):
        raise Forged("The delivery carries no X-Shopify-Webhook-Id and no X-Shopify-Event-Id.")
    if given.get(SHOP, "").lower() != shop:
        raise Forged("The delivery is another shop's (X-Shopify-Shop-Domain).", "Check the shop of this connection.")
    _check_age(given.get(TRIGGERED, ""), now, window)


def _check_age(text: str, now: int, window: int) -> None:
    try:
        at = read_moment(text, None, "X-Shopify-Triggered-At").at
    except FieldError:
        raise Forged("The delivery does not say when it was sent (X-Shopify-Triggered-At).") from None
    assert at is not None
    if at < now - window:
        raise Forged("The delivery is too old (X-Shopify-Triggered-At).", "Pull once: what was missed comes with it.")
    if at > now + AHEAD:
        raise Forged("The delivery comes from the future (X-Shopify-Triggered-At).", "Set the clock of this machine.")
