"""Waypost: an order-journey control tower that a company runs itself."""

__version__ = "0.1.0"
