"""The live matrix: one shared columnar snapshot per process, refreshed by watermark."""

from waypost.services.live.live import Live
from waypost.services.live.view import Facet, OrderQuery, OrderRows, View

__all__ = ["Facet", "Live", "OrderQuery", "OrderRows", "View"]
