"""What connections are called, and what is wrong with one, in words for people."""

from __future__ import annotations

from typing import Final

from waypost.connect.registry import Entry
from waypost.i18n import N_, Translator
from waypost.services.connections.settings import Fault, Field

# State -> word, icon, level of alert.
STATES: Final = {
    "draft": (N_("not started"), "edit", ""),
    "running": (N_("running"), "sync", ""),
    "waiting": (N_("waiting"), "hourglass", ""),
    "paused": (N_("paused"), "pause", ""),
    "trouble": (N_("tries again"), "warning", "yellow"),
    "stopped": (N_("stopped"), "block", "red"),
    "broken": (N_("cannot be used"), "block", "red"),
}
FRESHNESS: Final = {
    "seconds": N_("fresh within seconds"),
    "minutes": N_("fresh within minutes"),
    "hours": N_("fresh within hours"),
    "on_demand": N_("fresh when you ask"),
}
CAPABILITIES: Final = {
    "pull": N_("Pulled on a schedule"),
    "webhook": N_("sends webhooks"),
    "file": N_("files"),
    "stream": N_("Steady stream"),
    "positions": N_("positions on the map"),
}
DELIVERIES: Final = {
    "stored": N_("stored"),
    "quarantined": N_("in quarantine"),
    "sample": N_("kept until the start"),
}
OUTCOMES: Final = {
    "accepted": N_("It is stored now."),
    "duplicate": N_("It was known already; nothing changed."),
    "unmapped": N_("It is stored; its word is not mapped yet."),
}
# Code of an error -> what happened, what to do.
ERRORS: Final = {
    "bad_credentials": (
        N_("The system refuses the key or password."),
        N_("Enter it again. If it was revoked, make a new one there."),
    ),
    "forbidden": (N_("The key works, but may not read orders."), N_("Give it the right to read orders there.")),
    "not_found": (N_("There is nothing at this address."), N_("Check the address and the version of the interface.")),
    "tls": (
        N_("The certificate does not prove who answers."),
        N_("Check the address, or have the certificate renewed there."),
    ),
    "unsafe_address": (N_("This address must not be called."), N_("Enter the system's own address.")),
    "too_large": (N_("An answer was too large."), N_("Choose smaller pages in the settings.")),
    "not_usable": (
        N_("The connector does not fit, or failed."),
        N_("Update it, or choose a version of the interface that it knows."),
    ),
    "cannot_connect": (
        N_("Nobody answers at this address."),
        N_("Check the address, and that this machine may reach it."),
    ),
    "timeout": (N_("The answer takes too long."), N_("Check that the system is well; it is tried again by itself.")),
    "unavailable": (N_("The system says it is out of order."), N_("Nothing to do: it is tried again by itself.")),
    "rate_limited": (
        N_("The system asks for patience."),
        N_("Nothing to do. If it stays so, pull less often."),
    ),
    "protocol": (
        N_("The answer is not what the interface promises."),
        N_("Check that the address is that of the interface, not of a web page."),
    ),
    "budget": (
        N_("The calls of this hour are used up."),
        N_("It goes on with the next hour. Raise the budget if that is too late."),
    ),
    "key": (
        N_("The secrets cannot be opened with the key of this server."),
        N_("Start it with the key that sealed them, or enter the secrets again."),
    ),
    "settings": (N_("The settings do not fit."), N_("Open the settings and correct them.")),
}
_OTHER: Final = (N_("Something went wrong that has no name yet."), N_("The text below says more."))
# Kind of a fault in a form (pydantic's word) -> sentence.
_FAULTS: Final = {
    "missing": N_("Fill in this field."),
    "string_too_short": N_("This is too short."),
    "string_too_long": N_("This is too long."),
    "string_pattern_mismatch": N_("This does not look as it should; see the example."),
    "int_parsing": N_("Enter a whole number."),
    "int_from_float": N_("Enter a whole number."),
    "float_parsing": N_("Enter a number."),
    "greater_than_equal": N_("This number is too small."),
    "greater_than": N_("This number is too small."),
    "less_than_equal": N_("This number is too large."),
    "less_than": N_("This number is too large."),
    "literal_error": N_("Choose one of the list."),
    "extra_forbidden": N_("This setting is not known."),
}
# Names of settings that connectors share.
_TITLES: Final = {
    "url": N_("Address"),
    "shop": N_("Shop"),
    "username": N_("User name"),
    "password": N_("Password"),
    "api_key": N_("API key"),
    "access_token": N_("Access token"),
    "webhook_secret": N_("Webhook secret"),
    "api_version": N_("Version of the interface"),
    "channel": N_("Sales channel"),
    "channel_token": N_("Channel token"),
    "scope": N_("Name space"),
    "watch_days": N_("Days watched"),
    "read_places": N_("Read places of delivery"),
    "read_returns": N_("Read returns"),
    "page_size": N_("Orders per page"),
    "first_days": N_("Days back at the first pull"),
    "overlap": N_("Overlap, seconds"),
    "replay_hours": N_("Age of webhooks, hours"),
    "region": N_("Region"),
    "zone": N_("Time zone"),
    "host": N_("Host"),
    "port": N_("Port"),
    "topic": N_("Topic"),
}
# Help of our own connectors' settings: (connector, setting) -> sentence. Others bring their own.
_HELP: Final = {
    ("shopify", "shop"): N_("Domain of the shop at Shopify, for instance example.myshopify.com."),
    ("shopify", "access_token"): N_(
        "Admin API access token of your app; it needs read_orders, read_fulfillments and read_returns."
    ),
    ("shopify", "webhook_secret"): N_("Client secret of your app, which signs webhooks; empty when only pulling."),
    ("shopify", "api_version"): N_("Version of the Admin API, for instance 2026-10."),
    ("shopify", "first_days"): N_("How many days back the first pull reads; Shopify gives 60 by default."),
    ("shopify", "page_size"): N_("Fewer orders per page cost less of the rate limit."),
    ("shopify", "read_places"): N_("Read city and country of delivery; your plan must allow customer data for that."),
    ("shopify", "read_returns"): N_("Read returns; the token needs the scope read_returns."),
    ("shopify", "replay_hours"): N_("How many hours after its event a webhook is still taken."),
    ("vendure", "url"): N_("Address of the admin interface, for instance https://shop.example/admin-api."),
    ("vendure", "username"): N_("User name of an administrator who may read orders."),
    ("vendure", "password"): N_("Password of that administrator."),
    ("vendure", "api_key"): N_("API key, in place of user name and password."),
    ("vendure", "channel_token"): N_("Token of one of the shop's channels; empty means its default channel."),
    ("vendure", "watch_days"): N_("How many days after it was placed a finished order is still watched."),
    ("vendure", "first_days"): N_("How many days back the first pull reads."),
    ("vendure", "page_size"): N_("How many orders one call fetches."),
    ("", "channel"): N_("Sales channel under which the orders are shown."),
    ("", "overlap"): N_("Seconds that every pull looks back, so that late changes are seen."),
    ("", "scope"): N_("Name space of the order numbers, when two shops use the same ones."),
}


