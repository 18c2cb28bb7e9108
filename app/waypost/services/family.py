"""What belongs to an order: its lines, parcels, old waybills, returns and exchanges; nothing of its neighbours.

A parcel may serve several orders. So links are followed in one direction only: from an order to what
says that it belongs to it, never from a shared parcel on to the lines of the other order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from sqlalchemy.engine import Connection

from waypost.domain.subject import LinkRel
from waypost.store import reads
from waypost.store.reads import LinkRow

_LONGEST: Final = 32  # waybills that followed one another; more than any carrier allows


class Family(NamedTuple):
    """The keys of an order's subjects, ascending, and the orders that it was made to exchange."""

    members: list[int]
    exchange_for: list[int]


def family_of(connection: Connection, order: int) -> Family:
    """The order and everything that belongs to it."""
    own = reads.links_touching(connection, [order])
    lines = {link.from_id for link in own if link.rel == LinkRel.LINE_OF and link.to_id == order}
    mine = {order, *lines}
    said = [*own, *reads.links_touching(connection, sorted(lines))]
    parcels = _heads(said, LinkRel.CARRIES, mine)
    exchanges = _heads(own, LinkRel.EXCHANGES, {order})
    parcels |= _waybills(connection, parcels | exchanges, mine)
    returns = _heads(said, LinkRel.RETURNS, mine)
    returns |= _returned(connection, parcels, mine)
    exchanged = [link.to_id for link in own if link.rel == LinkRel.EXCHANGES and link.from_id == order]
    return Family(sorted(mine | parcels | exchanges | returns), sorted(exchanged))


def _heads(links: Iterable[LinkRow], rel: LinkRel, tails: Collection[int]) -> set[int]:
    return {link.from_id for link in links if link.rel == rel and link.to_id in tails}


def _waybills(connection: Connection, parcels: set[int], mine: set[int]) -> set[int]:
    """The waybills before and after these; one that says what it carries must carry something of this order."""
    found: set[int] = set()
    todo = set(parcels)
    for _ in range(_LONGEST):
        links = [link for link in reads.links_touching(connection, sorted(todo)) if link.rel == LinkRel.REPLACES]
        near = {key for link in links for key in (link.from_id, link.to_id)} - parcels - found
        todo = near - _elsewhere(connection, near, LinkRel.CARRIES, mine)
        if not todo:
            break
        found |= todo
    return found


def _returned(connection: Connection, parcels: set[int], mine: set[int]) -> set[int]:
    """Returns of whole parcels; one that also names lines or orders must name one of this order's."""
    links = reads.links_touching(connection, sorted(parcels))
    returns = _heads(links, LinkRel.RETURNS, parcels)
    return returns - _elsewhere(connection, returns, LinkRel.RETURNS, mine | parcels, but=parcels)


def _elsewhere(
    connection: Connection, keys: set[int], rel: LinkRel, mine: set[int], but: Collection[int] = ()
) -> set[int]:
    """Those of `keys` that name something by `rel`, apart from `but`, and nothing of it is this order's."""
    named: dict[int, bool] = {}
    for link in reads.links_from(connection, sorted(keys)):
        if link.rel == rel and link.to_id not in but:
            named[link.from_id] = named.get(link.from_id, False) or link.to_id in mine
    return {key for key, ours in named.items() if not ours}
