"""The suite: the rules of the quality ladder, each with its check and its one-line reason."""

from __future__ import annotations

import unittest
from collections.abc import Callable
from typing import Any, NamedTuple

from waypost.connect.manifest import RULES
from waypost.connect.testing import checks
from waypost.connect.testing.case import Case

# Rules that only hold for connectors with a certain capability.
_ONLY_WITH = {"pages": "pull", "signature": "webhook"}


class Check(NamedTuple):
    """One rule: its name, why it stands, and the function that proves it."""

    name: str
    reason: str
    prove: Callable[[Case], None]


def _check(name: str) -> Check:
    prove: Callable[[Case], None] = getattr(checks, name)
    return Check(name, (prove.__doc__ or "").strip(), prove)


CHECKS: dict[str, Check] = {name: _check(name) for name in RULES}


def run(case: Case, name: str) -> None:
    """Prove one rule for one connector, as its manifest claims it.

    Raises AssertionError with the rule's reason when the claim does not hold, and
    unittest.SkipTest for a rule that is still to be done or exempt with a reason.
    """
    claim, check = case.manifest.quality[name], CHECKS[name]
    needed = _ONLY_WITH.get(name)
    if needed in case.manifest.capabilities and claim.startswith("exempt"):
        raise AssertionError(f"{name}: a connector with the capability '{needed}' cannot be exempt from this rule")
    if claim != "done":
        raise unittest.SkipTest(f"{name}: {claim}")
    try:
        check.prove(case)
    except AssertionError as error:
        raise AssertionError(f"{name}: {check.reason}\n{error}") from None
    except Exception as error:
        problem = f"it raises {type(error).__name__} ({error}), which no caller expects; see waypost.connect.errors"
        raise AssertionError(f"{name}: {check.reason}\n{problem}") from error


def conformance(case: Case) -> type:
    """A class with one test per rule, for pytest or unittest to collect: `TestAcme = conformance(Case(...))`."""

    def test(name: str) -> Callable[[Any], None]:
        def method(self: Any) -> None:
            run(case, name)

        method.__doc__ = CHECKS[name].reason
        return method

    methods = {f"test_{name}": test(name) for name in CHECKS}
    return type(f"Test_{case.connector}", (), methods)
