"""`kreiswatt calc` and `kreiswatt factors` where nothing else is: no service, no configuration, no stores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.texts import LANGUAGES
from tests.cli.conftest import Type

CAR = """
period: 2025
vehicles:
- distance_km: 15000
  baseline: {fuel: petrol, fuel_l_per_100km: 7.7}
  electricity: {meter_kwh: 2850}
"""


@pytest.fixture
def car(tmp_path: Path) -> Path:
    path = tmp_path / "auto.yaml"
    path.write_text(CAR, encoding="utf-8")
    return path


@pytest.fixture
def nowhere(tmp_path: Path) -> tuple[str, str]:
    return "--config", str(tmp_path / "nowhere")


def test_a_file_is_calculated_without_any_configuration(type_in: Type, car: Path, nowhere: tuple[str, str]) -> None:
    typed = type_in("calc", "savings", "--input", str(car), "--json", *nowhere)
    assert typed.code == 0, typed.err
    kg = [row["avoided_kg"] for row in json.loads(typed.out)["totals"]]
    assert "1784.92207875" in kg
    assert "2382.05706375" in kg


def test_the_standard_input_is_read_and_shown_to_people(type_in: Type, nowhere: tuple[str, str]) -> None:
    for language in LANGUAGES:
        typed = type_in("--language", language, "calc", "savings", "--input", "-", *nowhere, said=CAR)
        assert typed.code == 0, typed.err
        assert ("2.382,057 kg" if language == "de" else "2,382.057 kg") in typed.out
        assert ("= 2382,05706375 kg" if language == "de" else "= 2382.05706375 kg") in typed.out


SHARES = """
year: 2025
plants:
- {name: Windrad, law: eeg-6, fed_in_kwh: 12345678, areas: {key: '14521110', name: Oberau}, contract: {}}
- name: Solarpark
  kind: pv_ground
  state: SN
  power_kw: 9000
  permitted: 2025-03-01
  fed_in_kwh: 8123457
  areas: [{key: A, area_ha: 6.05}, {key: B, area_ha: 3.95}]
"""


def test_revenue_shares_are_shown_with_formula_parts_marks_and_reasons(type_in: Type, nowhere: tuple[str, str]) -> None:
    for language in LANGUAGES:
        typed = type_in("--language", language, "calc", "shares", "--input", "-", *nowhere, said=SHARES)
        assert typed.code == 0, typed.err
        if language == "de":
            expected = (
                "= 24691,356 EUR → 24691,35 EUR",
                "24.691,35\N{NO-BREAK SPACE}€",
                "Oberau (14521110)",
                "6.417,52945",
                "nur bei",
            )
        else:
            expected = ("= 24691.356 EUR → 24691.35 EUR", "€24,691.35", "Oberau (14521110)", "6,417.52945", "only by")
        for text in (*expected, "+1", "[own]", "\n[own] ", "sn-eeertrbetg.2025.pv: "):
            assert text in typed.out, text
    typed = type_in("calc", "shares", "--input", "-", "--json", *nowhere, said=SHARES)
    rows = json.loads(typed.out)["plants"][0]["rules"]
    assert [(row["total_exact_eur"], row["total_eur"]) for row in rows] == [("24691.356", "24691.35")]


def test_a_mistake_names_the_file_and_ends_with_two(type_in: Type, car: Path, nowhere: tuple[str, str]) -> None:
    car.write_text(CAR.replace("meter_kwh", "meter_kw"), encoding="utf-8")
    typed = type_in("calc", "savings", "--input", str(car), "--json", *nowhere)
    assert (typed.code, typed.out) == (2, "")
    assert "auto.yaml, line 6: vehicles[1].electricity.meter_kw" in typed.err


def test_a_file_that_is_not_there_is_said(type_in: Type, nowhere: tuple[str, str], tmp_path: Path) -> None:
    typed = type_in("calc", "thg", "--input", str(tmp_path / "fehlt.yaml"), *nowhere)
    assert typed.code == 1
    assert "fehlt.yaml" in typed.err


def test_factors_of_the_configuration_count(type_in: Type, car: Path, tmp_path: Path) -> None:
    (tmp_path / "factors").mkdir()
    rows = "  - {subject: grid, boundary: direct, unit: g/kWh, years: {2025: 100}}\n"
    own = tmp_path / "factors" / "own.yaml"
    own.write_text(f"sets:\n eigene:\n  title: Eigene\n  factors:\n{rows}", encoding="utf-8")
    typed = type_in("calc", "savings", "--input", str(car), "--json", "--config", str(tmp_path))
    assert "2480.32207875" in {row["avoided_kg"] for row in json.loads(typed.out)["totals"]}
    listed = type_in("factors", "list", "--about", "grid", "--json", "--config", str(tmp_path))
    assert json.loads(listed.out)["items"][0]["shipped"] is True
    own.write_text(own.read_text(encoding="utf-8") + rows, encoding="utf-8")
    refused = type_in("factors", "list", "--config", str(tmp_path))
    assert refused.code == 2
    assert "factors/own.yaml" in refused.err


def test_clean_vehicles_is_written_with_a_hyphen(type_in: Type, nowhere: tuple[str, str]) -> None:
    said = "counts: [{group: light, period: 2021-2025, procured: 7, clean: 1}]"
    typed = type_in("calc", "clean-vehicles", "--input", "-", "--json", *nowhere, said=said)
    (row,) = json.loads(typed.out)["quotas"]
    assert (row["needed"], row["gap"], row["quota_percent"]) == (3, 2, "38.5")
