"""Answers on a terminal: values with their unit and quality, rows of files, what was booked and taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.saved import writing
from cli.shown import show
from core.errors import RequestError

BOOKING: dict[str, Any] = {
    "id": 3,
    "quantity": "energy_import_wh",
    "kind": "exchange",
    "at_utc": "2026-11-12T09:30:00Z",
    "end_value": 134_000.0,
    "start_value": 2000.0,
    "amount": None,
    "reason": "",
    "withdrawn_at_utc": "2026-11-22T19:08:00Z",
}
WEATHER_MONTH = {
    "period": "2025-11",
    "degree_days_kd": 420.3,
    "heating_days": 30,
    "mean_c": 6.0,
    "days_known": 30,
    "used": "62042776.887",
}
COSTS = {"period": "2026-01", "energy_eur": "3697.69", "base_eur": "11.72", "power_eur": "0", "reason": None}


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("COLUMNS", "160")

    def printed(name: str, answer: dict[str, Any]) -> str:
        show(name, json.dumps(answer).encode(), "de")
        return capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")

    return printed


COMMAND: dict[str, Any] = {
    "id": 7,
    "station": "lra-01",
    "command": "get",
    "progress": "done",
    "finding": None,
    "station_said": {
        "settings": [{"key": "HeartbeatInterval", "value": "300", "read_only": True}],
        "status": "Rejected",
        "unknown": [],
    },
    "request": {"keys": ["HeartbeatInterval"], "at_utc": "2026-11-22T10:00:00Z"},
}


@pytest.mark.parametrize("name", ["stations.get", "commands.show"])
def test_what_a_station_said_stands_in_plain_lines(said: Any, name: str) -> None:
    text = said(name, COMMAND if name == "commands.show" else {"group": "g", "open": 0, "items": [COMMAND]})
    assert "Die Station sagt" in text
    assert "HeartbeatInterval = 300 (nur lesbar)" in text
    assert "Antwort = Rejected (abgelehnt)" in text
    assert "console.status" not in text
    assert "Gemeindeschlüssel" not in text
    assert "{" not in text


def test_settings_of_a_station_are_a_table(said: Any) -> None:
    row = {"key": "HeartbeatInterval", "value": "300", "read_only": False, "reboot_required": True, "unit": ""}
    row |= {"choices": "", "at_utc": "2026-11-22T10:00:00Z", "compared": "600", "differs": True}
    head = {"station": "lra-01", "station_name": "Säule", "compared_with": "lra-02", "read_at_utc": None, "total": 1}
    text = said("stations.configuration", head | {"items": [row]})
    assert "Wirkt erst nach Neustart" in text
    assert "HeartbeatInterval" in text
    assert "Gemeindeschlüssel" not in text
    assert "column." not in text


def test_a_booking_shows_its_values_in_the_unit_of_the_dial_and_that_it_was_taken_back(said: Any) -> None:
    text = said("meters.bookings", {"items": [BOOKING]})
    assert "134,0 kWh" in text
    assert "2,0 kWh" in text
    assert "22.11.2026" in text


def test_what_a_booking_changes_stands_in_units_and_words(said: Any) -> None:
    effect = {"before": "0.000", "after": "6000.000", "share_before": "missing", "share_after": "measured"}
    text = said("meters.preview", {"booking": BOOKING, "effect": effect, "quantity": "energy_import_wh"})
    assert "6,0 kWh" in text
    assert "unvollständig" in text
    assert "missing" not in text


def test_a_total_says_how_it_is_known_and_what_was_corrected(said: Any) -> None:
    row = {"period": "2026-11", "quantity": "energy_import_wh", "value": "662000.000", "share": "missing"}
    row |= {"measured_percent": 99.0, "corrected": "-10000.000", "figure": "total/2026-11/meter:a/energy_import_wh"}
    text = said("totals.show", {"whole": row, "totals": [row]})
    assert "662,0 kWh (unvollständig)" in text
    assert "\N{MINUS SIGN}10,0 kWh" in text


@pytest.mark.parametrize(
    ("reliability", "shown"),
    [("whole", " 662,0 kWh"), ("at_least", "mindestens 662,0 kWh"), ("not_reliable", "nicht belastbar (662,0 kWh")],
)
def test_a_total_says_how_far_it_is_to_be_relied_upon(said: Any, reliability: str, shown: str) -> None:
    row = {"period": "2026-11", "quantity": "energy_import_wh", "value": "662000.000", "share": "missing"}
    row |= {"measured_percent": 85.0, "corrected": "0.000", "figure": "total/2026-11/meter:a/energy_import_wh"}
    row["reliability"] = reliability
    text = said("totals.show", {"whole": row, "totals": [row]})
    assert text.count(shown) == 2
    assert ("mindestens" in text, "belastbar" in text) == (reliability == "at_least", reliability == "not_reliable")


def test_what_weather_did_to_a_years_use_stands_in_its_unit(said: Any) -> None:
    use = {"quantity": "fuel_ho_wh", "used": "528305399.732", "corrected": "550076913.801", "factor": "1.0438"}
    text = said("weather.show", {"use": use, "months": [WEATHER_MONTH]})
    assert "528.305,4 kWh" in text
    assert "550.076,9 kWh" in text
    assert "62.042,8 kWh" in text


def test_money_has_its_cents_and_its_sign(said: Any) -> None:
    whole = {"used": "94273.20812", "export_eur": "-1690.83", "total_eur": "23744.78"}
    text = said("costs.show", {"quantity": "energy_import_wh", "whole": whole, "months": [{**COSTS, **whole}]})
    assert text.count("\N{MINUS SIGN}1.690,83 €") == 2
    assert text.count("94.273,2") == 2


def test_rows_of_a_file_stand_one_below_the_other(said: Any) -> None:
    lines = said("imports.look", {"rows": [["Datum", "Arbeit"], ["25.10.2025", "9,797"]]}).splitlines()
    assert len(lines) == 2
    assert "25.10.2025, 9,797" in lines[1]


def test_a_zip_is_not_written_under_the_name_of_a_csv(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as refused, writing(tmp_path / "year.csv", "kreiswatt-tage.zip"):
        pass
    assert refused.value.finding.code == "cli.file_other_kind"
    with writing(tmp_path / "year", "kreiswatt-tage.zip") as write:
        write(b"PK")
    assert (tmp_path / "year").read_bytes() == b"PK"
