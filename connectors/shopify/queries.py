"""The GraphQL queries; aliases give the fields the names that webhooks use, so that one reader serves both."""

from __future__ import annotations

FEW, MANY = 10, 250  # how much of a nested list comes with its order, and how much when it is asked for by itself

_PAGE = "pageInfo { hasNextPage endCursor }"
_MONEY = "shop_money: shopMoney { amount currency_code: currencyCode }"
_LINE = "id sku name quantity"
_LOAD = "quantity line_item: lineItem { id }"
_REFUNDED = "quantity restock_type: restockType line_item: lineItem { id }"
_RETURNED = (
    "quantity ... on ReturnLineItem { fulfillment_line_item: fulfillmentLineItem { line_item: lineItem { id } } }"
)
_TRANSACTION = "id kind status created_at: createdAt processed_at: processedAt"


def _event(places: bool) -> str:
    where = "city province country latitude longitude" if places else ""  # customer data, to Shopify
    return f"""id status happened_at: happenedAt created_at: createdAt {where}
 estimated_delivery_at: estimatedDeliveryAt"""


def _fulfillment(few: int, places: bool) -> str:
    return f"""id: legacyResourceId gid: id status created_at: createdAt updated_at: updatedAt
 estimated_delivery_at: estimatedDeliveryAt tracking_info: trackingInfo(first: 10) {{ number company }}
 line_items: fulfillmentLineItems(first: {few}) {{ nodes {{ {_LOAD} }} {_PAGE} }}
 events(first: {few}, sortKey: HAPPENED_AT) {{ nodes {{ {_event(places)} }} {_PAGE} }}"""


def _refund(few: int) -> str:
    return f"""id: legacyResourceId gid: id created_at: createdAt
 refund_line_items: refundLineItems(first: {few}) {{ nodes {{ {_REFUNDED} }} {_PAGE} }}"""


def _return(few: int) -> str:
    return f"""id gid: id name status created_at: createdAt closed_at: closedAt
 return_line_items: returnLineItems(first: {few}) {{ nodes {{ {_RETURNED} }} {_PAGE} }}"""


def order(places: bool, returns: bool) -> str:
    """The fields of an order, with the start of each of its lists."""
    address = "shipping_address: shippingAddress { city country_code: countryCodeV2 }" if places else ""
    back = f"returns(first: {FEW}) {{ nodes {{ {_return(FEW)} }} {_PAGE} }}" if returns else ""
    return f"""id: legacyResourceId gid: id name created_at: createdAt updated_at: updatedAt
 cancelled_at: cancelledAt cancel_reason: cancelReason closed_at: closedAt
 financial_status: displayFinancialStatus total_price_set: totalPriceSet {{ {_MONEY} }} {address}
 shipping_lines: shippingLines(first: 1) {{ nodes {{ title }} }}
 line_items: lineItems(first: {FEW}) {{ nodes {{ {_LINE} }} {_PAGE} }}
 transactions(first: {FEW}) {{ {_TRANSACTION} }}
 fulfillments(first: {FEW}) {{ {_fulfillment(FEW, places)} }}
 refunds(first: {FEW}) {{ {_refund(FEW)} }} {back}"""


def page(places: bool, returns: bool) -> str:
    """One page of the orders that changed, oldest change first."""
    return f"""query($first: Int!, $after: String, $changed: String!) {{
 orders(first: $first, after: $after, query: $changed, sortKey: UPDATED_AT) {{
 nodes {{ {order(places, returns)} }} {_PAGE} }} }}"""


# Lists that have pages: name -> (type of the owner, name in the schema, fields of an entry).
_PAGED = {
    "line_items": ("Order", "lineItems", _LINE),
    "returns": ("Order", "returns", _return(FEW)),
    "load": ("Fulfillment", "fulfillmentLineItems", _LOAD),
    "events": ("Fulfillment", "events", ""),
    "refund_line_items": ("Refund", "refundLineItems", _REFUNDED),
    "return_line_items": ("Return", "returnLineItems", _RETURNED),
}
# Lists of an order without pages: they can only be asked for with a larger number.
FLAT = ("transactions", "fulfillments", "refunds")


def rest_of(name: str, places: bool) -> str:
    """The next page of a nested list, by the id of its owner."""
    owner, field, entry = _PAGED[name]
    first = FEW if name == "returns" else MANY
    entry, sort = (_event(places), ", sortKey: HAPPENED_AT") if name == "events" else (entry, "")
    return f"""query($id: ID!, $after: String) {{ node(id: $id) {{ ... on {owner} {{
 list: {field}(first: {first}, after: $after{sort}) {{ nodes {{ {entry} }} {_PAGE} }} }} }} }}"""


def whole(name: str, first: int, places: bool) -> str:
    """A list without pages, up to `first` entries."""
    entry = {"transactions": _TRANSACTION, "fulfillments": _fulfillment(FEW, places), "refunds": _refund(FEW)}[name]
    return f"query($id: ID!) {{ node(id: $id) {{ ... on Order {{ list: {name}(first: {first}) {{ {entry} }} }} }} }}"
