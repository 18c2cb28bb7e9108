"""Connections: sources that Waypost pulls from or that send to it, from their first key to their last event."""

from waypost.services.connections.service import Connections

__all__ = ["Connections"]
