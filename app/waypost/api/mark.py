"""The mark of Waypost, the same on the sign-in page, in the console and in the browser's tab."""

from __future__ import annotations

from typing import Final

ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0B6A86"/>'
    '<g fill="none" stroke="#fff" stroke-width="3"><path d="M6 23 L13 10 L19 20 L25 9"/></g>'
    '<circle cx="25" cy="9" r="3.5" fill="#fff"/></svg>'
)


def way(colour: str) -> str:
    """The mark without a tile: what belongs into an SVG of 31 by 28."""
    return (
        f'<g fill="none" stroke="{colour}" stroke-width="2.5"><path d="M5 21 L12 8 L19 19 L26 6"/></g>'
        f'<circle cx="26" cy="6" r="3.5" fill="{colour}"/>'
    )
