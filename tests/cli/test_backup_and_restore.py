"""`kreiswatt backup` and `kreiswatt restore` as they are typed, without a running service."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from config.copies import _write
from config.recovery import new_passphrase, read_recovery_key, write_recovery_key
from config.settings import FILE
from core.errors import StoreError
from store.backup.point_copies import PointFiller
from tests.cli.conftest import Type, Typed

PASSPHRASE = re.compile(r"^ +((?:[0-9a-z]{4}-){6}[0-9a-z]{4})$", re.MULTILINE)


def shown(text: str) -> str:
    (found,) = PASSPHRASE.findall(text)
    return str(found)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the place of what is made once for all tests here."""
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture
def config(shelf: Path, tmp_path: Path, type_in: Type) -> Path:
    """Return a configuration whose passphrase lies on the test's `card`, with a backup beside it."""
    (tmp_path / "to").mkdir()
    if not (shelf / "config").exists():
        made = type_in("init", str(shelf / "config"), "--data", str(shelf / "data"), "--example")
        assert made.code == 0, made.err
        (shelf / "card").write_text(shown(made.out))
        (shelf / "to").mkdir()
        written = type_in("backup", "--config", str(shelf / "config"), "--to", str(shelf / "to"))
        assert written.code == 0, written.err
        (found,) = (shelf / "to").iterdir()
        assert f"Backup written: {found}" in written.out
    shutil.copy(shelf / "card", tmp_path / "card")
    return shelf / "config"


@pytest.fixture
def file(config: Path, shelf: Path, tmp_path: Path) -> Path:
    """Return the test's own copy of a backup."""
    assert config.exists()
    (found,) = (shelf / "to").iterdir()
    return Path(shutil.copy(found, tmp_path / "to"))


def restore(type_in: Type, file: Path, *more: str, said: str = "") -> Typed:
    new = file.parent.parent / "new"
    places = ("--config", str(new / "config"), "--data", str(new / "data"))
    return type_in("restore", str(file), *places, *more, said=said)


def test_everything_comes_back_and_runs_elsewhere(file: Path, config: Path, tmp_path: Path, type_in: Type) -> None:
    restored = restore(type_in, file, "--passphrase-file", str(tmp_path / "card"))
    assert restored.code == 0, restored.err
    assert "All of it agrees with what the backup says." in restored.out
    new = tmp_path / "new"
    assert (new / "config" / "secrets" / "privacy.key").read_bytes() == (
        config / "secrets" / "privacy.key"
    ).read_bytes()
    people = json.loads(type_in("users", "list", "--json", "--config", str(new / "config")).out)
    assert [user["name"] for user in people["items"]] == ["admin"]
    (tmp_path / "later").mkdir()
    account = json.loads(
        type_in("backup", "--config", str(new / "config"), "--to", str(tmp_path / "later"), "--json").out
    )
    assert account["key_name"] == read_recovery_key(config).name, "the same passphrase goes on"


def test_the_passphrase_may_come_on_standard_input(file: Path, tmp_path: Path, type_in: Type) -> None:
    restored = restore(type_in, file, said=(tmp_path / "card").read_text().upper() + "\n")
    assert restored.code == 0, restored.err


def test_whether_a_backup_is_whole_is_seen_without_the_passphrase(file: Path, type_in: Type) -> None:
    checked = type_in("restore", str(file), "--check", "--json")
    assert checked.code == 0, checked.err
    assert json.loads(checked.out)["counts"]["ledger/person"] == 1
    content = bytearray(file.read_bytes())
    content[600] ^= 1
    file.write_bytes(content)
    checked = type_in("restore", str(file), "--check")
    assert checked.code == 1
    assert "The backup is damaged: part configuration/files.tar.gz" in checked.err


def test_another_passphrase_opens_nothing_and_leaves_nothing(file: Path, config: Path, type_in: Type) -> None:
    other = new_passphrase()
    refused = restore(type_in, file, said=other)
    assert refused.code == 1
    assert f"sealed with the key {read_recovery_key(config).name}" in refused.err
    assert not (file.parent.parent / "new").exists()


def test_a_new_passphrase_is_for_new_backups(file: Path, config: Path, tmp_path: Path, type_in: Type) -> None:
    (tmp_path / "later").mkdir()
    before = read_recovery_key(config)
    written = type_in("backup", "--config", str(config), "--to", str(tmp_path / "later"), "--new-passphrase")
    write_recovery_key(config, before)
    (later,) = (tmp_path / "later").iterdir()
    assert restore(type_in, later, said=shown(written.out)).code == 0
    old = type_in(
        *("restore", str(file), "--config", str(tmp_path / "old"), "--data", str(tmp_path / "old data")),
        *("--passphrase-file", str(tmp_path / "card")),
    )
    assert old.code == 0, old.err


