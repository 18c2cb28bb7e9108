"""The conformance suite for connectors, ours and everybody else's.

One statement per connector gives a test for each rule of the quality ladder:

    TestAcme = conformance(Case(connector="acme", settings={...}, material={...}, ...))
"""

from waypost.connect.testing.case import Case
from waypost.connect.testing.suite import CHECKS, Check, conformance

__all__ = ["CHECKS", "Case", "Check", "conformance"]
