"""`kreiswatt.yaml` and its secrets."""

from pathlib import Path

import pytest

from config.load import Configuration, check, load
from config.settings import ConsoleSettings
from core.errors import ConfigError
from core.texts import catalogue

OUTSIDE = """\
data_dir: data
embedded_broker: no
brokers:
  - name: main
    port: 1889
    protocol: 3.1.1
    username: kreiswatt
    password: ${BROKER_PASSWORD}
    window: 10000
    topics: [tele/#, +/events/rpc]
"""


def rewritten(folder: Path, text: str, environment: dict[str, str] | None = None) -> Configuration:
    (folder / "kreiswatt.yaml").write_text(text, encoding="utf-8")
    return load(folder, environment or {})


def codes(folder: Path, text: str) -> list[str]:
    (folder / "kreiswatt.yaml").write_text(text, encoding="utf-8")
    return [finding.code for finding in check(folder, {})]


def test_everything_binds_to_loopback_by_default(folder: Path) -> None:
    settings = rewritten(folder, "data_dir: data\nembedded_broker: yes\n").settings
    assert settings.console == ConsoleSettings()
    assert settings.embedded_broker
    hosts = {settings.console.host, settings.charge_points.host, settings.embedded_broker.host}
    assert hosts | {broker.host for broker in settings.brokers} == {"127.0.0.1"}


def test_the_embedded_broker_is_the_broker_main_with_a_user_of_its_own(folder: Path) -> None:
    settings = load(folder, {}).settings
    broker, embedded = settings.brokers[0], settings.embedded_broker
    assert embedded is not None
    assert (broker.name, broker.port, broker.username) == ("main", embedded.port, "ingest")
    assert set(embedded.users) == {"ingest", "devices"}
    assert broker.password == embedded.users["ingest"]
    assert len(settings.brokers) == 1


def test_a_broker_outside_takes_its_password_from_the_environment(folder: Path) -> None:
    settings = rewritten(folder, OUTSIDE, {"BROKER_PASSWORD": "geheim-aus-der-umgebung"}).settings
    assert settings.embedded_broker is None
    (broker,) = settings.brokers
    assert (broker.protocol, broker.port, broker.window) == ("3.1.1", 1889, 10000)
    assert broker.topics == ("tele/#", "+/events/rpc")
    assert broker.password == "geheim-aus-der-umgebung"


def test_a_missing_environment_variable_is_named(folder: Path) -> None:
    (folder / "kreiswatt.yaml").write_text(OUTSIDE, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load(folder, {})
    (finding,) = raised.value.findings
    assert catalogue("de").tell(finding) == (
        "kreiswatt.yaml, Zeile 8: brokers[1].password: Die Umgebungsvariable BROKER_PASSWORD ist nicht gesetzt."
    )


def test_relative_paths_begin_at_the_folder(folder: Path) -> None:
    assert rewritten(folder, "data_dir: ../messwerte\nembedded_broker: yes\n").settings.data_dir == (
        folder.parent / "messwerte"
    )


def test_a_secret_may_lie_outside_the_folder(folder: Path, tmp_path: Path) -> None:
    key = tmp_path / "credential"
    key.write_text("ab" * 32 + "\n")
    key.chmod(0o600)
    configuration = rewritten(folder, f"data_dir: data\nembedded_broker: yes\nprivacy_key: file:{key}\n")
    assert configuration.privacy_key == b"\xab" * 32


def test_secrets_are_in_no_repr(folder: Path) -> None:
    configuration = load(folder, {})
    shown = f"{configuration!r} {configuration!s} {configuration.settings!r}"
    secrets = [
        *configuration.station_secrets.values(),
        configuration.privacy_key.hex(),
        repr(configuration.privacy_key),
    ]
    embedded = configuration.settings.embedded_broker
    assert embedded
    for secret in [*secrets, *embedded.users.values(), *(tag.uid for tag in configuration.inventory.tags.values())]:
        assert secret
        assert secret not in shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["config.file_empty"]),
        ("nur ein Text\n", ["config.file_no_sections"]),
        ("embedded_broker: yes\n", ["config.key_missing"]),
        ("data_dir: d\nembedded_broker: {port: 1883}\n", ["config.port_twice", "config.embedded_broker_memory_only"]),
        (
            "data_dir: d\nembedded_broker: yes\nconsole: {port: 8887}\n",
            ["config.port_twice", "config.embedded_broker_memory_only"],
        ),
        (
            "data_dir: d\nembedded_broker: yes\nbrokers: [{name: main}]\n",
            ["config.broker_twice", "config.embedded_broker_memory_only"],
        ),
        (
            "data_dir: d\nembedded_broker: yes\nconsole: {host: 0.0.0.0}\n",
            ["config.embedded_broker_memory_only", "config.open_without_encryption"],
        ),
        (
            "data_dir: d\nembedded_broker: yes\nprivacy_key: file:secrets/none\n",
            ["config.secret_file_unreadable", "config.embedded_broker_memory_only"],
        ),
        (
            "data_dir: d\nembedded_broker: yes\nprivacy_key: file:secrets/broker.yaml\n",
            ["config.key_file_invalid", "config.embedded_broker_memory_only"],
        ),
        (
            "data_dir: d\nembedded_broker: yes\nbrokers: [{name: x, tls: {authority: none.pem}}]\n",
            ["config.file_missing", "config.embedded_broker_memory_only"],
        ),
    ],
)
def test_what_is_wrong_with_the_settings(folder: Path, text: str, expected: list[str]) -> None:
    assert codes(folder, text) == expected


