"""The live matrix: one shared columnar snapshot per process, refreshed by watermark."""

from waypost.services.live.live import Live
from waypost.services.live.query import Facet, OrderQuery, OrderRow, OrderRows
from waypost.services.live.view import View

__all__ = ["Facet", "Live", "OrderQuery", "OrderRow", "OrderRows", "View"]
