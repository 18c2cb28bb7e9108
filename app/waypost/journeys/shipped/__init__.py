"""The journeys that come with Waypost."""

from __future__ import annotations

import json
from importlib.resources import files

from waypost.journeys.document import Journey, read_journey


def shipped() -> list[Journey]:
    """All shipped journeys, by id."""
    found = (entry for entry in files(__name__).iterdir() if entry.name.endswith(".json"))
    return sorted((read_journey(json.loads(entry.read_text("utf-8"))) for entry in found), key=lambda j: j.id)
