"""The HTML of the login pages: server-rendered, no script, a few kilobytes, one style sheet inline."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote, urlencode

from starlette.responses import HTMLResponse

from waypost.access.passwords import MAX_LENGTH
from waypost.api import mark
from waypost.api.login_texts import TEXTS

_CSS = Path(__file__).with_name("login.css").read_text(encoding="utf-8")
_CSS_HASH = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_CSS_HASH}'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    # Not no-referrer: browsers would then send `Origin: null` with the form.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Language, Cookie",
}

_MARK = f'<svg viewBox="2 0 28 28" aria-hidden="true">{mark.way("var(--accent)")}</svg>'
_ICON = quote(mark.ICON)
_NOTE = (
    '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" '
    'aria-hidden="true"><circle cx="12" cy="12" r="9"/><path d="M12 7v6M12 16.5v.5"/></svg>'
)


@dataclass(frozen=True)
class View:
    """What every page needs: its language, its own path, and where to go after login."""

    lang: str
    path: str
    next: str = "/"

    def text(self, key: str, /, **values: object) -> str:
        """A text of the page's language, safe to stand in HTML."""
        return escape(TEXTS[self.lang][key].format(**values))


def login_page(view: View, *, name: str = "", error: str = "", first_start: bool = False) -> str:
    """The sign-in form; `error` is ready text."""
    focus_name, focus_password = (" autofocus", "") if not name else ("", " autofocus")
    body = f"""<h1>{view.text("login_title")}</h1>
{_note(view.text("first_start")) if first_start else ""}{_note(error, error=True)}
<form method="post" action="/login">
<input type="hidden" name="next" value="{escape(view.next)}">
<input type="hidden" name="lang" value="{view.lang}">
<label for="name">{view.text("name")}</label>
<input id="name" name="name" value="{escape(name)}" autocomplete="username" autocapitalize="none"
 spellcheck="false" maxlength="64" required{focus_name}>
<label for="password">{view.text("password")}</label>
<input id="password" name="password" type="password" autocomplete="current-password"
 maxlength="{MAX_LENGTH}" required{focus_password}>
<button>{view.text("login_submit")}</button>
</form>
<p class="after">{view.text("forgot")}</p>"""
    return _document(view, "login_title", body)


def link_page(view: View, name: str, *, error: str = "") -> str:
    """The form behind a one-time link: set the password of `name`."""
    lead = view.text("link_lead", name="\0").replace("\0", f"<b>{escape(name)}</b>")
    body = f"""<h1 class="tight">{view.text("link_title")}</h1>
<p class="lead">{lead}</p>
{_note(error, error=True)}
<form method="post" action="{escape(view.path)}">
<input type="hidden" name="lang" value="{view.lang}">
<input name="username" value="{escape(name)}" autocomplete="username" readonly hidden>
<label for="password">{view.text("new_password")}</label>
<input id="password" name="password" type="password" autocomplete="new-password"
 maxlength="{MAX_LENGTH}" required autofocus aria-describedby="hint">
<p class="hint" id="hint">{view.text("password_hint")}</p>
<label for="repeat">{view.text("repeat")}</label>
<input id="repeat" name="repeat" type="password" autocomplete="new-password"
 maxlength="{MAX_LENGTH}" required>
<button>{view.text("link_submit")}</button>
</form>"""
    return _document(view, "link_title", body)


def over_page(view: View) -> str:
    """A one-time link that is used up or too old."""
    body = f"""<h1 class="tight">{view.text("over_title")}</h1>
<p class="lead">{view.text("link_over")}</p>
<p><a href="/login?lang={view.lang}">{view.text("to_login")}</a></p>"""
    return _document(view, "over_title", body)


def logout_page(view: View, name: str) -> str:
    """Asks before signing out: a link alone must not do it."""
    lead = view.text("logout_lead", name="\0").replace("\0", f"<b>{escape(name)}</b>")
    body = f"""<h1 class="tight">{view.text("logout_title")}</h1>
<p class="lead">{lead}</p>
<form method="post" action="/logout">
<input type="hidden" name="lang" value="{view.lang}">
<button>{view.text("logout_submit")}</button>
</form>
<p class="after"><a href="/">{view.text("back")}</a></p>"""
    return _document(view, "logout_title", body)


def respond(html: str, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """The page as an answer with its security headers."""
    return HTMLResponse(html, status, {**HEADERS, **(headers or {})})


def _note(text: str, *, error: bool = False) -> str:
    if not text:
        return ""
    kind, role = (" error", "alert") if error else ("", "status")
    return f'<p class="note{kind}" role="{role}">{_NOTE}<span>{text}</span></p>'


def _document(view: View, title: str, body: str) -> str:
    query = {"lang": view.text("other_lang")} | ({"next": view.next} if view.next != "/" else {})
    other = escape(f"{view.path}?{urlencode(query)}")
    return f"""<!doctype html>
<html lang="{view.text("html_lang")}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{view.text(title)} · Waypost</title>
<link rel="icon" href="data:image/svg+xml,{_ICON}">
<style>{_CSS}</style>
</head>
<body>
<aside class="brand">
<div class="mark">{_MARK}Waypost</div>
<div class="words"><h2>{view.text("tagline")}</h2><p>{view.text("pitch")}</p></div>
<ol class="route" aria-hidden="true">{_route(view)}</ol>
</aside>
<div class="desk">
<nav class="languages"><a href="{other}" hreflang="{view.text("other_lang")}"
 lang="{view.text("other_lang")}">{view.text("other_name")}</a></nav>
<main>
{body}
</main>
</div>
</body>
</html>
"""


def _route(view: View) -> str:
    """A sample journey, drawn as everywhere: done solid, now in the accent, the rest dashed."""
    kinds = ("done", "done", "done", "now", "next", "next")
    stages = view.text("stages").split("|")
    return "".join(f'<li class="{kind}">{stage}</li>' for kind, stage in zip(kinds, stages, strict=True))
