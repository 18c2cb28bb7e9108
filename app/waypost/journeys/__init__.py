"""Journeys: versioned documents that turn the milestone matrix into stages, dwell, due and level."""
