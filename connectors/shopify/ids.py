"""Ids and words as Shopify writes them in its two interfaces, brought to one form."""

from __future__ import annotations

from waypost.connect.bodies import Node
from waypost.domain.errors import FieldError
from waypost.domain.subject import Subject, SubjectKind

LONGEST = 100  # of an id as it is sent


def plain(text: str) -> str:
    """The number in a global id: `gid://shopify/Order/123?x=1` is 123; webhooks send the number alone."""
    return text.partition("?")[0].rpartition("/")[2] if text.startswith("gid://") else text


def id_of(node: Node, name: str = "id") -> str:
    """An id that must be there, as its number. Errors: FieldError."""
    found = plain(node.text(name, LONGEST))
    if not found:
        raise FieldError(node.at(name), "it names nothing.", "Send the id, for instance gid://shopify/Order/123.")
    return found


def word_of(node: Node, name: str) -> str | None:
    """A word in lower case; GraphQL shouts what webhooks say quietly."""
    value = node.maybe(name, 60)
    return value.lower() if value else None


def order(ref: str) -> Subject:
    """An order. Shopify's ids are unique over all shops."""
    return Subject(SubjectKind.ORDER, ref)


def line(ref: str) -> Subject:
    """A line of an order."""
    return Subject(SubjectKind.LINE, ref)


def parcel(ref: str) -> Subject:
    """A fulfilment. Its tracking number comes later and may change, so it is an attribute and no id."""
    return Subject(SubjectKind.PARCEL, ref)


def returned(ref: str) -> Subject:
    """A return."""
    return Subject(SubjectKind.RETURN, ref)
