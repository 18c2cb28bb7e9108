"""The one style sheet of the graph's frame: ours in the place of its own, which paints every theme white."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

# The component comes with a copy of Bootstrap of which nothing shows but the white of its page.
_PATH = "/component/streamlit_agraph.agraph/bootstrap.min.css"
_CSS = ":root { color-scheme: light dark; } html, body { margin: 0; background: transparent; overflow: hidden; }"


class GraphFrame:
    """Middleware behind the gate; Streamlit lets no route stand below `/component/`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._style = Response(_CSS, media_type="text/css", headers={"Cache-Control": "public, max-age=86400"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for the style sheet, hand everything else on."""
        ours = scope["type"] == "http" and scope["path"] == _PATH
        await (self._style if ours else self._app)(scope, receive, send)
