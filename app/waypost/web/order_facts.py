"""The head of an order and the lists beside its journey: facts, clocks, promises, attempts, lines."""

from __future__ import annotations

from typing import Any

from waypost.domain.statement import Classifier
from waypost.journeys.document import Stage
from waypost.journeys.project import Status
from waypost.services.gates import GATE
from waypost.services.order import PromiseSaid
from waypost.services.tracks import Node
from waypost.web import personal
from waypost.web.order_reading import Reading
from waypost.web.phrases import due, target, window
from waypost.web.words import DIMENSIONS, HELD_ICON, OUTCOMES, STATUSES, TIER_ICONS, TIERS, stage_name, word

_LEVELS = ("ok", "yellow", "red")
_SHOWN = {*DIMENSIONS, "value", "currency", "customer"}


def chips(read: Reading) -> list[Any]:
    """Marks beside the number: tier, how it ended, simulated."""
    row, t = read.found.row, read.fmt.t
    found: list[dict[str, str]] = []
    cause = read.journey.stage(row.cause or "") if read.journey else None
    if row.level != "ok" and cause is not None and cause.gate:
        held = t("Held at: {gate}", gate=cause.name.say(t.lang))
        found.append({"label": held, "tier": row.level, "icon": HELD_ICON})
    elif row.level != "ok":
        found.append({"label": t(TIERS[row.level]), "tier": row.level, "icon": TIER_ICONS[row.level]})
    if read.found.outcome:
        found.append({"label": word(OUTCOMES, read.found.outcome, t), "icon": "cancel"})
    elif row.status == "delivered":
        found.append({"label": word(STATUSES, "delivered", t), "icon": "task_alt"})
    if row.done and row.need > row.done:
        done, need = read.fmt.count(row.done), read.fmt.count(row.need)
        partly = t("partly delivered, {done} of {need}", done=done, need=need)
        found.append({"label": partly, "icon": "clock_loader_60"})
    for exchanged in read.found.exchange_for:
        found.append({"label": t("exchange for {order}", order=exchanged.ref), "icon": "swap_horiz"})
    if any(event.simulated for event in read.found.events):
        found.append({"label": t("simulated"), "icon": "science"})
    return found


def facts(read: Reading) -> list[Any]:
    """What is known at a glance, the most asked for first."""
    fmt, t, row = read.fmt, read.fmt.t, read.found.row
    stage = stage_name(read.journey, row.stage, t)
    since = t("for {duration}", duration=fmt.duration(read.now - row.since)) if row.since is not None else ""
    customer = read.found.attributes.get("customer")
    ways = [row.dimensions.get("origin"), row.dimensions.get("destination")]
    found = [
        {"label": t("Now in"), "value": stage, "note": since} if row.status == "open" and stage else None,
        _ended(read),
        _delivered(read),
        _promise(read),
        _estimate(read),
        {"label": t("Ordered"), "value": fmt.instant(row.created, read.now), "hint": fmt.full(row.created)},
        {"label": t("Value"), "value": fmt.money(row.value, row.currency)} if row.value is not None else None,
        {"label": t("Channel"), "value": row.dimensions["channel"]} if row.dimensions.get("channel") else None,
        {"label": t("Carrier"), "value": row.dimensions["carrier"]} if row.dimensions.get("carrier") else None,
        {"label": t("Route"), "value": " → ".join(w for w in ways if w)} if any(ways) else None,
        {"label": t("Customer"), "value": str(personal.attribute("customer", customer, show=read.show))}
        if customer
        else None,
        _journey(read),
    ]
    return [fact for fact in found if fact]


def _journey(read: Reading) -> dict[str, str]:
    t = read.fmt.t
    if read.journey is None:
        return {"label": t("Journey"), "value": word(STATUSES, "unassigned", t)}
    version = t("version {n}", n=read.found.journey_version)
    return {"label": t("Journey"), "value": read.journey.name.say(t.lang), "note": version}


def _ended(read: Reading) -> dict[str, str] | None:
    fmt, t = read.fmt, read.fmt.t
    if not read.found.outcome:
        return None
    at = read.found.outcome_at
    when = t("time not given") if at is None else fmt.instant(at, read.now)
    hint = "" if at is None else fmt.full(at)
    return {"label": t("Ended"), "value": word(OUTCOMES, read.found.outcome, t), "note": when, "hint": hint}


def _delivered(read: Reading) -> dict[str, str] | None:
    at = read.found.row.delivered
    if at is None:
        return None
    return {"label": read.fmt.t("Delivered"), "value": read.fmt.instant(at, read.now), "hint": read.fmt.full(at)}


def _promise(read: Reading) -> dict[str, str] | None:
    """The first promise, which is the one that is judged; whether it was kept, and that it moved."""
    said = [p for p in read.found.promises if p.classifier == Classifier.PLANNED]
    if not said:
        return None
    fmt, t = read.fmt, read.fmt.t
    first, latest = window(said[0].at, said[0].until, fmt, read.now), window(said[-1].at, said[-1].until, fmt, read.now)
    notes = [_kept(said[0], read), "" if latest == first else t("moved to {day}", day=latest)]
    note = ", ".join(part for part in notes if part)
    return {"label": t("Promised"), "value": first, "note": note, "hint": fmt.full(_end(said[0]))}


def _kept(said: PromiseSaid, read: Reading) -> str:
    fmt, t, end, done = read.fmt, read.fmt.t, _end(said), read.found.row.delivered
    if done is not None:
        return t("kept") if done <= end else t("missed by {duration}", duration=fmt.duration(done - end))
    if read.found.row.status != "open" or read.now <= end:
        return ""
    return t("missed, {duration} ago", duration=fmt.duration(read.now - end))


