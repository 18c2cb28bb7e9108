"""The story of an order as JSON: the words of the page, and beside them what programs need."""

from __future__ import annotations

from typing import Any

from waypost.api.track.words import Words
from waypost.domain.instants import from_us
from waypost.i18n import translator
from waypost.services.shelf import Opened
from waypost.services.story import Expected, Part, Step


def story_json(opened: Opened, lang: str, now: int) -> dict[str, Any]:
    """The story in a language; instants in UTC, days as they are said in the order's zone."""
    story, merchant = opened.story, opened.grant.merchant
    assert story is not None
    words = Words(story, translator(lang), now)
    helps = None
    if merchant is not None:
        text = merchant.help_zh if lang == "zh" else merchant.help_en
        helps = {"text": text, "url": merchant.help_url} if text or merchant.help_url else None
    return {
        "order": story.order,
        "language": lang,
        "status": story.status,
        "headline": words.headline(),
        "expected": _expected(story.expected, words),
        "promised_first": words.before() or None,
        "at": _iso(story.at),
        "partly": story.partly,
        "zone": story.zone,
        "merchant": merchant.name if merchant else None,
        "parts": [_part(part, words) for part in story.parts],
        "advice": story.advice.say(lang) if story.advice else None,
        "help": helps,
        "simulated": story.simulated,
        "link_expires": _iso(opened.grant.expires_at),
    }


def _part(part: Part, words: Words) -> dict[str, Any]:
    return {
        "role": part.role,
        "waybill": part.waybill,
        "carrier": part.carrier,
        "continues_as": part.continues,
        "delivered": part.delivered,
        "at": _iso(part.at),
        "state": words.part_state(part) or None,
        "expected": _expected(part.expected, words),
        "steps": [_step(step, words.lang) for step in part.steps],
    }


def _step(step: Step, lang: str) -> dict[str, Any]:
    return {
        "label": step.label.say(lang),
        "state": step.state,
        "at": _iso(step.at),
        "events": [{"text": said.text.say(lang), "at": _iso(said.at), "place": said.place} for said in step.said],
    }


def _expected(expected: Expected | None, words: Words) -> dict[str, Any] | None:
    if expected is None:
        return None
    return {
        "from": _iso(expected.start),
        "until": _iso(expected.until),
        "words": words.window(expected),
        "late": expected.late,
        "promised": expected.firm,
    }


def _iso(us: int | None) -> str | None:
    return None if us is None else from_us(us).isoformat().replace("+00:00", "Z")
