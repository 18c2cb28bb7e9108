"""What the pages of boards say: trades, states, targets and panels in words."""

from __future__ import annotations

from typing import Any, Final

from waypost.i18n import N_, Translator
from waypost.journeys.boards.blocks import kinds
from waypost.journeys.boards.document import Block, Board
from waypost.journeys.document import Target
from waypost.web.format import Format
from waypost.web.words import word

PAGE: Final = "boards"

# Trade, its name and its icon; a company's own trade is shown as it was written.
INDUSTRIES: Final = {
    "fashion": (N_("Fashion"), "checkroom"),
    "fresh_food": (N_("Fresh food"), "nutrition"),
    "cold_chain": (N_("Cold chain"), "ac_unit"),
    "live_commerce": (N_("Live commerce"), "live_tv"),
    "presale": (N_("Pre-sale"), "event_upcoming"),
    "b2b": (N_("B2B"), "pallet"),
    "cross_border": (N_("Cross-border"), "gavel"),
    "furniture": (N_("Furniture"), "chair"),
    "retail": (N_("Retail stores"), "storefront"),
    "returns": (N_("Returns"), "assignment_return"),
    "spare_parts": (N_("Spare parts"), "build"),
    "quick_commerce": (N_("Quick-commerce"), "two_wheeler"),
}
STATES: Final = {
    "live": N_("in force"),
    "derived": N_("shipped journey"),
    "retired": N_("retired"),
    "new": N_("not published yet"),
}
STATE_ICONS: Final = {"live": "check", "derived": "route", "retired": "inventory_2", "new": "edit_note"}


def industry(name: str, t: Translator) -> str:
    """The name of a trade."""
    return word({key: label for key, (label, _) in INDUSTRIES.items()}, name, t)


def industry_icon(name: str) -> str:
    """The icon of a trade."""
    return INDUSTRIES[name][1] if name in INDUSTRIES else "category"


def said(value: Any, lang: str) -> str:
    """A text of a block's settings in the reader's language; a draft may hold one language, or none yet."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    found = value.get(lang) or value.get("en") or value.get("zh")
    return found if isinstance(found, str) else ""


def name(block: Block, lang: str) -> str:
    """The name of a block; the id of one that has none yet."""
    return said(block.set.get("name"), lang) or block.id


def icon(block: Block) -> str:
    """The icon of a block: its own, or that of its kind."""
    own, kind = block.set.get("icon"), kinds().get(block.kind)
    return own if isinstance(own, str) and own else kind.icon if kind else "help"


def target(held: Target, board: Board, calendar: str, fmt: Format) -> str:
    """When a stage turns yellow and red, in words; empty when it never does."""
    t = fmt.t
    if held.yellow is None and held.red is None:
        return ""
    tiers = ((t("warn"), held.yellow), (t("blocked"), held.red))
    say = _promised if held.basis == "promise" else _after
    parts = [say(tier, us, fmt) for tier, us in tiers if us is not None]
    hours = next((each.name.say(fmt.lang) for each in board.calendars if each.id == calendar), "")
    counted = [t("counted in {hours}", hours=hours)] if hours else []
    return " · ".join([*parts, *counted])


def _after(tier: str, us: int, fmt: Format) -> str:
    return fmt.t("{tier} after {duration}", tier=tier, duration=fmt.duration(us))


def _promised(tier: str, us: int, fmt: Format) -> str:
    t, duration = fmt.t, fmt.duration(us)
    if us < 0:
        return t("{tier} {duration} before the promised time", tier=tier, duration=duration)
    if us > 0:
        return t("{tier} {duration} past the promised time", tier=tier, duration=duration)
    return t("{tier} at the promised time", tier=tier)
