"""One simulated company, played once for all tests that only look at it."""

from __future__ import annotations

import pytest

from tests.simulate.told import Told, company
from waypost.simulate.profile import ORDINARY


@pytest.fixture(scope="session")
def clean() -> Told:
    """The company with partners that report all they see, at once."""
    return Told(list(company().arrived()))


@pytest.fixture(scope="session")
def usual() -> Told:
    """The same company with partners as they are."""
    return Told(list(company(days=13, profile=ORDINARY).arrived()))
