"""What the back rooms show as sheets: connected sources, what partners' words mean, links for customers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from waypost.domain.instants import SECOND
from waypost.services.connections.health import Health
from waypost.services.export.sheet import Column, Row, Sheet, instants, texts
from waypost.services.mappings.heard import Heard
from waypost.services.tracking import Link


def sources_sheet(found: Sequence[Health]) -> Sheet:
    """Connected sources with their figures, without settings; the lag in seconds."""
    columns = (
        *texts("prefix", "name", "connector", "state"),
        *instants("last_event", "last_read"),
        *(Column(name, "whole") for name in ("lag_s", "per_hour", "calls", "budget", "unmapped", "quarantined")),
        *texts("last_error", "remedy"),
    )

    def rows() -> Iterator[Row]:
        for each in found:
            s = each.source
            lag = None if each.lag is None else each.lag // SECOND
            counts = (each.per_hour, each.used, s.budget, each.unmapped, each.quarantined)
            times = (s.last_event, s.last_ok)
            yield s.key, s.name, s.connector, each.state, *times, lag, *counts, s.last_error, s.last_remedy

    return Sheet("sources", columns, rows)


def meanings_sheet(source: str, found: Sequence[Heard]) -> Sheet:
    """The words of one source and what each stands for."""
    columns = (*texts("source", "word", "code"), Column("n", "whole"), *instants("last_seen"))
    return Sheet("words", columns, lambda: ((source, h.word, h.code, h.n, h.last_seen) for h in found))


def links_sheet(found: Sequence[Link], now: int) -> Sheet:
    """Links for customers without their tokens; `now` in us."""
    columns = (
        Column("id", "whole"),
        *texts("subject", "merchant", "lang", "state", "created_by"),
        *instants("account_created", "expires_at", "revoked_at"),
    )

    def rows() -> Iterator[Row]:
        for link in found:
            texts_ = (link.subject.ref, link.merchant, link.lang or None, link.state(now), link.created_by)
            yield link.id, *texts_, link.created_at, link.expires_at, link.revoked_at

    return Sheet("links", columns, rows)
