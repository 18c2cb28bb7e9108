"""Vendure: orders, fulfilments, payments and refunds of one shop, pulled from its admin interface."""

from connectors.vendure.connector import Vendure

CONNECTOR = Vendure
