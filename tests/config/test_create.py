"""`kreiswatt init`."""

from pathlib import Path

import pytest

from config.create import create
from config.load import check, load
from core.errors import ConfigError
from core.inventory import Inventory


def test_an_empty_configuration_is_sound(tmp_path: Path) -> None:
    create(tmp_path / "k", example=False, data_dir=tmp_path / "data")
    assert [finding.code for finding in check(tmp_path / "k", {})] == ["config.embedded_broker_memory_only"]
    configuration = load(tmp_path / "k", {})
    assert configuration.inventory == Inventory()
    assert configuration.settings.data_dir == tmp_path / "data"


def test_what_it_comments_out_can_be_used(tmp_path: Path) -> None:
    create(tmp_path / "k", example=False, data_dir=tmp_path / "data")
    file = tmp_path / "k" / "inventory" / "bestand.yaml"
    _, _, entries = file.read_text(encoding="utf-8").partition("inventory.json\n#\n")
    file.write_text("".join(f"{line.removeprefix('#').removeprefix(' ')}\n" for line in entries.splitlines()))
    (tmp_path / "k" / "secrets" / "stations.yaml").write_text("rathaus-01: abcdefghijklmnopqrst\n")
    assert [finding.code for finding in check(tmp_path / "k", {})] == ["config.embedded_broker_memory_only"]
    assert set(load(tmp_path / "k", {}).inventory.stations) == {"rathaus-01"}


def test_secrets_belong_to_their_owner_alone(folder: Path) -> None:
    secrets = folder / "secrets"
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in secrets.iterdir()} == {
        "privacy.key": 0o600,
        "broker.yaml": 0o600,
        "stations.yaml": 0o600,
        "charge-points-ca.key": 0o600,
        "charge-points-ca.pem": 0o600,
    }
    assert all(path.stat().st_mode & 0o007 == 0 for path in folder.rglob("*.yaml"))


def test_every_station_has_its_own_password_that_ocpp_allows(folder: Path) -> None:
    configuration = load(folder, {})
    current = [station.id for station in configuration.inventory.stations.values() if station.valid_to is None]
    passwords = configuration.station_secrets
    assert set(passwords) == set(current)
    assert len(set(passwords.values())) == len(current)
    assert all(22 <= len(password) <= 40 and password.isascii() for password in passwords.values())


def test_two_configurations_share_no_secret(tmp_path: Path) -> None:
    create(tmp_path / "a", example=True, data_dir=tmp_path / "data")
    create(tmp_path / "b", example=True, data_dir=tmp_path / "data")
    one, other = load(tmp_path / "a", {}), load(tmp_path / "b", {})
    assert one.privacy_key != other.privacy_key
    assert not set(one.station_secrets.values()) & set(other.station_secrets.values())
    assert one.settings.brokers[0].password != other.settings.brokers[0].password


def test_an_existing_configuration_is_not_overwritten(folder: Path) -> None:
    key = (folder / "secrets" / "privacy.key").read_text()
    with pytest.raises(ConfigError) as raised:
        create(folder, example=True, data_dir=folder / "data")
    assert [finding.code for finding in raised.value.findings] == ["config.exists_already"]
    assert (folder / "secrets" / "privacy.key").read_text() == key


def test_a_folder_that_cannot_be_written_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError) as raised:
        create(tmp_path / "file" / "k", example=False, data_dir=tmp_path)
    assert [finding.code for finding in raised.value.findings] == ["config.folder_unwritable"]


def test_what_was_written_is_returned(tmp_path: Path) -> None:
    written = create(tmp_path / "k", example=False, data_dir=tmp_path / "data")
    assert set(written) == {path for path in (tmp_path / "k").rglob("*") if path.is_file()}
