"""The one style sheet of the graph's frame: ours in the place of its own, which paints every theme white."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

# The component comes with a copy of Bootstrap of which nothing shows but the white of its page.
_PATH = "/component/streamlit_agraph.agraph/bootstrap.min.css"
_CSS = ":root { color-scheme: light dark; } html, body { margin: 0; background: transparent; overflow: hidden; }"


def graph_routes() -> list[BaseRoute]:
    """The route; to be put before Streamlit's own."""
    return [Route(_PATH, _style, methods=["GET"])]


async def _style(request: Request) -> Response:
    return Response(_CSS, media_type="text/css", headers={"Cache-Control": "public, max-age=86400"})
