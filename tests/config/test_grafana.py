"""`grafana:`: what it gives, and what does not fit together."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import check, load
from config.settings import Settings
from dashboards.settings import DataPath

GRAFANA = "grafana: {url: 'https://g.example', token: '${G}'"
READING = ", data_source: {token: '${R}'}"
INFLUX = "stores: {influxdb: {url: 'http://127.0.0.1:8086', "
ONE, TWO, THREE, CORE = (
    INFLUX + more + "}}\n"
    for more in (
        "database: 'energy/year'",
        "version: '2', token: '${T}', organisation: lk, database: energy",
        "version: '3', token: '${T}'",
        "version: '3', token: '${T}', core: yes",
    )
)
ENVIRONMENT = {"G": "glsa_x", "R": "kw_reading", "T": "t"}


def write(folder: Path, text: str) -> None:
    (folder / "kreiswatt.yaml").write_text(f"data_dir: data\nembedded_broker: yes\n{text}", encoding="utf-8")


def settings(folder: Path, text: str) -> Settings:
    write(folder, text)
    return load(folder, ENVIRONMENT).settings


def codes(folder: Path, text: str) -> list[str]:
    write(folder, text)
    found = [each.code for each in check(folder, ENVIRONMENT)]
    return [code for code in found if code.startswith(("config.grafana", "config.file_missing"))]


@pytest.mark.parametrize(
    ("stores", "path", "url", "database"),
    [
        ("", DataPath.EMBEDDED, "http://127.0.0.1:8080", "kreiswatt"),
        (ONE, DataPath.INFLUXDB_1, "http://127.0.0.1:8086", "energy"),
        (TWO, DataPath.INFLUXDB_2, "http://127.0.0.1:8086", "energy"),
        (THREE, DataPath.INFLUXDB_3, "http://127.0.0.1:8086", "kreiswatt"),
        (CORE, DataPath.EMBEDDED, "http://127.0.0.1:8080", "kreiswatt"),
    ],
)
def test_grafana_reads_where_the_time_series_are(
    folder: Path, stores: str, path: DataPath, url: str, database: str
) -> None:
    source = settings(folder, stores).grafana.source
    assert (source.path, source.url, source.database) == (path, url, database)


def test_secrets_come_from_where_they_are_kept_and_show_nowhere(folder: Path) -> None:
    found = settings(folder, f"{GRAFANA}, mail: [e@example.org], language: en{READING}}}\n").grafana
    assert (found.token, found.source.token, found.mail, found.language) == (
        "glsa_x",
        "kw_reading",
        ("e@example.org",),
        "en",
    )
    assert "glsa_x" not in repr(found)
    assert "kw_reading" not in repr(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (f"{GRAFANA}{READING}}}\n", []),
        (f"{GRAFANA}}}\n", ["config.grafana_reading_token"]),
        (f"{GRAFANA}, data_source: {{push: no}}}}\n", []),
        ("grafana: {url: 'https://g.example', data_source: {push: no}}\n", ["config.grafana_token_missing"]),
        (f"{ONE}{GRAFANA}}}\n", []),
        (f"{ONE}{GRAFANA}{READING}}}\n", ["config.grafana_user_and_token"]),
        (f"{TWO}{GRAFANA}, data_source: {{user: g, token: '${{R}}'}}}}\n", ["config.grafana_user_unused"]),
        (f"{CORE}{GRAFANA}{READING}}}\n", []),
        (f"{CORE}{GRAFANA}{READING[:-1]}, url: 'http://127.0.0.1:8086/'}}}}\n", ["config.grafana_core"]),
        (f"{CORE}grafana: {{folder: Strom}}\n", []),
        (f"{GRAFANA.replace('https', 'http')}{READING}}}\n", ["config.grafana_in_clear"]),
        ("grafana: {url: 'http://127.0.0.1:3000', token: '${G}', data_source: {push: no}}\n", []),
        ("grafana: {folder_uid: 'my folder'}\n", ["config.grafana_uid"]),
        (f"{GRAFANA}, data_source: {{push: no}}, authority: none.pem}}\n", ["config.file_missing"]),
    ],
)
def test_a_mistake_is_said_at_its_place(folder: Path, text: str, expected: list[str]) -> None:
    assert codes(folder, text) == expected


def test_the_authority_is_a_file_beside_the_settings(folder: Path) -> None:
    (folder / "ca.pem").write_text("x")
    found = settings(folder, f"{GRAFANA}{READING}, authority: ca.pem}}\n").grafana
    assert found.authority == folder / "ca.pem"


def test_what_the_documentation_shows_is_accepted(folder: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "grafana.md"
    shown = page.read_text(encoding="utf-8").split('title="kreiswatt.yaml, Grafana"\n')[1].split("```")[0]
    for name in ("grafana", "grafana-data"):
        (folder / "secrets" / name).write_text("x")
        (folder / "secrets" / name).chmod(0o600)
    assert codes(folder, shown) == []
    assert settings(folder, shown).grafana.source.token == "x"