def test_a_feed_of_a_broker_that_is_gone_is_a_mistake(folder: Path) -> None:
    found = codes(folder, "data_dir: d\nembedded_broker: {name: mian}\n")
    assert set(found) == {"config.broker_unknown_near", "config.embedded_broker_memory_only"}


def test_an_empty_folder_says_how_to_begin(tmp_path: Path) -> None:
    (finding,) = check(tmp_path, {})
    assert finding.code == "config.folder_empty"
    assert "kreiswatt init" in catalogue("de").tell(finding)


def test_files_that_others_may_read_are_a_warning(folder: Path) -> None:
    (folder / "secrets" / "privacy.key").chmod(0o644)
    assert "config.secret_file_open" in [finding.code for finding in check(folder, {})]
    assert load(folder, {}).privacy_key


def test_a_station_without_password_is_a_warning_and_a_short_one_a_mistake(folder: Path) -> None:
    (folder / "secrets" / "stations.yaml").write_text("lra-01: kurz\nniemand: 0123456789abcdef01\n")
    found = [finding.code for finding in check(folder, {})]
    assert found.count("config.station_password_unfit") == 1
    assert found.count("config.station_password_unused") == 1
    assert found.count("config.station_password_missing") == len(load_stations(folder)) - 1


def load_stations(folder: Path) -> list[str]:
    text = (folder / "inventory" / "stations.yaml").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith("    connectors:")][1:]


def test_a_file_that_is_not_utf8_is_named_with_its_line(folder: Path) -> None:
    (folder / "inventory" / "alt.yaml").write_bytes(b"sites:\n  x:\n    name: M\xfchle\n")
    findings = [dict(finding.params) for finding in check(folder, {}) if finding.code == "config.file_not_utf8"]
    assert findings == [{"file": "inventory/alt.yaml", "line": 3}]


def test_an_entry_that_outlives_what_it_names_is_a_warning(folder: Path) -> None:
    sites = folder / "inventory" / "sites.yaml"
    text = sites.read_text(encoding="utf-8")
    sites.write_text(text.replace("valid_from: 2017-08-01", "valid_from: 2017-08-01\n    valid_to: 2026-01-01"))
    found = {dict(finding.params)["key"] for finding in check(folder, {}) if finding.code == "config.outlives"}
    assert {"meters.kita-strom.site", "buildings.kita-haus.site", "tariffs.gas.sites[2]"} <= found
    assert load(folder, {}).inventory.sites["kita"].valid_to
