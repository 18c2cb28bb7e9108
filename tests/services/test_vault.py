"""Secrets at rest: sealed, bound to their place, and told apart by the key that sealed them."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from waypost.services.settings import Settings
from waypost.services.vault import Vault, VaultError, add_key, keep_newest_key, key_file
from waypost.store.engine import open_engine

ONE, TWO = "1" * 40, "2" * 40


def test_a_secret_opens_again_only_where_it_was_sealed():
    vault = Vault([ONE])
    sealed = vault.seal("geheim 密钥", "shop.api_key")
    assert "geheim" not in sealed
    assert vault.open(sealed, "shop.api_key") == "geheim 密钥"
    assert vault.seal("geheim 密钥", "shop.api_key") != sealed
    with pytest.raises(VaultError, match="belongs elsewhere"):
        vault.open(sealed, "shop.password")
    with pytest.raises(VaultError, match="belongs elsewhere"):
        vault.open(sealed[:-4] + "AAA=", "shop.api_key")


def test_another_key_says_which_one_is_missing_and_what_to_do():
    sealed = Vault([ONE]).seal("x", "shop.api_key")
    with pytest.raises(VaultError) as wrong:
        Vault([TWO]).open(sealed, "shop.api_key")
    assert Vault([ONE]).key_id in wrong.value.problem
    assert Vault([TWO]).key_id in wrong.value.problem
    assert "WAYPOST_SECRET_KEY" in wrong.value.remedy


def test_an_old_key_still_opens_and_the_new_one_seals():
    sealed = Vault([ONE]).seal("x", "p")
    both = Vault([TWO, ONE])
    assert both.open(sealed, "p") == "x"
    assert not both.is_current(sealed)
    assert both.is_current(both.seal("x", "p"))


def test_nothing_of_a_key_shows():
    vault = Vault([ONE])
    assert ONE not in repr(vault) + repr(vault.__dict__) + str(Settings(secret_key=SecretStr(ONE)))


def test_a_short_key_is_refused():
    with pytest.raises(VaultError, match="too short"):
        Vault(["short"])


def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WAYPOST_SECRET_KEY", raising=False)
    engine = open_engine(f"sqlite:///{tmp_path / 'w.db'}")
    ids: list[str] = []
    threads = [threading.Thread(target=lambda: ids.append(Vault.of(engine).key_id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 1
    assert len(ids) == 8
    file = key_file(engine)
    assert file is not None
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["w.db.key"]
    file.chmod(0o644)
    with pytest.raises(VaultError, match="chmod 600"):
        Vault.of(engine)


def test_a_server_database_needs_the_variable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WAYPOST_SECRET_KEY", raising=False)
    engine = open_engine("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(VaultError, match="WAYPOST_SECRET_KEY"):
        Vault.of(engine)
    monkeypatch.setenv("WAYPOST_SECRET_KEY", f"{TWO} {ONE}")
    assert Vault.of(engine).key_id == Vault([TWO]).key_id


def test_a_new_key_goes_first_and_the_old_ones_can_be_forgotten(tmp_path: Path):
    engine = open_engine(f"sqlite:///{tmp_path / 'w.db'}")
    old = Vault.of(engine)
    sealed = old.seal("x", "p")
    file = key_file(engine)
    assert file is not None
    add_key(file)
    fresh = Vault.of(engine)
    assert fresh.key_id != old.key_id
    assert fresh.open(sealed, "p") == "x"
    keep_newest_key(file)
    with pytest.raises(VaultError):
        Vault.of(engine).open(sealed, "p")
