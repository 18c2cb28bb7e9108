"""What a link that opens nothing answers: a friendly page in both languages, the same for guessed and revoked ones."""

from __future__ import annotations

from waypost.api.track.markup import html
from waypost.api.track.page import NONCE
from waypost.i18n import N_, translator
from waypost.services.merchants import Merchant

_STYLE = (
    ":root{color-scheme:light dark;--c:#F6F7F9;--i:#1B2430;--m:#566172;--a:#0B6A86}"
    "@media(prefers-color-scheme:dark){:root{--c:#0E131A;--i:#E6EAF0;--m:#9AA7B8;--a:#56BAD8}}"
    'body{margin:0;background:var(--c);color:var(--i);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,'
    '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}'
    "main{max-width:480px;margin:auto;padding:48px 16px}h1{font-size:22px;line-height:1.3;margin:0 0 8px}"
    "p{margin:0 0 8px}div{padding-bottom:32px}a{color:var(--a)}"
)
_TEXTS = {
    404: (
        N_("This link shows no order"),
        N_("Please open the newest link from your shop once more, or ask the shop for a new one."),
    ),
    410: (
        N_("This link is no longer valid"),
        N_("It has expired. Please ask the shop for a new link to your order."),
    ),
    429: (
        N_("Too many links were tried"),
        N_("Please wait a minute, then open your link again."),
    ),
    503: (
        N_("We cannot look up your order just now"),
        N_("Please try again in a few minutes."),
    ),
}


def sentence(status: int, lang: str) -> tuple[str, str]:
    """What is the matter, and what to do about it."""
    t = translator(lang)
    matter, remedy = _TEXTS[status]
    return t(matter), t(remedy)


def over_page(status: int, first: str, merchant: Merchant | None = None) -> tuple[bytes, ...]:
    """The page for a status, cut where its nonce goes; the reader's language stands first."""
    langs = (first, *(lang for lang in ("en", "zh") if lang != first))
    said = "".join(
        f'<div lang="{lang}"><h1>{html(matter)}</h1><p>{html(remedy)}</p>{_help(merchant, lang)}</div>'
        for lang in langs
        for matter, remedy in [sentence(status, lang)]
    )
    page = (
        f'<!doctype html><html lang="{first}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f'<title>{html(sentence(status, first)[0])}</title><link rel="icon" href="data:,">'
        f'<style nonce="{NONCE}">{_STYLE}</style></head><body><main>{said}</main></body></html>'
    )
    return tuple(piece.encode() for piece in page.split(NONCE))


def _help(merchant: Merchant | None, lang: str) -> str:
    if merchant is None:
        return ""
    line = html((merchant.help_zh if lang == "zh" else merchant.help_en) or merchant.name)
    url = merchant.help_url
    return f'<p><a href="{html(url)}" target="_blank" rel="noopener">{line}</a></p>' if url else f"<p>{line}</p>"
