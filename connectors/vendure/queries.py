"""The GraphQL queries: what an order is, and the little that shows whether it has changed."""

from __future__ import annotations

HISTORY = 100  # entries that come with an order; more are fetched page by page

_ENTRY = "id type createdAt data"
# Vendure does not touch an order's updatedAt when a fulfilment moves on or money is given back, so these
# fields together, not the time, tell whether an order has changed.
_TRACE = """id state updatedAt trace: history(options: {take: 1}) { totalItems }
 fulfillments { id state updatedAt trackingCode } payments { id state refunds { id state } }"""
_ORDER = f"""id code state type updatedAt orderPlacedAt currencyCode totalWithTax shippingWithTax
 trace: history(options: {{take: 1}}) {{ totalItems }}
 shippingAddress {{ city countryCode }} shippingLines {{ shippingMethod {{ name }} }}
 lines {{ id quantity orderPlacedQuantity unitPriceWithTax productVariant {{ sku name }} }}
 payments {{ id state amount refunds {{ id state total createdAt reason }} }}
 fulfillments {{ id state method trackingCode createdAt updatedAt lines {{ orderLineId quantity }} }}
 history(options: {{take: {HISTORY}, sort: {{id: ASC}}}}) {{ totalItems items {{ {_ENTRY} }} }}"""

_LIST = "query($options: OrderListOptions) {{ orders(options: $options) {{ totalItems items {{ {fields} }} }} }}"
ORDERS = _LIST.format(fields=_ORDER)
TRACES = _LIST.format(fields=_TRACE)
MORE_HISTORY = f"""query($id: ID!, $skip: Int!) {{ order(id: $id) {{
 history(options: {{take: {HISTORY}, skip: $skip, sort: {{id: ASC}}}}) {{ totalItems items {{ {_ENTRY} }} }} }} }}"""

FINISHED = ["Delivered", "Cancelled"]
