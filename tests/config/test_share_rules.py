"""Contracts against the laws that there are, and plants whose data cannot be right."""

from __future__ import annotations

import pytest

from config.findings import is_warning
from config.inventory import inventory_of
from config.laws import shipped
from core.texts import LANGUAGES, Finding, catalogue

PLACES = """
municipalities:
  aue: {name: Aue, key: "99901010", state: SN, valid_from: 2015-01-01}
"""
WIND = "kind: wind, power_w: 4200000, latitude_deg: 50.65, longitude_deg: 13.05"
PARK = "kind: pv_ground, power_w: 700000"
SQUARE = "{longitude_deg: 13.00, latitude_deg: 50.60}, {longitude_deg: 13.01, latitude_deg: 50.60}"
REST = "{longitude_deg: 13.01, latitude_deg: 50.61}, {longitude_deg: 13.00, latitude_deg: 50.61}"
CROSSED = "{longitude_deg: 13.00, latitude_deg: 50.61}, {longitude_deg: 13.01, latitude_deg: 50.61}"


def plant(said: str, name: str = "rad", number: int = 1, *, operator: str = "Wind eG") -> str:
    days = "permitted: 2023-05-02, commissioned: 2024-06-01, valid_from: 2024-06-01"
    start = f"name: Rad, municipality: aue, operator: {operator}, register_number: SEE99000000000{number}"
    return f"  {name}: {{{start}, {days}, {said}}}\n"


def contract(said: str) -> str:
    days = "valid_from: 2024-06-01, parties: [{municipality: aue}]"
    return f"contracts:\n  eins: {{name: Eins, plants: [rad], {days}, {said}}}\n"


def found(*texts: str) -> list[Finding]:
    _, findings = inventory_of({"a.yaml": PLACES, "b.yaml": "".join(texts)}, None, laws=shipped())
    for finding in findings:
        for language in LANGUAGES:
            assert "{" not in catalogue(language).tell(finding)
    return findings


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("law: eeg-6, rate_ct_per_kwh: 0.2", []),
        ("law: eeg-6, rate_ct_per_kwh: 0.1", []),
        ("law: eeg-6, rate_ct_per_kwh: 0.25", ["config.contract_rate"]),
        ("law: ni-nwindpvbetg, rate_ct_per_kwh: 0.1", ["config.contract_rate"]),
        ("law: sn-eeertrbetg, rate_ct_per_kwh: 0.5", []),
        ("law: bb-bbgeesg, rate_ct_per_kwh: 3", []),
        ("law: eeg-7, rate_ct_per_kwh: 0.2", ["config.contract_law_unknown"]),
        ("law: eeg-6, rate_ct_per_kwh: 0.2, includes: [sn-eeertrbetg, sonst]", ["config.contract_law_unknown"]),
    ],
)
def test_a_contract_names_laws_that_there_are_and_rates_that_they_allow(said: str, expected: list[str]) -> None:
    assert [each.code for each in found("plants:\n", plant(WIND), contract(said))] == expected


def test_a_rate_that_is_not_allowed_is_told_but_stops_nothing() -> None:
    (told,) = found("plants:\n", plant(WIND), contract("law: eeg-6, rate_ct_per_kwh: 0.25"))
    assert is_warning(told)
    assert dict(told.params) | {"line": 4, "found": "0.25", "allowed": "0–0.2"} == dict(told.params)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("kind: wind, power_w: 4200000, latitude_deg: 13.05, longitude_deg: 50.65", ["config.position_swapped"]),
        ("kind: wind, power_w: 4200000, latitude_deg: 40.5, longitude_deg: 13.05", ["config.position_outside"]),
        ("kind: wind, power_w: 700", ["config.power_in_watts"]),
        (f"{WIND}, outline: [{SQUARE}, {REST}]", ["config.outline_of_turbine"]),
        (f"{WIND}, application_complete: 2024-07-01", ["config.application_after_start"]),
        (f"{PARK}, outline: [{SQUARE}, {REST}]", []),
        (f"{PARK}, outline: [{SQUARE}]", ["config.outline_too_short"]),
        (f"{PARK}, outline: [{SQUARE}, {CROSSED}]", ["config.outline_crosses_itself"]),
        (f"{PARK}, outline: [{{longitude_deg: 50.6, latitude_deg: 13.0}}, {SQUARE}]", ["config.outline_swapped"]),
    ],
)
def test_what_cannot_be_right_about_a_plant_is_named(said: str, expected: list[str]) -> None:
    assert [each.code for each in found("plants:\n", plant(said))] == expected


def test_one_register_number_is_one_plant_and_one_contract_has_one_operator() -> None:
    assert [each.code for each in found("plants:\n", plant(WIND), plant(WIND, "zwei"))] == [
        "config.register_number_twice"
    ]
    two = plant(WIND, "zwei", 2, operator="Andere GmbH")
    both = contract("law: eeg-6, rate_ct_per_kwh: 0.2").replace("[rad]", "[rad, zwei]")
    assert [each.code for each in found("plants:\n", plant(WIND), two, both)] == ["config.operators_differ"]
