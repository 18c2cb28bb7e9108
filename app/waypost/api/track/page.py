"""The HTML of the customer's page: one style sheet, one small script, at most 10 kB, readable without either."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from waypost.api.track.markup import html
from waypost.api.track.path import drawn
from waypost.api.track.words import Words, own_name
from waypost.i18n import Translator, translator
from waypost.services.merchants import Merchant
from waypost.services.story import BESIDE, DONE, NEXT, NOW, Part, Said, Step, Story

MOST_BYTES = 10_000
NONCE = "\x01"  # cannot be in any text that was escaped
_FEWER = (8, 4, 2, 1, 0)  # events per step, until the page is small enough
_MOST_PARTS = (12, 6, 3, 1)
_HERE = Path(__file__).parent
_CSS = (_HERE / "page.css").read_text("utf-8").replace("\n", "")
_JS = (_HERE / "page.js").read_text("utf-8").strip()
_OTHER = {"en": "zh", "zh": "en"}
_CONTROLS = dict.fromkeys((*range(32), 127), " ")


class Rendered(NamedTuple):
    """A page cut where its nonce goes, its live part alone, and a tag that changes with what it says."""

    pieces: tuple[bytes, ...]
    main: bytes
    tag: str


def render(story: Story, merchant: Merchant | None, lang: str, now: int) -> Rendered:
    """The page of a story in a language; `now` in us."""
    t = translator(lang)
    words = Words(story, t, now)
    sizes = [(parts, said) for parts in _MOST_PARTS for said in _FEWER]
    for parts, said in sizes:
        main = _main(story, merchant, words, parts, said)
        page = _whole(story, merchant, words, main)
        if len(page.encode()) <= MOST_BYTES - 40:  # the nonce comes twice
            break
    tag = f"{zlib.crc32(main.encode()):08x}"
    page = page.replace("\x02", tag)
    return Rendered(tuple(piece.encode() for piece in page.split(NONCE)), main.encode(), tag)


def _whole(story: Story, merchant: Merchant | None, words: Words, main: str) -> str:
    t = words.t
    other = _OTHER[words.lang]
    return (
        f'<!doctype html><html lang="{_tag(words.lang)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex"><noscript><meta http-equiv="refresh" content="120"></noscript>'
        f'<title>{html(words.headline())}</title><link rel="icon" href="data:,">'
        f'<style nonce="{NONCE}">{_CSS}</style></head><body>'
        f"<header>{_mark(merchant, t)}"
        f'<a class="lang" href="?lang={other}" hreflang="{other}" lang="{other}">{own_name(other)}</a></header>'
        f'<main id="m" data-l="{words.lang}" data-v="\x02">{main}</main>'
        f'<script nonce="{NONCE}">{_JS}</script></body></html>'
    )


def _main(story: Story, merchant: Merchant | None, words: Words, most_parts: int, most_said: int) -> str:
    t = words.t
    order, simulated = t("Order {ref}", ref=story.order), t("Simulated")
    marked = f" <i>{html(simulated)}</i>" if story.simulated else ""
    shown = story.parts[:most_parts]
    of = sum(part.role == "parcel" for part in story.parts)
    parts = "".join(
        _part(part, place, _number(shown, place), of, words, most_said, alone=len(story.travelling) == 1)
        for place, part in enumerate(shown)
    )
    more = len(story.parts) - len(shown)
    if more:
        rest = t.plural("and {n} more part", "and {n} more parts", more)
        parts += f'<p class="o">{html(rest)}</p>'
    before = words.before()
    return (
        f'<p class="o">{html(order)}{marked}</p><h1>{html(words.headline())}</h1>'
        + (f'<p class="p">{html(before)}</p>' if before else "")
        + drawn(_leading(story), words)
        + parts
        + _help(story, merchant, words)
    )


def _leading(story: Story) -> Sequence[Step]:
    """The steps of what comes last: the picture shows how far the whole order is."""
    ahead = [part for part in story.travelling if not part.delivered] or story.travelling
    return min((part.steps for part in ahead), key=lambda s: sum(step.state != NEXT for step in s), default=[])


def _number(parts: Sequence[Part], place: int) -> int:
    return sum(part.role == "parcel" for part in parts[: place + 1])


def _part(part: Part, place: int, number: int, of: int, words: Words, most: int, *, alone: bool) -> str:
    ref = " ".join(filter(None, (part.carrier, part.waybill)))
    said = alone and part.role in ("parcel", "order")  # on top already
    listed = part.role in BESIDE and part.steps and part.steps[-1].state == DONE  # the last step says it
    state = "" if said or listed else words.part_state(part)
    steps = "".join(_step(step, f"s{place}-{i}", words, most) for i, step in enumerate(part.steps))
    title = words.part(part, number, of)
    return (
        f"<section><h2>{html(title)}{f' <small>{html(ref)}</small>' if ref else ''}</h2>"
        + (f'<p class="n">{html(state)}</p>' if state else "")
        + (f"<ol>{steps}</ol>" if steps else "")
        + "</section>"
    )


def _step(step: Step, id_: str, words: Words, most: int) -> str:
    t = words.t
    when = f"<time>{html(words.instant(step.at))}</time>" if step.at is not None else ""
    here = t("now")
    note = f"<em>{html(here)}</em>" if step.state == NOW else when
    head = f"<b>{html(step.label.say(words.lang))}</b>{note}"
    said = step.said[-most:] if most else []
    if not said:
        return f'<li class="{step.state}"><div class="r">{head}</div></li>'
    lines = "".join(_said(each, words) for each in reversed(said))
    left = len(step.said) - len(said)
    if left:
        earlier = t.plural("{n} earlier entry", "{n} earlier entries", left)
        lines += f"<li>{html(earlier)}</li>"
    opened = " open" if step.state == NOW else ""
    return (
        f'<li class="{step.state}"><details id="{id_}"{opened}><summary class="r">{head}</summary>'
        f"<ul>{lines}</ul></details></li>"
    )


def _said(said: Said, words: Words) -> str:
    place = f" · {said.place}" if said.place else ""
    when = f"<time>{html(words.instant(said.at))}</time>" if said.at is not None else ""
    return f"<li>{when}{html(said.text.say(words.lang) + place)}</li>"


def _help(story: Story, merchant: Merchant | None, words: Words) -> str:
    t, lang = words.t, words.lang
    advice = story.advice.say(lang) if story.advice else ""
    line = (merchant.help_zh if lang == "zh" else merchant.help_en) if merchant else ""
    url = merchant.help_url if merchant else ""
    if url:
        text = line or t("Get help with this order")
        line = f'<a href="{html(url)}" target="_blank" rel="noopener">{html(text)}</a>'
    elif line:
        line = html(line)
    lines = [f"<p>{text}</p>" for text in (html(advice), line) if text]
    title = t("What you can do")
    box = f"<section><h2>{html(title)}</h2>{''.join(lines)}</section>" if lines else ""
    return f"{box}<footer>{html(words.zone())}</footer>"


def _mark(merchant: Merchant | None, t: Translator) -> str:
    if merchant is None:
        title = t("Order tracking")
        return f"<b>{html(title)}</b>"
    name = html(merchant.name)
    if merchant.logo:
        return f'<img src="{html(merchant.logo)}" alt=""><b>{name}</b>'
    ink = "#FFF" if _is_dark(merchant.colour) else "#1B2430"
    return (
        '<svg viewBox="0 0 28 28" aria-hidden="true">'
        f'<rect width="28" height="28" rx="8" fill="{html(merchant.colour)}"/>'
        f'<text x="14" y="20" text-anchor="middle" font-size="16" font-weight="650" fill="{ink}">'
        f"{html(merchant.name[:1])}</text></svg><b>{name}</b>"
    )


def _is_dark(colour: str) -> bool:
    """Whether white is easier to read on it than our ink (relative luminance of WCAG 2)."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.26


def _tag(lang: str) -> str:
    return "zh-CN" if lang == "zh" else lang