def _end(said: PromiseSaid) -> int:
    return said.until - 1 if said.until > said.at else said.until


def _estimate(read: Reading) -> dict[str, str] | None:
    found = read.found.estimate
    if found is None or read.found.row.delivered is not None:
        return None
    said = read.fmt.t("said {when}", when=read.fmt.instant(found.stated, read.now)) if found.stated else ""
    return {"label": read.fmt.t("Estimated"), "value": window(found.at, found.until, read.fmt, read.now), "note": said}


def clocks(read: Reading) -> list[Any]:
    """The spans of the journey: how long they took or have been running. Gates stand in lines of their own."""
    spans = ((node, node.stage) for node in read.found.spans)
    return [_clock(node, stage, read) for node, stage in spans if stage is not None and not stage.gate]


def _clock(node: Node, stage: Stage, read: Reading) -> dict[str, Any]:
    level = _LEVELS[node.level]
    return {
        "id": node.id,
        "name": stage.name.say(read.fmt.lang),
        "icon": stage.icon,
        "value": _reading(node, stage, read),
        "running": node.status == Status.OPEN and (stage.target.basis == "entered" or node.due_red is not None),
        "target": target(stage, read.fmt),
        "tier": level,
        "tier_word": read.fmt.t(TIERS[level]),
        "hint": "" if node.entered is None else read.fmt.full(node.entered),
    }


def _reading(node: Node, stage: Stage, read: Reading) -> str:
    fmt, t, aim = read.fmt, read.fmt.t, stage.target
    at = read.now if node.status == Status.OPEN else node.left
    if node.status == Status.PENDING:
        return t("not started")
    if node.status == Status.ENDED:
        return t("ended")
    if aim.basis == "promise" and at is not None:
        offset = aim.red if node.due_red is not None else aim.yellow
        limit = node.due_red if node.due_red is not None else node.due_yellow
        if limit is None:
            return t("nothing promised")
        end = limit - (offset or 0)
        if node.status == Status.OPEN:
            return str(due(end, fmt, at)["due"])
        early = t("{duration} early", duration=fmt.duration(end - at))
        return early if at <= end else t("{duration} late", duration=fmt.duration(at - end))
    if node.status == Status.OPEN:
        return fmt.duration(None if node.entered is None else read.ran(read.journey, stage, node.entered))
    return t("not measured") if node.dwell is None else fmt.duration(node.dwell)


def promises(read: Reading) -> list[Any]:
    """Every promise and estimate for delivery, in the order they were said."""
    fmt, t = read.fmt, read.fmt.t
    rows = []
    for said in read.found.promises:
        kind = t("promised") if said.classifier == Classifier.PLANNED else t("estimated")
        when = t("time not given") if said.stated_at is None else fmt.instant(said.stated_at, read.now)
        rows.append(
            {
                "label": window(said.at, said.until, fmt, read.now),
                "value": kind,
                "note": t("{source}, said {when}", source=said.source, when=when),
                "hint": fmt.full(_end(said)),
                "icon": "event_available" if said.classifier == Classifier.PLANNED else "online_prediction",
            }
        )
    return rows


def attempts(read: Reading) -> list[Any]:
    """Failed delivery attempts of all parcels."""
    fmt, t = read.fmt, read.fmt.t
    rows = []
    for track in read.found.tracks:
        for n, seen in enumerate(track.attempts, 1):
            reason = read.vocabulary.label(seen.reason or "", fmt.lang) or seen.reason or t("no reason given")
            when = t("time not given") if seen.at is None else fmt.instant(seen.at, read.now)
            note = " · ".join(part for part in (str(track.subject), seen.place) if part)
            hint = "" if seen.at is None else fmt.full(seen.at)
            line = {"label": f"{n}. {reason}", "value": when, "note": note, "hint": hint, "icon": "door_front"}
            rows.append(line)
    return rows


def visits(read: Reading) -> list[Any]:
    """Stays at places, with how long each took."""
    fmt, t = read.fmt, read.fmt.t
    rows = []
    for track in read.found.tracks:
        for stay in track.visits:
            known = stay.arrived is not None and stay.departed is not None
            stayed = fmt.duration((stay.departed or 0) - (stay.arrived or 0)) if known else ""
            nth = t("visit {n}", n=stay.n)
            again = f" ({nth})" if stay.n > 1 else ""
            there = stay == track.visits[-1] and track.delivered is None
            unseen = t("still there") if there else t("departure not scanned")
            arrived = t("arrival not scanned") if stay.arrived is None else fmt.instant(stay.arrived, read.now)
            departed = unseen if stay.departed is None else fmt.instant(stay.departed, read.now)
            note = f"{arrived} → {departed}"
            rows.append({"label": f"{stay.place}{again}", "value": stayed, "note": note, "icon": "warehouse"})
    return rows


def lines(read: Reading) -> list[Any]:
    """What was ordered."""
    rows = []
    for subject, attributes, quantity in read.found.lines:
        title = attributes.get("title") or attributes.get("sku") or attributes.get("product") or subject.ref
        more = [f"{n}: {personal.attribute(n, v, show=read.show)}" for n, v in attributes.items() if v != title]
        amount = "" if quantity is None else f"× {read.fmt.count(quantity)}"
        rows.append({"label": str(title), "value": amount, "note": " · ".join(more), "icon": "inventory_2"})
    return rows


def attributes(read: Reading) -> list[Any]:
    """Everything else that was said about the order."""
    told = sorted(read.found.attributes.items())
    rest = {n: v for n, v in told if n not in _SHOWN and v is not None and not n.startswith(GATE)}
    return [{"label": n, "value": str(personal.attribute(n, v, show=read.show))} for n, v in rest.items()]
