"""Which passwords are taken, and what is kept of them."""

from __future__ import annotations

import pytest

from waypost.access.errors import AccessError
from waypost.access.passwords import check_password, hash_password, verify_password

GOOD = "lantern harbour nine"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_short"),
        ("elevenchars", "password_short"),
        ("x" * 201, "password_long"),
        ("aaaaaaaaaaaaaaa", "password_weak"),
        ("abababababababab", "password_weak"),
        ("Operations2026", "password_weak"),
        ("operations-2026!", "password_weak"),
    ],
)
def test_bad_passwords_are_refused_with_the_remedy(password: str, code: str) -> None:
    with pytest.raises(AccessError) as caught:
        check_password(password, "operations")
    assert caught.value.code == code
    assert caught.value.remedy
    assert password not in str(caught.value)


@pytest.mark.parametrize("password", [GOOD, "十二个汉字组成的好密码啊吧", "Operations keeps 2026 moving"])
def test_long_enough_passwords_are_taken(password: str) -> None:
    check_password(password, "operations")


def test_only_a_salted_argon2id_hash_is_kept() -> None:
    first, second = hash_password(GOOD), hash_password(GOOD)
    assert first.startswith("$argon2id$")
    assert first != second
    assert GOOD not in first
    assert verify_password(first, GOOD)
    assert not verify_password(first, GOOD + "!")


def test_the_same_characters_in_another_unicode_form_are_the_same_password() -> None:
    assert verify_password(hash_password("caf\u00e9 caf\u00e9 caf\u00e9"), "cafe\u0301 cafe\u0301 cafe\u0301")


def test_nobody_has_no_password() -> None:
    assert not verify_password(None, GOOD)
    assert not verify_password(None, "the password of nobody")
    assert not verify_password("no hash at all", GOOD)