def test_a_slip_of_the_pen_is_told_from_a_wrong_passphrase(file: Path, tmp_path: Path, type_in: Type) -> None:
    card = (tmp_path / "card").read_text()
    slip = ("b" if card[0] != "b" else "c") + card[1:]
    refused = restore(type_in, file, said=slip)
    assert refused.code == 1
    assert "at least one of them is wrong or missing" in refused.err


def test_nothing_is_overwritten(file: Path, config: Path, tmp_path: Path, type_in: Type) -> None:
    before = (config / FILE).read_bytes()
    refused = type_in("restore", str(file), "--config", str(config), "--passphrase-file", str(tmp_path / "card"))
    assert refused.code == 1
    assert "is not empty" in refused.err
    assert (config / FILE).read_bytes() == before
    same_data = type_in(
        *("restore", str(file), "--config", str(tmp_path / "new"), "--passphrase-file", str(tmp_path / "card"))
    )
    assert same_data.code == 1, "the configuration names the data folder that is there"
    assert f"{config.parent / 'data'} is not empty" in same_data.err
    assert not (tmp_path / "new").exists()


def test_what_fails_half_way_leaves_nothing(
    file: Path, tmp_path: Path, type_in: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = 8

    def write(*arguments: object) -> None:
        nonlocal room
        room -= 1
        if room < 0:
            raise OSError(28, "No space left on device")
        _write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("config.copies._write", write)
    (tmp_path / "new" / "config").mkdir(parents=True)
    failed = restore(type_in, file, "--passphrase-file", str(tmp_path / "card"))
    assert failed.code == 1
    assert "No space left on device" in failed.err
    assert list((tmp_path / "new").iterdir()) == [tmp_path / "new" / "config"]
    assert list((tmp_path / "new" / "config").iterdir()) == []


def test_a_failing_database_leaves_nothing_either(
    file: Path, tmp_path: Path, type_in: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_filler: PointFiller, _table: str, _data: bytes) -> int:
        raise StoreError("store.write_failed", file="timeseries.duckdb", error="disk full")

    monkeypatch.setattr(PointFiller, "fill", fail)
    failed = restore(type_in, file, "--passphrase-file", str(tmp_path / "card"))
    assert failed.code == 1
    assert "disk full" in failed.err
    assert not (tmp_path / "new").exists()


def test_without_a_recovery_key_it_is_said_how_to_make_one(config: Path, tmp_path: Path, type_in: Type) -> None:
    before = read_recovery_key(config)
    (config / "secrets" / "recovery.json").unlink()
    refused = type_in("backup", "--config", str(config), "--to", str(tmp_path / "to"))
    write_recovery_key(config, before)
    assert refused.code == 2
    assert "kreiswatt backup --new-passphrase" in refused.err
    assert list((tmp_path / "to").iterdir()) == []


@pytest.mark.parametrize("place", ["nowhere/deeper", "config", "data/journal", "file"])
def test_a_folder_that_cannot_hold_a_backup_is_refused(place: str, config: Path, shelf: Path, type_in: Type) -> None:
    (shelf / "file").write_text("no folder")
    refused = type_in("backup", "--config", str(config), "--to", str(shelf / place))
    assert refused.code == 1
    assert str(shelf / place) in refused.err


def test_what_is_no_backup_is_refused(tmp_path: Path, type_in: Type) -> None:
    (tmp_path / "letter.tar").write_text("Sehr geehrte Damen und Herren")
    for name, said in (("letter.tar", "is no backup of Kreiswatt"), ("missing.tar", "cannot be read")):
        refused = type_in("restore", str(tmp_path / name), "--config", str(tmp_path / "new"))
        assert refused.code == 1
        assert said in refused.err


def test_what_root_restores_belongs_to_whom_the_folder_belonged(
    file: Path, tmp_path: Path, type_in: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: set[Path] = set()
    monkeypatch.setattr("cli.restore.os.geteuid", lambda: 0)
    monkeypatch.setattr("cli.restore.os.chown", lambda path, _owner, _group: given.add(path))
    assert restore(type_in, file, "--passphrase-file", str(tmp_path / "card")).code == 0
    new = tmp_path / "new"
    assert given == {path for path in new.rglob("*") if path.parent != new}
