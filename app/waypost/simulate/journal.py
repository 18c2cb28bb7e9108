"""What partners say about one group of orders, and when each word arrives here.

What really happens is drawn by others; this adds how it is reported. The two never share a
generator, so the same company lives the same life under every profile.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from waypost.domain.instants import DAY, SECOND
from waypost.simulate.dice import HOUR, MINUTE, dice, lognormal
from waypost.simulate.hours import local_text
from waypost.simulate.network import Partner
from waypost.simulate.profile import Profile

HORIZON = 60 * DAY  # nothing is reported later than this after the order was placed
_LONGEST_LATENESS = 48 * HOUR


class Arrival(NamedTuple):
    """An event and when it reaches us (us); sorted by time, then by id."""

    at: int
    id: str
    serial: int
    event: dict[str, Any]


class Journal:
    """Collects statements; `arrivals` says what comes of them. `born` is when the group began, us."""

    def __init__(self, ref: str, born: int, seed: int, profile: Profile) -> None:
        self._ref, self._born, self._profile = ref, born, profile
        self._noise = dice(seed, "noise", ref)
        self._spoken = 0
        self._arrivals: list[Arrival] = []

    def say(
        self,
        partner: Partner,
        subject: str,
        code: str,
        at: int,
        *,
        zone: str | None = None,
        speaks_of: str | None = None,
        missable: bool = False,
        **data: Any,
    ) -> str:
        """Report one statement and return its event id.

        `at` is when it happened or was promised (us), `speaks_of` the time or date promised.
        Entries of `data` that are None are left out.
        """  # fmt: skip
        self._spoken += 1
        event_id = f"{self._ref}.{self._spoken}"
        if missable and self._noise.random() < self._profile.missed:
            return event_id
        said = at - at % SECOND
        arrival = self._arrival(said, partner)
        body = {name: value for name, value in data.items() if value is not None}
        if speaks_of is not None:
            body["at"], body["zone"] = speaks_of, zone or partner.zone
        body["simulated"] = True
        event = {"specversion": "1.0", "id": event_id, "source": partner.source, "type": code, "subject": subject}
        if partner.bare and speaks_of is None:
            # Such systems write the scanner's wall clock and, apart, when they sent it.
            place = zone or partner.zone
            body["at"], body["zone"] = local_text(said, place)[:19], place
            event["time"] = local_text(arrival - arrival % SECOND, "UTC")
        else:
            event["time"] = local_text(said, zone or partner.zone)
        event["data"] = body  # type: ignore[assignment]
        self._deliver(arrival, event_id, event)
        return event_id

    def chance(self, share: float) -> bool:
        """Whether something happens to the reporting, apart from what really happened."""
        return self._noise.random() < share

    @property
    def unknown_share(self) -> float:
        """How often a carrier uses a word that nobody has translated."""
        return self._profile.unknown

    def arrivals(self) -> list[Arrival]:
        """Everything that reaches us, in order of its arrival."""
        return sorted(a for a in self._arrivals if a.at - self._born <= HORIZON)

    def _arrival(self, said: int, partner: Partner) -> int:
        noise, profile = self._noise, self._profile
        delay = partner.latency * (0.4 + noise.expovariate(1.2)) * SECOND
        if noise.random() < profile.late:
            delay += min(lognormal(noise, 4, 0.9) * HOUR, _LONGEST_LATENESS)
        if noise.random() < profile.out_of_order:
            delay += noise.uniform(20, 180) * MINUTE
        return said + max(SECOND, round(delay))

    def _deliver(self, arrival: int, event_id: str, event: dict[str, Any]) -> None:
        self._arrivals.append(Arrival(arrival, event_id, self._spoken, event))
        if self._noise.random() >= self._profile.duplicate:
            return
        again = arrival + round(lognormal(self._noise, 25, 1.2) * MINUTE)
        # The same quantity under a new id would be a second cancellation, not a repetition.
        if self._noise.random() < 0.3 and not event["data"].keys() & {"quantity", "kind"}:
            event_id, event = f"{event_id}r", {**event, "id": f"{event_id}r"}
        self._arrivals.append(Arrival(again, event_id, self._spoken, event))
