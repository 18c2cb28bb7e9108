"""The document that the console is loaded by, served for each page's address.

Streamlit's own is taken as it is, plus a short script with what only the browser can do.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from waypost.web import links

_HEADERS = {"cache-control": "no-cache"}
_BEGIN = """<script>
// Where the server is. Otherwise Streamlit guesses from the page's address: on a deep link it asks in
// the wrong place first, which costs two requests and leaves two errors in the console.
window.__streamlit = { BACKEND_BASE_URL: location.origin + "/" };

// Readers and fonts go by the language of the document.
document.documentElement.lang = new URLSearchParams(location.search).get("lang") || navigator.language;

// Going to another page with a query is reported as two steps, first the query and then the path. One
// click is one step back, so the second step takes the place of the first.
(() => {
  const push = history.pushState.bind(history);
  let asked = { search: "", at: 0 };
  history.pushState = (state, title, url) => {
    const to = new URL(url ?? location.href, location.href);
    const stays = to.pathname === location.pathname;
    const second = !stays && to.search !== "" && asked.search === to.search && Date.now() - asked.at < 5000;
    if (second) history.replaceState(state, title, url);
    else push(state, title, url);
    asked = { search: stays ? to.search : "", at: Date.now() };
  };
})();
</script>"""


def index_routes() -> list[BaseRoute]:
    """One route per page; to be put before Streamlit's own."""
    return [Route(path, _index, methods=["GET"]) for path in links.ADDRESS.values()]


def _index(request: Request) -> Response:
    return HTMLResponse(document(), headers=_HEADERS)


@cache
def document() -> str:
    """The document; Streamlit's unchanged when it has no head to put the line into."""
    html = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    return html.replace("<head>", f"<head>{_BEGIN}", 1).replace("<title>Streamlit</title>", "<title>Waypost</title>", 1)
