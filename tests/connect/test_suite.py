"""The conformance suite lets an honest connector pass and catches every trick of a hostile one."""

from __future__ import annotations

import hashlib
import hmac
import unittest
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from tests.connect.hostile.acme import KEY, answers
from waypost.connect.manifest import RULES
from waypost.connect.registry import GROUP, Registry, discover
from waypost.connect.testing import CHECKS, Case, conformance
from waypost.connect.testing.suite import run
from waypost.domain.instants import read_moment

NOW = read_moment("2026-11-23T12:00:00Z", None, "now").at or 0
BODY = b"""\
{"id": "e1", "order": "1001", "status": "paid", "at": "2026-11-23T10:00:00+08:00"}
{"id": "e2", "order": "1001", "status": "shipped", "at": "2026-11-23T11:30:00+08:00"}
"""
SIGNATURE = hmac.new(KEY.encode(), BODY, hashlib.sha256).hexdigest()


def hostile() -> Registry:
    return discover([EntryPoint("acme", "tests.connect.hostile.acme", GROUP)])


def case(trick: str = "", **changes: Any) -> Case:
    settings = {"api_key": KEY, "trick": trick}
    given: dict[str, Any] = {
        "connector": "acme",
        "settings": settings,
        "material": {"body": BODY},
        "word": b"paid",
        "required": b"order",
        "now": NOW,
        "headers": {"X-Acme-Signature": SIGNATURE},
        "secrets": (KEY,),
        "transport": answers,
        "registry": hostile(),
    }
    return Case(**{**given, **changes})


TestHonest = conformance(case())

TRICKS = {
    "garbage": "statements",
    "endless items": "statements",
    "no source": "statements",
    "subject as text": "statements",
    "wrong types": "statements",
    "own codes": "statements",
    "wrong slot": "statements",
    "calls home": "statements",
    "milliseconds": "times",
    "naive times": "times",
    "forgets the zone": "times",
    "no raw time": "times",
    "one id for all": "identity",
    "random ids": "identity",
    "guesses": "unmapped",
    "drops strangers": "unmapped",
    "forgets the word": "unmapped",
    "empty is fine": "empty",
    "drops half lines": "truncated",
    "crashes": "encoding",
    "replaces bytes": "encoding",
    "makes up orders": "missing_field",
    "shows its key": "secrets",
    "logs its key": "secrets",
    "endless pages": "pages",
    "same page again": "pages",
    "verifies nothing": "signature",
}


@pytest.mark.parametrize(("trick", "rule"), TRICKS.items())
def test_every_trick_is_caught_by_its_rule(trick: str, rule: str) -> None:
    with pytest.raises(AssertionError) as caught:
        run(case(trick), rule)
    # The one-line reason of the rule comes first, so that a stranger knows why.
    assert str(caught.value).startswith(f"{rule}: {CHECKS[rule].reason}")


def test_every_rule_has_a_check_with_a_reason_and_a_trick_that_breaks_it() -> None:
    assert set(CHECKS) == set(RULES)
    assert all(len(check.reason) > 20 for check in CHECKS.values())
    assert set(TRICKS.values()) | {"settings"} == set(RULES)


def test_a_setting_that_is_refused_fails_the_settings_rule() -> None:
    with pytest.raises(AssertionError, match="settings"):
        run(case(transport=lambda call: answers(call)._replace(status=401)), "settings")


def test_a_secret_never_shows_in_the_complaint_about_it() -> None:
    with pytest.raises(AssertionError) as caught:
        run(case("shows its key"), "secrets")
    assert KEY not in str(caught.value)


def test_a_case_that_names_the_wrong_place_to_hurt_is_told_so() -> None:
    with pytest.raises(AssertionError, match="does not hold b'refunded'"):
        run(case(word=b"refunded"), "unmapped")


def test_material_that_the_connector_refuses_is_no_sample() -> None:
    with pytest.raises(AssertionError, match="own material is refused"):
        run(case(material={"body": BODY + b"{\n"}), "statements")


def test_a_broken_connector_fails_with_the_reason_why_it_is_broken() -> None:
    broken = discover([EntryPoint("raises", "tests.connect.hostile.raises", GROUP)])
    with pytest.raises(AssertionError, match="library of this partner is not installed"):
        run(case(connector="raises", registry=broken), "statements")


def test_what_is_still_to_do_is_skipped_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = case().manifest
    monkeypatch.setitem(manifest.quality, "pages", "todo")
    monkeypatch.setattr(Case, "manifest", property(lambda self: manifest))
    with pytest.raises(unittest.SkipTest, match="pages: todo"):
        run(case(), "pages")


def test_a_connector_that_pulls_cannot_be_exempt_from_the_rule_about_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = case().manifest
    monkeypatch.setitem(manifest.quality, "pages", "exempt: it is too much work")
    monkeypatch.setattr(Case, "manifest", property(lambda self: manifest))
    with pytest.raises(AssertionError, match="cannot be exempt"):
        run(case(), "pages")
