"""Files that pages load beside Streamlit's own: the base map, and the style of an own tile server.

Their addresses hold a digest of their bytes, so a browser may keep them for good.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from waypost.services.settings import Settings

_HERE = Path(__file__).with_name("assets")
_KEEP = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
_LEVEL = 6


class Asset(NamedTuple):
    """One file as it is served."""

    path: str
    kind: str
    plain: bytes
    packed: bytes


@cache
def land() -> Asset:
    """The land of the world as GeoJSON, without borders."""
    return _asset("land", "geojson", "application/geo+json", (_HERE / "land.geojson").read_bytes())


@cache
def tile_style(url: str, attribution: str) -> Asset:
    """The style by which the map library draws the tiles of an own server."""
    source = {"type": "raster", "tiles": [url], "tileSize": 256, "attribution": attribution}
    style = {"version": 8, "sources": {"own": source}, "layers": [{"id": "own", "type": "raster", "source": "own"}]}
    return _asset("tiles", "json", "application/json", json.dumps(style).encode())


def asset_routes(settings: Settings) -> list[BaseRoute]:
    """One route per file; in front of whatever answers 404 below /assets."""
    held = [land()]
    if settings.tile_url:
        held.append(tile_style(settings.tile_url, settings.tile_attribution))
    return [Route(asset.path, _answer(asset), methods=["GET"]) for asset in held]


def _asset(name: str, ending: str, kind: str, body: bytes) -> Asset:
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Asset(f"/assets/{name}-{digest}.{ending}", kind, body, gzip.compress(body, _LEVEL, mtime=0))


def _answer(asset: Asset) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers = {**_KEEP, "content-encoding": "gzip"}
            return Response(asset.packed, media_type=asset.kind, headers=headers)
        return Response(asset.plain, media_type=asset.kind, headers=_KEEP)

    return answer
