"""What is advised about vehicles, models, recipients and circles, and what is let be."""

from __future__ import annotations

import pytest

from config.findings import is_warning
from config.inventory import inventory_of
from core.inventory import FuelKind, Inventory
from core.texts import LANGUAGES, catalogue

SITES = """
municipalities:
  stadt: {name: Stadt, key: "99901000", state: SN, valid_from: 2015-01-01}
sites:
  hof: {name: Hof, kind: depot, municipality: stadt, valid_from: 2015-01-01}
"""
TWICE = ["! config.fleet_budget_twice"]
BATTERY = "drive: battery, battery_wh: 50000"
BASELINE = "baseline: {fuel: diesel, fuel_l_per_100km: 7.0, basis: table, source: Tabelle}"


def vehicle(said: str, name: str = "wagen", *, since: str = "2024-01-01") -> str:
    return f"  {name}: {{name: W, site: hof, maker: M, model: N, group: Amt, {said}, valid_from: {since}}}\n"


def read(text: str) -> tuple[Inventory, list[str]]:
    inventory, findings = inventory_of({"a.yaml": SITES, "b.yaml": text}, None)
    for finding in findings:
        for language in LANGUAGES:
            assert "{" not in catalogue(language).tell(finding)
    return inventory, [finding.code if is_warning(finding) else f"! {finding.code}" for finding in findings]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (f"{BATTERY}, {BASELINE}", []),
        (BATTERY, ["config.baseline_missing"]),
        (f"{BATTERY}, vehicle_class: special", []),
        (f"{BATTERY}, valid_to: 2026-01-01", []),
        (f"drive: battery, {BASELINE}", ["config.battery_missing"]),
        (f"{BATTERY}, {BASELINE}, fuel: petrol", ["! config.fuel_not_of_drive"]),
        (f"drive: plug_in_hybrid, battery_wh: 13000, {BASELINE}", ["config.fuel_missing"]),
        (f"drive: plug_in_hybrid, battery_wh: 13000, fuel: petrol, {BASELINE}", []),
        ("drive: diesel", []),
        ("drive: diesel, fuel: hvo", []),
        ("drive: gas", ["config.fuel_missing"]),
        ("drive: gas, fuel: diesel", ["! config.fuel_not_of_drive"]),
        (f"drive: petrol, {BASELINE}", ["config.baseline_unused"]),
    ],
)
def test_a_vehicle_lacks_only_what_its_figures_need(said: str, expected: list[str]) -> None:
    assert read("vehicles:\n" + vehicle(said))[1] == expected


def test_the_drive_tells_the_fuel_where_the_vehicle_does_not() -> None:
    text = "vehicles:\n" + vehicle("drive: diesel") + vehicle("drive: diesel, fuel: hvo", "b") + vehicle(BATTERY, "c")
    vehicles = read(text)[0].vehicles
    assert [vehicles[name].burns for name in ("wagen", "b", "c")] == [FuelKind.DIESEL, FuelKind.HVO, None]


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ("", []),
        (", valid_to: 2024-01-01", []),
        (", valid_to: 2023-07-01", []),
        (", valid_to: 2022-12-01", ["config.replaces_gone"]),
    ],
)
def test_a_replaced_vehicle_may_have_gone_a_while_before_or_still_be_there(ended: str, expected: list[str]) -> None:
    text = "vehicles:\n" + vehicle(f"drive: diesel{ended}", "alt", since="2019-01-01")
    assert read(text + vehicle(f"{BATTERY}, {BASELINE}, replaces: alt"))[1] == expected


def test_a_vehicle_may_be_replaced_again_when_its_replacement_has_gone() -> None:
    text = "vehicles:\n" + vehicle("drive: diesel", "alt", since="2019-01-01")
    text += vehicle(f"{BATTERY}, {BASELINE}, replaces: alt, valid_to: 2024-06-01", "eins")
    assert read(text + vehicle(f"{BATTERY}, {BASELINE}, replaces: alt", "zwei", since="2024-06-01"))[1] == []


def test_no_vehicle_replaces_itself() -> None:
    assert read("vehicles:\n" + vehicle(f"{BATTERY}, {BASELINE}, replaces: wagen"))[1] == ["! config.replaces_younger"]


