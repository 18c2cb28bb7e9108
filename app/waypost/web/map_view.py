"""The map put into words: its legend, and the card of what was chosen on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from waypost.domain.geo import Point
from waypost.domain.position import Position
from waypost.services.live import View
from waypost.services.map import Cluster, MapPicture, Station
from waypost.services.positions import Snapshot
from waypost.services.whereabouts import Known
from waypost.web import cache, links
from waypost.web.format import Format
from waypost.web.map_deck import KINDS, SILENT_AFTER, name_of, tiers
from waypost.web.map_filters import MapFilters
from waypost.web.phrases import due_of, reason, tier
from waypost.web.words import stage_name

ROWS: Final = 8
MOST_LISTED: Final = 100  # ids that a link to the list can carry
_NEARER: Final = 3.0  # zoom levels: eight times as near


def picked(selection: Any) -> str | None:
    """What was chosen, as it stands in the address; None when nothing is."""
    objects = selection.get("selection", {}).get("objects", {}) if selection else {}
    for layer, found in objects.items():
        kind = KINDS.get(layer.partition(".")[0])
        if kind and found:
            return f"{kind}:{found[0].get('id') or found[0].get('tip')}"
    return None


def legend(found: MapPicture, vehicles: Snapshot | None, fmt: Format) -> list[Any]:
    """Every sign of the map, with how many there are."""
    t = fmt.t
    lines: list[dict[str, str]] = [
        {"sign": "circle", "label": t("Open orders"), "n": fmt.count(found.n - found.unknown)},
        {"sign": "yellow", "label": t("of these with a warning"), "n": fmt.count(found.levels[1])},
        {"sign": "red", "label": t("of these blocked"), "n": fmt.count(found.levels[2])},
        {"sign": "station", "label": t("Stations of the last scans"), "n": fmt.count(len(found.stations))},
    ]
    if vehicles is not None:
        silent = sum(found.now - position.at >= SILENT_AFTER for position in vehicles.last.values())
        heard = {"sign": "vehicle", "label": t("Vehicles"), "n": fmt.count(len(vehicles.last) - silent)}
        quiet = t("Silent for {duration}", duration=fmt.duration(SILENT_AFTER))
        lines += [heard, {"sign": "silent", "label": quiet, "n": fmt.count(silent)}]
    return lines


def notes(found: MapPicture, vehicles: Snapshot | None, fmt: Format) -> list[str]:
    """What the map does not show, and by what the rest is known, in sentences."""
    t, said = fmt.t, []
    unknown, by_name, by_vehicle = (fmt.count(found.by[known]) for known in (Known.NOT, Known.NAME, Known.VEHICLE))
    if found.unknown:
        one, many = t("1 open order has no known place."), t("{n} open orders have no known place.", n=unknown)
        said.append(one if found.unknown == 1 else many)
    if found.by[Known.NAME]:
        said.append(t("Only the name of a city is known of {n}; they stand at its centre.", n=by_name))
    if found.by[Known.VEHICLE]:
        said.append(t("Only the vehicle is known of {n}; they stand where it is.", n=by_vehicle))
    if vehicles is not None and not vehicles.last:
        said.append(t("No vehicle has reported a position yet. Set WAYPOST_MQTT_URL to read them from a broker."))
    return said


def card(found: MapPicture, vehicles: Snapshot, view: View, held: MapFilters, fmt: Format) -> Any:
    """The card of what the address says is chosen; None when nothing is, or it is gone."""
    kind, _, key = (held.pick or "").partition(":")
    if kind == "vehicle":
        position = next((p for vehicle, p in vehicles.last.items() if name_of(vehicle) == key), None)
        return None if position is None else _vehicle(position, view, fmt)
    if kind == "station":
        station = next((s for s in found.stations if s.id == key), None)
        return None if station is None else _station(station, found, view, fmt)
    cluster = found.cluster(key) if kind == "orders" else None
    return None if cluster is None else _orders(cluster, found, view, fmt)


def nearer(found: MapPicture, held: MapFilters, zoom: float) -> tuple[Point, float] | None:
    """The view that shows a chosen circle from nearer."""
    cluster = found.cluster((held.pick or "").partition(":")[2])
    return None if cluster is None else (Point(cluster.lat, cluster.lon), zoom + _NEARER)


def _orders(cluster: Cluster, found: MapPicture, view: View, fmt: Format) -> dict[str, Any]:
    places = found.where.places[cluster.members].tolist()
    title = cluster.name or fmt.t("Orders here")
    return {
        "icon": "package_2",
        "title": title,
        "note": f"{tiers(cluster.levels, fmt)}\n{_stages(places, view, fmt)}",
        "zoom": cluster.n > 1 and not cluster.name,
        **_listed(places, view, fmt),
    }


def _station(station: Station, found: MapPicture, view: View, fmt: Format) -> dict[str, Any]:
    names = set(station.names)
    where = found.where
    here = [place for place, name in zip(where.places.tolist(), where.names, strict=True) if name in names]
    more = fmt.t("and {n} more here", n=fmt.count(len(station.names) - 1)) if len(station.names) > 1 else ""
    note = "\n".join(part for part in (more, _stages(here, view, fmt)) if part)
    return {"icon": "warehouse", "title": station.names[0], "note": note, **_listed(here, view, fmt)}


def _vehicle(position: Position, view: View, fmt: Format) -> dict[str, Any]:
    t = fmt.t
    facts = [
        {"label": t("Last heard"), "value": fmt.ago(position.at, view.now), "hint": fmt.full(position.at)},
        {"label": t("Place"), "value": f"{position.lat:.4f}, {position.lon:.4f}"},
    ]
    if position.speed_kmh is not None:
        facts.append({"label": t("Speed"), "value": t("{n} km/h", n=fmt.count(round(position.speed_kmh)))})
    if position.battery is not None:
        facts.append({"label": t("Battery"), "value": fmt.percent(position.battery / 100, 0)})
    facts.append({"label": t("Source"), "value": position.source})
    aboard = cache.aboard(position.vehicle)
    note = t.plural("{n} order aboard", "{n} orders aboard", len(aboard), n=fmt.count(len(aboard)))
    mark = " · ".join([t("simulated"), note]) if position.simulated else note
    title = name_of(position.vehicle)
    listed = _listed(aboard, view, fmt) if aboard else {}
    return {"icon": "local_shipping", "title": title, "note": mark, "facts": facts, **listed}


def _listed(places: Sequence[int], view: View, fmt: Format) -> dict[str, Any]:
    """The most urgent orders among some, and a link to all of them."""
    line = sorted(places, key=lambda place: (-int(view.level[place]), int(view.due[place])))
    refs = [view.row(place).subject.ref for place in line[:MOST_LISTED]]
    shown: dict[str, Any] = {"orders": [_order(place, view, fmt) for place in line[:ROWS]]}
    if len(line) > ROWS:
        if len(line) > MOST_LISTED:
            shown["more"] = fmt.t("show the {n} most urgent", n=fmt.count(MOST_LISTED))
        else:
            shown["more"] = fmt.t("show all {n}", n=fmt.count(len(line)))
        shown["more_href"] = links.href("orders", {"q": " ".join(refs), "status": "open"})
    return shown


def _order(place: int, view: View, fmt: Format) -> dict[str, Any]:
    row = view.row(place)
    journey = view.journeys[row.journey].version.journey if row.journey else None
    cause = journey.stage(row.cause) if journey and row.cause else None
    return {
        "order": row.subject.ref,
        "href": links.order(row.subject),
        **tier(row, cause, fmt),
        "what": reason(row, cause, fmt, view.now) or stage_name(journey, row.stage, fmt.t),
        **{name: value for name, value in due_of(row, cause, fmt, view.now).items() if name != "due_full"},
    }


def _stages(places: Sequence[int], view: View, fmt: Format) -> str:
    """How many of some orders are in which stage, the fullest first."""
    counts: dict[str, int] = {}
    for place in places:
        at, number = int(view.current[place]), int(view.journey[place])
        if number >= 0 and at >= 0:
            name = view.journeys[view.ids[number]].version.journey.path[at].name.say(fmt.lang)
            counts[name] = counts.get(name, 0) + 1
    ranked = sorted(counts.items(), key=lambda pair: -pair[1])
    return " · ".join(f"{name} {fmt.count(n)}" for name, n in ranked)
