"""Passwords of new stations: told once, kept as digests, and still taken by the door."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from pathlib import Path

import pytest

from chargepoints.handshake import Doorkeeper, Refused
from chargepoints.kept_secrets import StationSecrets, digests_in
from config.create import create
from config.load import check, load
from config.managed import ManagedInventory
from config.passwords import settle
from core.inventory import Station
from tests.chargepoints.conftest import a_station, an_inventory, basic

KEY = bytes(range(32))
SECRETS = StationSecrets(KEY)
HEX = "00ff10a0" * 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create(tmp_path / "k", example=False, data_dir=tmp_path / "data")
    return tmp_path / "k"


def file_of(folder: Path) -> Path:
    return folder / "secrets" / "stations.yaml"


def door(kept: str) -> Doorkeeper:
    return Doorkeeper("ocpp", an_inventory, {"lra-01": kept}.get, matches=SECRETS.matches)


def sign_in(kept: str, password: str | bytes) -> Station | Refused:
    return door(kept).admit("/ocpp/lra-01", [basic("lra-01", password)["Authorization"]], date(2026, 11, 22))


def test_a_password_made_here_is_kept_as_a_digest_that_the_door_knows(folder: Path) -> None:
    made = settle(folder, "lra-01", exists=True, needed=True, secrets=SECRETS).secret
    assert made is not None
    kept = load(folder, {}).station_secrets["lra-01"]
    assert digests_in(kept) == (kept,)
    assert made not in file_of(folder).read_text(encoding="utf-8")
    assert file_of(folder).stat().st_mode & 0o077 == 0
    assert sign_in(kept, made) == a_station("lra-01")


@pytest.mark.parametrize("password", [HEX, HEX.upper(), bytes.fromhex(HEX)])
def test_a_hexadecimal_password_may_come_as_text_or_as_its_bytes(password: str | bytes) -> None:
    assert sign_in(SECRETS.kept("lra-01", HEX), password) == a_station("lra-01")
    assert sign_in(HEX, password) == a_station("lra-01")


@pytest.mark.parametrize("password", ["", "other", SECRETS.kept("lra-01", "right")])
def test_neither_another_password_nor_what_is_kept_opens_the_door(password: str) -> None:
    refused = sign_in(SECRETS.kept("lra-01", "right"), password)
    assert isinstance(refused, Refused)
    assert refused.status is HTTPStatus.UNAUTHORIZED


def test_a_digest_is_good_for_its_own_station_and_under_its_own_key_only() -> None:
    kept = SECRETS.kept("lra-01", "right")
    assert SECRETS.matches("LRA-01", b"right", kept)
    assert not SECRETS.matches("lra-02", b"right", kept)
    assert not StationSecrets(bytes(32)).matches("lra-01", b"right", kept)
    assert KEY.hex() not in repr(SECRETS)


def test_what_an_earlier_version_kept_in_the_clear_becomes_a_digest_and_people_s_lines_stay(folder: Path) -> None:
    settle(folder, "old", exists=True, needed=True)
    by_hand = 'lra-02: "von-hand-geschrieben"  # Keller\n'
    with file_of(folder).open("a", encoding="utf-8") as file:
        file.write(by_hand)
    before = load(folder, {}).station_secrets
    settle(folder, "lra-01", exists=True, needed=True, secrets=SECRETS)
    after = load(folder, {}).station_secrets
    assert after["old"] == SECRETS.kept("old", before["old"])
    assert after["lra-02"] == before["lra-02"]
    assert by_hand in file_of(folder).read_text(encoding="utf-8")
    assert "config.station_password_unfit" not in {each.code for each in check(folder, {})}


def test_a_digest_that_was_made_here_is_taken_back_with_its_station(folder: Path) -> None:
    before = file_of(folder).read_text(encoding="utf-8")
    settle(folder, "lra-01", exists=True, needed=True, secrets=SECRETS)
    settle(folder, "lra-01", exists=False, needed=False, secrets=SECRETS)
    assert file_of(folder).read_text(encoding="utf-8") == before
    assert ManagedInventory(folder, secrets=SECRETS).settle_password("lra-01").secret is None