def said(table: dict[str, str], key: str, t: Translator) -> str:
    """The word of a table; a key that is not ours as it is."""
    return t(table[key]) if key in table else key


def error(code: str | None, t: Translator) -> tuple[str, str]:
    """What happened, and what to do, by the code of an error."""
    problem, remedy = ERRORS.get(code or "", _OTHER)
    return t(problem), t(remedy)


def plain(text: str) -> str:
    """A partner's text inside Markdown, where none of its signs means anything."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!|<>~:$" else sign for sign in text[:300])


def detail(problem: str, t: Translator) -> str:
    """An error's own words, as code: nothing in them is a link or a mark."""
    return t("Said in detail: {problem}", problem="`" + problem.replace("`", "'") + "`")


def label(entry: Entry, lang: str) -> str:
    """The name of the partner system."""
    if entry.manifest is None:
        return entry.id
    return entry.manifest.label.zh if lang == "zh" else entry.manifest.label.en


def title(field: Field, t: Translator) -> str:
    """The name of a setting."""
    own = _in_language(field, t.lang).get("title")
    return str(own) if own else t(_TITLES[field.name]) if field.name in _TITLES else field.title


def help_text(entry: Entry, field: Field, t: Translator) -> str:
    """What a setting is for."""
    own = _in_language(field, t.lang).get("help")
    known = _HELP.get((entry.id, field.name)) or _HELP.get(("", field.name))
    return str(own) if own else t(known) if known else field.help


def fault(found: Fault, t: Translator) -> str:
    """What is wrong with a field; a sentence of the connector's own stays as it is."""
    if found.kind in _FAULTS:
        return t(_FAULTS[found.kind])
    return t("This cannot be used: {problem}.", problem=found.problem.rstrip("."))


def _in_language(field: Field, lang: str) -> dict[str, object]:
    """What the connector itself says of a field in a language (`json_schema_extra={"zh": {"title", "help"}}`)."""
    found = field.hint.get(lang)
    return dict(found) if isinstance(found, dict) else {}
