"""Settings of the property tests: `ci` repeats the same examples, `explore` looks for new ones.

`HYPOTHESIS_PROFILE=explore` runs many random examples; what it finds becomes a test of its own.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)
settings.register_profile(
    "ci", deadline=None, derandomize=True, max_examples=60, print_blob=True, suppress_health_check=_SLOW
)
settings.register_profile("explore", deadline=None, max_examples=1_000, print_blob=True, suppress_health_check=_SLOW)
_PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci")
settings.load_profile(_PROFILE)


def examples(share: float) -> settings:
    """Settings with a share of the profile's examples: more for what is quick, fewer for what is slow."""
    return settings(max_examples=max(3, round(settings.get_profile(_PROFILE).max_examples * share)))
