"""`stores:` of `kreiswatt.yaml`: an InfluxDB, with its mistakes and warnings."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import check, load

PLAIN = "data_dir: data\nembedded_broker: yes\nstores:\n  influxdb:\n    url: http://127.0.0.1:8086\n"


def codes(folder: Path, more: str, environment: dict[str, str] | None = None) -> list[str]:
    (folder / "kreiswatt.yaml").write_text(PLAIN + more, encoding="utf-8")
    return [each.code for each in check(folder, environment or {}) if each.code.startswith("config.influx")]


def test_without_stores_everything_is_embedded(folder: Path) -> None:
    stores = load(folder, {}).settings.stores
    assert (stores.influxdb, stores.ledger_url) == (None, "")


def test_an_influxdb_1_needs_its_address_only(folder: Path) -> None:
    (folder / "kreiswatt.yaml").write_text(PLAIN, encoding="utf-8")
    influxdb = load(folder, {}).settings.stores.influxdb
    assert influxdb is not None
    assert (influxdb.url, influxdb.database, influxdb.version) == ("http://127.0.0.1:8086", "kreiswatt", 1)
    assert influxdb.spool_bytes_max == 10 * 1024**3


def test_secrets_come_from_their_places_and_are_never_shown(folder: Path) -> None:
    more = "    version: 2\n    organisation: lk\n    database: a/b\n    token: ${INFLUX}\n"
    assert codes(folder, more, {"INFLUX": "very-secret"}) == []
    influxdb = load(folder, {"INFLUX": "very-secret"}).settings.stores.influxdb
    assert influxdb is not None
    assert (influxdb.token, influxdb.version) == ("very-secret", 2)
    assert "very-secret" not in repr(influxdb)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("    user: u\n", ["config.influx_user_and_password"]),
        ("    password: ${P}\n", ["config.influx_user_and_password"]),
        ("    token: ${P}\n    organisation: o\n", ["config.influx_not_of_this_version"] * 2),
        ("    version: 2\n", ["config.influx_token_missing", "config.influx_organisation_missing"]),
        (
            "    version: 3\n    token: ${P}\n    user: u\n    password: ${P}\n",
            ["config.influx_not_of_this_version"] * 2,
        ),
        ("    core: yes\n", ["config.influx_core_is_version_3", "config.influx_core_raw_only"]),
        ("    version: 3\n    token: ${P}\n    core: yes\n", ["config.influx_core_raw_only"]),
    ],
)
def test_all_that_does_not_fit_is_said_at_once(folder: Path, more: str, expected: list[str]) -> None:
    assert sorted(codes(folder, more, {"P": "x"})) == sorted(expected)


def test_a_token_over_the_open_network_is_warned_of(folder: Path) -> None:
    text = PLAIN.replace("127.0.0.1", "influx.example") + "    version: 3\n    token: ${P}\n"
    (folder / "kreiswatt.yaml").write_text(text, encoding="utf-8")
    found = [each.code for each in check(folder, {"P": "x"})]
    assert "config.influx_secret_in_clear" in found
    load(folder, {"P": "x"})


@pytest.mark.parametrize("database", ["", "a/b/c", '"x"', "a/"])
def test_a_database_is_a_name_or_two(folder: Path, database: str) -> None:
    (folder / "kreiswatt.yaml").write_text(PLAIN + f"    database: '{database}'\n", encoding="utf-8")
    assert "config.bucket_invalid" in [each.code for each in check(folder, {})]


SERVERS = PLAIN + "  ledger_url: ${LEDGER}\n"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        (SERVERS, True),
        (PLAIN, False),
        (SERVERS.replace("  influxdb:\n    url: http://127.0.0.1:8086\n", ""), False),
        (SERVERS.replace("8086\n", "8086\n    version: 3\n    token: ${LEDGER}\n    core: yes\n"), False),
    ],
)
def test_several_processes_need_a_ledger_and_a_time_series_on_servers(folder: Path, text: str, *, fits: bool) -> None:
    (folder / "kreiswatt.yaml").write_text(f"{text}  shared: yes\n", encoding="utf-8")
    environment = {"LEDGER": "postgresql://127.0.0.1/kreiswatt"}
    found = [each.code for each in check(folder, environment)]
    assert ("config.shared_needs_servers" not in found) is fits
    if fits:
        assert load(folder, environment).settings.stores.shared
