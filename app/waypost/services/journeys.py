"""Journeys in force and their history: loaded from the store, changed only by publishing."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection, Engine

from waypost.access import audit
from waypost.domain.errors import DocumentError, NotFound
from waypost.domain.instants import now_us
from waypost.journeys.document import Journey, read_journey
from waypost.journeys.shipped import shipped
from waypost.store import documents
from waypost.store.engine import writing

KIND = "journey"
SHIPPED_BY = "waypost"  # who publishes the journeys that come with it


class JourneyVersion(NamedTuple):
    """One version with the interval [since, until) in which it judged; us, until None = now."""

    journey: Journey
    version: int
    since: int | None  # None: also everything before it was published
    until: int | None
    by: str


class Journeys:
    """All journeys, reloaded within one call after anybody published."""

    def __init__(self, engine: Engine, clock: Callable[[], int] = now_us) -> None:
        self._engine, self._clock = engine, clock
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._versions: dict[str, list[JourneyVersion]] = {}
        self._loaded = 0  # how often

    def install_shipped(self, now: int) -> None:
        """Publish the shipped journeys that a store has never had; those that were retired stay so."""
        held = {version.key for version in documents.versions(self._engine, KIND)}
        for journey in shipped():
            if journey.id not in held:
                # Another process that starts at the same time has published it: that is as good.
                with contextlib.suppress(documents.StaleVersion):
                    documents.publish(self._engine, KIND, journey.id, journey.as_json(), by=SHIPPED_BY, now=now, base=0)

    def refresh(self, connection: Connection | None = None) -> tuple[int, int]:
        """Load what was published since; returns a stamp that changes with every change."""
        fresh = documents.stamp_in(connection, KIND) if connection else documents.stamp(self._engine, KIND)
        with self._lock:
            if fresh != self._stamp:
                self._versions = self._load()
                self._stamp = fresh
                self._loaded += 1
        return fresh

    def published(self) -> list[JourneyVersion]:
        """The journeys in force, by id."""
        self.refresh()
        found = (history[-1] for history in self._versions.values())
        return sorted((v for v in found if v.until is None), key=lambda v: v.journey.id)

    def histories(self, connection: Connection) -> tuple[int, list[list[JourneyVersion]]]:
        """All versions of every journey in force, by id, and a number that changes whenever any of them does."""
        self.refresh(connection)
        with self._lock:
            number, found = self._loaded, [each for each in self._versions.values() if each[-1].until is None]
        return number, sorted(found, key=lambda history: history[-1].journey.id)

    def history(self, journey_id: str) -> list[JourneyVersion]:
        """All versions of a journey, oldest first. Errors: NotFound."""
        self.refresh()
        held = self._versions.get(journey_id)
        if not held:
            raise NotFound(f"There is no journey '{journey_id}'. There are: {', '.join(sorted(self._versions))}.")
        return held

    def in_force(self, journey_id: str) -> JourneyVersion:
        """The published version of a journey. Errors: NotFound."""
        return self.history(journey_id)[-1]

    def publish(
        self, body: Any, *, by: str, base: int | None = None, comment: str = "", now: int | None = None
    ) -> JourneyVersion:
        """Validate and publish a document. Errors: DocumentError, StaleVersion; then nothing changed.

        A journey that has a board is published with it only, so that the two never say different things.
        """
        journey = read_journey(body)
        when = now or self._clock()
        with writing(self._engine) as connection:
            audit.lock(connection)  # as boards do, so that none appears in between
            if documents.newest(connection, "board", journey.id) is not None:
                remedy = "Change the board and publish it: its journey follows."
                raise DocumentError("id", f"the journey '{journey.id}' belongs to a board.", remedy)
            made = documents.publish_in(
                connection, KIND, journey.id, journey.as_json(), by=by, now=when, base=base, comment=comment
            )
            detail = {"version": made.version, "comment": comment}
            audit.append(connection, when, by, "journey.published", f"journey/{journey.id}", detail)
        return self.in_force(journey.id)

    def set_target(
        self, journey_id: str, stage_id: str, *, yellow: str | None, red: str | None, by: str
    ) -> JourneyVersion:
        """Publish a version in which one stage has other targets; its board, too, where it has one.

        Errors: NotFound, DocumentError.
        """
        from waypost.services.boards import publishing  # which builds on what a journey is

        if publishing.set_target(self._engine, journey_id, stage_id, yellow, red, by, self._clock()):
            return self.in_force(journey_id)
        held = self.in_force(journey_id)
        body = held.journey.as_json()
        stage = next((s for s in body["stages"] if s["id"] == stage_id), None)
        if stage is None:
            raise NotFound(f"Journey '{journey_id}' has no stage '{stage_id}'.")
        stage["target"].update(yellow=yellow or None, red=red or None)
        return self.publish(body, by=by, base=held.version, comment=f"targets of {stage_id}")

    def _load(self) -> dict[str, list[JourneyVersion]]:
        found: dict[str, list[JourneyVersion]] = {}
        for v in documents.versions(self._engine, KIND):
            history = found.setdefault(v.key, [])
            since = v.published_at if history else None
            history.append(JourneyVersion(read_journey(v.body), v.version, since, v.retired_at, v.created_by))
        return found
