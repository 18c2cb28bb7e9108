"""What surrounds a connector: batches, material, settings, errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.connect.hostile.acme import Acme
from waypost.connect.contract import BATCH, batches, build
from waypost.connect.errors import BadCredentials, CannotConnect, Fatal, RateLimited, Retriable
from waypost.connect.material import Bodies, Folder
from waypost.domain.errors import DocumentError, FieldError
from waypost.domain.statement import Refusal, Statement
from waypost.domain.subject import Subject, SubjectKind


def said(number: int) -> Statement:
    return Statement("s", str(number), Subject(SubjectKind.ORDER, "1"), "order.created")


def test_batches_keep_the_order_and_the_limit() -> None:
    refused = Refusal("s", "r", "f", "p", "r", "raw")
    found = list(batches([said(1), refused, said(2), said(3)], size=2))
    assert [([s.event_id for s in b.said], len(b.refused)) for b in found] == [(["1"], 1), (["2", "3"], 0)]
    assert list(batches([])) == []
    assert [len(b.said) for b in batches(said(n) for n in range(BATCH + 1))] == [BATCH, 1]


@pytest.mark.parametrize(
    ("settings", "path"),
    [({}, "api_key"), ({"api_key": "k", "apikey": "do-not-show"}, "apikey"), ({"api_key": ["do-not-show"]}, "api_key")],
)
def test_wrong_settings_name_the_setting_and_never_its_value(settings: dict[str, Any], path: str) -> None:
    with pytest.raises(DocumentError) as caught:
        build(Acme, settings)
    assert caught.value.field == path
    assert "do-not-show" not in str(caught.value)


def test_a_folder_gives_its_files_and_leaves_the_rest_alone(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(b"b")
    (tmp_path / "a.csv").write_bytes(b"a")
    (tmp_path / ".hidden").write_bytes(b"x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.csv").write_bytes(b"c")
    folder = Folder(tmp_path)
    assert folder.names() == ["a.csv", "b.csv"]
    with folder.open("b.csv") as file:
        assert file.read() == b"b"
    assert Folder(tmp_path / "a.csv").names() == ["a.csv"]
    with pytest.raises(FieldError, match="does not exist"):
        Folder(tmp_path / "nowhere")


def test_material_in_memory_can_be_read_again_and_knows_its_headers() -> None:
    bodies = Bodies({"body": b"12"}, {"X-Topic": "orders/paid"})
    assert [bodies.open("body").read(), bodies.open("body").read()] == [b"12", b"12"]
    assert bodies.headers["x-topic"] == "orders/paid"


def test_errors_say_what_the_caller_must_do() -> None:
    assert issubclass(BadCredentials, Fatal)
    assert BadCredentials.code == "bad_credentials"
    assert issubclass(CannotConnect, Retriable)
    assert CannotConnect.code == "cannot_connect"
    assert RateLimited("too many calls", retry_after=30).retry_after == 30
