"""A realistic company for demos, tests and measurements: seeded, so that the same seed lives the same life."""
