"""Fixed words of the console in one place, so that a thing has the same name on every page."""

from __future__ import annotations

from typing import Final

from waypost.domain.statement import UNMAPPED, Classifier, Evidence, Kind
from waypost.domain.vocabulary import Vocabulary
from waypost.i18n import N_, Translator
from waypost.journeys.document import Journey, Stage

TIERS: Final = {"ok": N_("on track"), "yellow": N_("warn"), "red": N_("blocked"), "unknown": N_("unknown")}
TIER_ICONS: Final = {"ok": "check", "yellow": "warning", "red": "block", "unknown": "help"}
HELD: Final = N_("held")
HELD_ICON: Final = "lock"
STATUSES: Final = {
    "open": N_("open"),
    "delivered": N_("delivered"),
    "ended": N_("ended early"),
    "unassigned": N_("unassigned"),
}
OUTCOMES: Final = {
    "cancelled": N_("cancelled"),
    "unavailable": N_("could not be supplied"),
    "returned_to_sender": N_("returned to sender"),
    "lost": N_("lost"),
    "destroyed": N_("destroyed"),
    "not_collected": N_("not collected in time"),
    "rejected": N_("return refused"),
    "withdrawn": N_("return withdrawn"),
    "refund_rejected": N_("refund refused"),
    "refused": N_("refused at the door"),
    "refused_at_ramp": N_("refused at the ramp"),
    "refused_at_counter": N_("left at the counter"),
    "returned": N_("came back"),
    "returned_to_zone": N_("returned to the bonded zone"),
    "sold_out": N_("sold out"),
    "spoiled": N_("spoiled"),
    "batch_blocked": N_("batch blocked"),
    "discontinued": N_("discontinued"),
    "not_in_stock": N_("not in stock"),
    "no_stock": N_("no stock anywhere"),
}
OWNERS: Final = {
    "payments": N_("payments team"),
    "warehouse": N_("warehouse"),
    "carrier": N_("carrier"),
    "operations": N_("operations"),
    "store": N_("store"),
    "broker": N_("customs broker"),
    "booking": N_("booking desk"),
    "buying": N_("buying"),
    "customer": N_("customer"),
    "declaration": N_("declaration desk"),
    "depot": N_("parts depot"),
    "dispatch": N_("dispatch"),
    "factory": N_("factory"),
    "finance": N_("finance"),
    "fitters": N_("fitters"),
    "hotline": N_("hotline"),
    "marketing": N_("marketing"),
    "parts": N_("parts desk"),
    "planning": N_("planning"),
    "quality": N_("quality"),
    "risk": N_("risk control"),
    "sales": N_("sales"),
    "sellers": N_("sellers"),
    "service": N_("customer service"),
    "shop": N_("shop"),
    "technical_support": N_("technical support"),
    "transport": N_("transport planning"),
}
DIMENSIONS: Final = {
    "channel": N_("Channel"),
    "carrier": N_("Carrier"),
    "warehouse": N_("Warehouse"),
    "origin": N_("Origin"),
    "destination": N_("Destination"),
    "service": N_("Service"),
    "category": N_("Category"),
}
ROLES: Final = {
    "viewer": N_("Viewer"),
    "operator": N_("Operator"),
    "configurator_editor": N_("Configurator (drafts)"),
    "configurator_publisher": N_("Configurator (publishes)"),
    "approver": N_("Approver"),
    "administrator": N_("Administrator"),
}
# What a panel can show: its name, what it tells, its icon. In the order of the palette.
PANELS: Final = {
    "kpi": (N_("Key figures"), N_("Figures with tier, target and trend"), "speed"),
    "trend": (N_("Trend"), N_("Share in time or duration, day by day"), "show_chart"),
    "funnel": (N_("Funnel"), N_("How many orders reached each stage"), "filter_alt"),
    "distribution": (N_("Durations"), N_("How long a stage took, as bars"), "bar_chart"),
    "timeline": (N_("Next days"), N_("What falls due day by day, by tier"), "calendar_month"),
    "at_risk": (N_("Needs a hand now"), N_("Orders that are late or held"), "front_hand"),
    "river": (N_("Orders by stage"), N_("The stages as a river"), "waves"),
    "map": (N_("Map"), N_("Where this board's open orders are"), "map"),
    "orders": (N_("Orders"), N_("The first rows of the list"), "list_alt"),
    "text": (N_("Text"), N_("Words of your own, such as who to call"), "notes"),
}
DRAFTS: Final = {
    "draft": N_("draft"),
    "review": N_("waits for approval"),
    "approved": N_("approved"),
    "rejected": N_("sent back"),
    "published": N_("published"),
    "discarded": N_("discarded"),
}
EVIDENCE: Final = {
    Evidence.SCANNED: "scanned",
    Evidence.DERIVED: "derived",
    Evidence.DECLARED: "declared",
    Evidence.PREDICTED: "predicted",
}
CLASSIFIERS: Final = {Classifier.PLANNED: N_("promised"), Classifier.ESTIMATED: N_("estimated")}
KINDS: Final = {Kind.RETRACT: N_("takes back an earlier statement"), Kind.CORRECT: N_("corrects an earlier statement")}


def word(table: dict[str, str], key: str | None, t: Translator) -> str:
    """The word for a key; a key that is not ours (a company's own) is shown as it is."""
    return "" if not key else t(table[key]) if key in table else key


def event_label(vocabulary: Vocabulary, code: str, t: Translator) -> str:
    """Our word for an event code; what nobody has mapped yet is said to be so."""
    if code == UNMAPPED:
        return t("Not mapped yet")
    return vocabulary.label(code, t.lang) or code


def event_icon(vocabulary: Vocabulary, code: str) -> str:
    """The icon of an event code."""
    found = vocabulary.event(code)
    return found.icon if found else "help"


def stage_name(journey: Journey | None, stage_id: str | None, t: Translator) -> str:
    """The name of a stage, empty when there is none."""
    stage = journey.stage(stage_id) if journey and stage_id else None
    return stage.name.say(t.lang) if stage else ""


def owner(stage: Stage | None, t: Translator) -> str | None:
    """Who has to act in a stage."""
    return word(OWNERS, stage.owner, t) or None if stage else None