@pytest.mark.parametrize(
    ("range_m", "winter", "expected"),
    [
        (250_000, 22_000, []),
        (350_000, 22_000, []),
        (360_000, 22_000, ["config.winter_range_odd"]),
        (190_000, 22_000, ["config.winter_range_odd"]),
        (300_000, 16_000, ["config.winter_energy_odd"]),
    ],
)
def test_range_consumption_and_battery_of_a_model_belong_together(
    range_m: int, winter: int, expected: list[str]
) -> None:
    text = f"""
electric_models:
  kombi:
    name: Kombi
    vehicle_class: M1
    battery_wh: 60000
    winter_range_m: {range_m}
    energy_wh_per_100km: 17000
    winter_energy_wh_per_100km: {winter}
    ac_power_w: 11000
    source: Datenblatt
    valid_from: 2026-01-01
"""
    assert read(text)[1] == expected


def test_a_recipient_of_a_group_that_no_vehicle_has_would_get_nothing() -> None:
    text = "vehicles:\n" + vehicle("drive: diesel") + "recipients:\n"
    text += "  a: {name: A, address: a@example.org, groups: [Amt, Bauhof], sites: [hof], valid_from: 2026-01-01}\n"
    inventory, found = read(text)
    assert found == ["config.group_unknown"]
    assert (inventory.recipients["a"].groups, inventory.recipients["a"].language) == (("Amt", "Bauhof"), "de")
    assert "a@example.org" not in repr(inventory)


@pytest.mark.parametrize(
    ("north_deg", "east_deg", "radius_m", "more", "expected"),
    [
        (50.7027, 13.04, 150, "", []),
        (50.7026, 13.04, 150, "", ["config.sites_overlap"]),
        (50.7026, 13.04, 130, "", []),
        (50.7, 13.0443, 150, "", []),
        (50.7, 13.0442, 150, "", ["config.sites_overlap"]),
        (50.7026, 13.04, 150, ", valid_to: 2015-01-01", []),
        (50.72, 13.04, 5000, "", ["config.sites_overlap"]),
    ],
)
def test_circles_that_overlap_are_told(
    north_deg: float, east_deg: float, radius_m: int, more: str, expected: list[str]
) -> None:
    text = "sites:\n"
    for name, north, east, radius, ends in [
        ("a", 50.7, 13.04, 150, ""),
        ("b", north_deg, east_deg, radius_m, more),
        ("c", 50.9, 13.04, 150, ""),
    ]:
        place = f"latitude_deg: {north}, longitude_deg: {east}, radius_m: {radius}"
        since = "2014-01-01" if ends else "2015-01-01"
        text += f"  {name}: {{name: S, kind: depot, municipality: stadt, {place}, valid_from: {since}{ends}}}\n"
    found = [code for code in read(text)[1] if code != "config.outlives"]
    assert found == expected


def budget(name: str, said: str, since: str = "2026-01-01") -> str:
    return f"  {name}: {{name: B, year: 2026, amount_eur: 5000, {said}, valid_from: {since}}}\n"


@pytest.mark.parametrize(
    ("budgets", "expected"),
    [
        (budget("alle", "valid_to: 2027-01-01") + budget("amt", "group: Amt"), []),
        (budget("alle", "valid_to: 2027-01-01") + budget("noch-eins", "valid_to: 2027-01-01"), TWICE),
        (budget("amt", "group: Amt") + budget("noch-eins", "group: Amt", "2026-07-01"), TWICE),
        (budget("amt", "group: Amt, valid_to: 2026-07-01") + budget("nachtrag", "group: Amt", "2026-07-01"), []),
        (budget("amt", "group: Bauamt"), ["config.group_unknown"]),
    ],
)
def test_vehicles_have_one_budget_at_a_time(budgets: str, expected: list[str]) -> None:
    assert read("vehicles:\n" + vehicle("drive: diesel") + "fleet_budgets:\n" + budgets)[1] == expected


def test_both_budgets_of_the_same_vehicles_are_named() -> None:
    text = "fleet_budgets:\n" + budget("erst", "valid_to: 2027-01-01") + budget("zweit", "valid_to: 2027-01-01")
    (finding,) = inventory_of({"a.yaml": SITES, "b.yaml": text}, None)[1]
    told = catalogue("en").tell(finding)
    assert "'erst'" in told
    assert "fleet_budgets.zweit" in told
