"""Shopify: orders, fulfilments, scans, refunds and returns of one shop, by webhook and by pulling."""

from connectors.shopify.connector import Shopify

CONNECTOR = Shopify
