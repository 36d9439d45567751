"""What-if calculations from their inputs: worked examples, what people write otherwise, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from config.factors import shipped
from core.errors import NotFoundError
from core.people import Actor, Role
from operations.apart import call_apart
from operations.edge import InvalidRequestError, read_request
from operations.table import CAPABILITIES

NOW = datetime(2026, 11, 22, tzinfo=UTC)


async def ask(row: str, **given: Any) -> Any:
    request = read_request(CAPABILITIES[row], given)
    return await call_apart(row, request, shipped(), Actor("anna", Role.VIEWER), NOW)


async def savings(given: str | dict[str, Any]) -> Any:
    return await ask("calc.savings", input=given)


async def refused(row: str, text: str) -> list[str]:
    with pytest.raises(InvalidRequestError) as caught:
        await ask(row, input=text, origin="eingabe.yaml")
    return [str(finding) for finding in caught.value.findings]


def avoided(found: Any, vehicle: int = 0) -> dict[str, Decimal | None]:
    return {
        f"{row.boundary.value}.{row.account.value}.{row.resolution.value}": row.avoided_kg
        for row in found.vehicles[vehicle].results
    }


E1: dict[str, Any] = {
    "period": 2025,
    "vehicles": [
        {
            "distance_km": 15000,
            "baseline": {"fuel": "petrol", "fuel_l_per_100km": 7.7},
            "electricity": {"meter_kwh": 2850},
        }
    ],
}
TEXT = """
period: 2025
vehicles:
  - distance_km: 15000
    baseline: {fuel: petrol, fuel_l_per_100km: 7.7}
    electricity: {meter_kwh: 2850}
"""


@pytest.mark.parametrize("given", [E1, TEXT])
async def test_the_same_input_as_text_and_as_json_gives_the_worked_example(given: Any) -> None:
    found = avoided(await savings(given))
    assert found["ttw.location.annual"] == Decimal("1784.92207875")
    assert found["wtw.location.annual"] == Decimal("2382.05706375")
    assert found["wtw.market.annual"] is None


async def test_litres_altogether_are_the_same_as_litres_per_100_km() -> None:
    whole = await savings(TEXT.replace("fuel_l_per_100km: 7.7", "fuel_l: 1155"))
    assert avoided(whole)["ttw.location.annual"] == Decimal("1784.92207875")


async def test_the_formula_shows_its_figures() -> None:
    row = (await savings(TEXT)).vehicles[0].results[0]
    minus = "\N{MINUS SIGN}"
    assert row.formula == (f"15000 km / 100 × 7.7 l × 3.06420525 kg/l {minus} 2850 kWh × 406 g/kWh = 2382.05706375 kg")
    assert [line.factor.id for line in row.lines] == ["bimschv-38.petrol.wtw", "uba.grid.co2e_upstream.2025"]


async def test_what_the_vehicle_shows_needs_a_loss_and_its_basis() -> None:
    shown = TEXT.replace("meter_kwh: 2850", "vehicle_kwh: 2500, loss_percent: 12, loss_basis: surcharge")
    assert (await savings(shown)).vehicles[0].drawn_kwh == 2800
    of_drawn = await savings(shown.replace("surcharge", "of_drawn"))
    assert str(of_drawn.vehicles[0].drawn_kwh).startswith("2840.90909")


async def test_slots_make_a_time_resolved_result_beside_the_annual_one() -> None:
    rows = [(2.75, 412), (2.75, 398), (1.5, 355), (0.5, 290)]
    slots = [{"energy_kwh": kwh, "intensity_g_per_kwh": g} for kwh, g in rows]
    vehicle = {"electricity": {"intensity_boundary": "direct", "slots": slots}}
    found = (await savings({"period": "2025-06-03", "boundary": "ttw", "vehicles": vehicle})).vehicles[0]
    grams = {row.resolution.value: row.electricity_g for row in found.results if row.account.value == "location"}
    assert grams == {"annual": 2580, "time_resolved": 2905}
    assert [reason.code for reason in found.results[0].reasons] == ["emissions.no_baseline"]


@pytest.mark.parametrize(("method", "pv"), [("pro_rata", "2.6666666"), ("surplus_first", "0")])
async def test_roof_power_is_shared_by_the_method_that_is_named(method: str, pv: str) -> None:
    slot = {"energy_kwh": 5, "generation_kwh": 8, "other_loads_kwh": 10}
    electricity = {"pv_allocation": method, "slots": [slot]}
    vehicle = (await savings({"period": 2025, "vehicles": [{"electricity": electricity}]})).vehicles[0]
    assert str(vehicle.pv_kwh).startswith(pv)
    assert vehicle.pv_allocation == method
    assert vehicle.grid_kwh + vehicle.pv_kwh == 5


async def test_several_vehicles_add_up_and_those_not_computed_are_counted() -> None:
    two = {**E1, "vehicles": [*E1["vehicles"], {"name": "2", "drive": "plug_in_hybrid", **E1["vehicles"][0]}]}
    found = await savings(two)
    total = next(row for row in found.totals if row.boundary == "wtw" and row.account == "location")
    assert (total.avoided_kg, total.vehicles, total.not_computed) == (Decimal("2382.05706375"), 2, 1)
    assert found.vehicles[1].results[0].reasons[0].code == "emissions.hybrid_without_fuel"


async def test_guarantees_for_all_electricity_leave_its_fuel_saved_whole() -> None:
    found = await savings(TEXT.replace("meter_kwh: 2850", "meter_kwh: 2850, guarantees_percent: 100"))
    assert avoided(found)["ttw.market.annual"] == Decimal("2765.32207875")


async def test_a_default_baseline_is_said_and_exists_for_cars_only() -> None:
    text = TEXT.replace(", fuel_l_per_100km: 7.7", "")
    car = await savings(text)
    assert avoided(car)["ttw.location.annual"] == Decimal("1784.92207875")
    assert [note.code for note in car.vehicles[0].notes] == ["emissions.baseline_by_table"]
    van = await savings(text.replace("- distance_km", "- vehicle_class: N1\n    distance_km"))
    assert avoided(van)["ttw.location.annual"] is None


async def test_factors_of_the_input_go_before_all_others_and_unused_ones_are_said() -> None:
    text = TEXT + (
        "factors:\n"
        "  - {subject: grid, value: 100, unit: g/kWh, boundary: direct}\n"
        "  - {subject: residual_mix, value: 700, unit: g/kWh, boundary: direct}\n"
        "  - {subject: diesel, value: 2.7, unit: kg/l, boundary: ttw}\n"
    )
    found = await savings(text)
    assert avoided(found)["ttw.location.annual"] == Decimal("2480.32207875")
    assert avoided(found)["ttw.market.annual"] == Decimal("770.32207875")
    assert avoided(found)["wtw.location.annual"] == Decimal("2382.05706375")
    assert [note.params["id"] for note in found.notes] == ["diesel.ttw"]


async def test_another_set_is_taken_by_name() -> None:
    found = await savings(TEXT + "sets: {fuel: en-16258}\n")
    assert avoided(found)["wtw.location.annual"] == Decimal(1155) * Decimal("2.88") - Decimal("1157.1")


async def test_electric_kilometres_of_a_hybrid() -> None:
    more = "meter_kwh: 2850, electric_kwh_per_100km: 20, loss_percent: 10"
    found = await savings(TEXT.replace("meter_kwh: 2850", more))
    assert found.vehicles[0].electric_distance_km == 12825


MIXED = """
period: 2025
factors:
  - {subject: grid, value: 344, unit: g/kWh, boundary: direct}
  - {subject: petrol, value: 3.06420525, unit: kg/l, boundary: wtw}
vehicles:
  - distance_km: 15000
    baseline: {fuel: petrol, fuel_l_per_100km: 7.7}
    electricity: {meter_kwh: 2850}
"""


async def test_fuel_with_upstream_and_electricity_without_are_refused_as_a_pair() -> None:
    (said,) = await refused("calc.savings", MIXED)
    assert said.startswith("config.factor_boundaries_mixed file=eingabe.yaml first=grid (344 g/kWh, direct)")
    assert "first_line=4 line=5 second=petrol (3.06420525 kg/l, wtw)" in said


async def test_a_factor_of_the_boundary_that_is_not_asked_for_is_refused() -> None:
    text = TEXT + "boundary: wtw\nfactors:\n  - {subject: grid, value: 344, unit: g/kWh, boundary: direct}\n"
    (said,) = await refused("calc.savings", text)
    assert said.startswith("config.factor_outside")
    assert "key=factors[1].boundary" in said


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ("meter_kwh", "meter_kw", "config.key_unknown_near", "vehicles[1].electricity.meter_kw"),
        ("7.7}", "7,7}", "config.decimal_comma", "fuel_l_per_100km"),
        ("petrol", "benzin", "config.not_one_of", "vehicles[1].baseline.fuel"),
        ("15000", "-5", "config.too_small", "vehicles[1].distance_km"),
        ("15000", "viel", "config.not_an_amount", "vehicles[1].distance_km"),
        ("meter_kwh: 2850", "meter_kwh: 2850, vehicle_kwh: 1", "config.one_of", "vehicles[1].electricity"),
        ("meter_kwh: 2850", "vehicle_kwh: 1", "config.loss_unstated", "vehicles[1].electricity"),
        (
            "meter_kwh: 2850",
            "slots: [{energy_kwh: 1, intensity_g_per_kwh: 2}]",
            "config.series_unstated",
            "electricity",
        ),
        ("meter_kwh: 2850", "slots: [{energy_kwh: 1, pv_kwh: 2}]", "config.more_than", "electricity.slots[1]"),
        ("period: 2025", "period: 2025-13", "config.not_a_period", "period"),
        ("period: 2025", "period: 2025-02-30", "config.not_a_period", "period"),
        ("period: 2025", "periode: 2025", "config.key_missing", "period"),
        ("period: 2025", "period: 2025\nsets: {fuel: en-16259}", "config.set_unknown_near", "sets.fuel"),
        ("period: 2025", "period: 2025\nperiod: 2026", "config.key_twice", "period"),
    ],
)
async def test_a_mistake_is_named_with_file_line_and_key(old: str, new: str, code: str, key: str) -> None:
    said = [each for each in await refused("calc.savings", TEXT.replace(old, new)) if each.startswith(code)]
    assert said
    assert "file=eingabe.yaml" in said[0]
    assert "line=" in said[0]
    assert key in said[0]


@pytest.mark.parametrize("text", ["", " ", "- 1", "vehicles: [", "a: &x 1", "x" * 4_000_001])
async def test_what_is_no_input_is_refused(text: str) -> None:
    assert await refused("calc.savings", text)


async def test_two_factors_on_the_same_day_are_refused() -> None:
    row = "  - {subject: grid, value: 344, unit: g/kWh, boundary: direct}\n"
    said = await refused("calc.savings", TEXT + "factors:\n" + row + row)
    assert [each for each in said if each.startswith("config.factor_overlap")]


async def test_certificates_of_a_year_with_price_and_fee() -> None:
    text = "year: 2025\nprice_eur_per_t: 100\nfee_percent: 20\nvehicles:\n- {vehicle_class: M1, count: 2}\n"
    found = await ask("calc.thg", input=text)
    kg = {row.convention.value: (row.kg, row.eur) for row in found.rows}
    assert kg == {
        "with_quota": (Decimal("1491.49728"), Decimal("119.3197824")),
        "without_quota": (Decimal("1922.4"), Decimal("153.792")),
    }
    assert found.rows[0].deadline.isoformat() == "2025-11-15"
    assert found.rows[0].formula.endswith("= 1491.49728 kg")


async def test_points_count_their_energy_and_proven_roof_power_apart() -> None:
    text = "year: 2026\nconvention: with_quota\npoints:\n- {energy_kwh: 3000, pv_kwh: 1000}\n"
    found = await ask("calc.thg", input=text)
    assert [row.kg for row in found.rows] == [Decimal("756.5616"), 947]
    assert found.totals[0].kg == Decimal("1703.5616")
    assert [note.code for note in found.notes] == ["thg.no_price"]


async def test_a_year_without_data_says_which_factor_is_missing() -> None:
    found = await ask("calc.thg", input="year: 2021\nvehicles: {vehicle_class: N1}\n")
    assert {row.reason.params["subject"] for row in found.rows} == {"thg_grid"}
    assert found.totals[0].not_computed == 1
    own = "factors:\n- {subject: thg_grid, value: 120, unit: kg/GJ, year: 2021}\n"
    known = await ask(
        "calc.thg", input=f"year: 2021\nconvention: without_quota\n{own}vehicles: {{vehicle_class: N1}}\n"
    )
    assert known.rows[0].kg == 3000 * Decimal("0.0108") * (Decimal("94.1") - 48)


async def test_quotas_of_single_vehicles_and_of_counts_add_up() -> None:
    text = """
vehicles:
  - {name: a, vehicle_class: M1, awarded: 2026-03-01, co2_g_per_km: 50, rde_percent: 80}
  - {name: b, vehicle_class: N1, awarded: 2026-03-01, drive: battery}
  - {name: c, vehicle_class: N3, awarded: 2026-03-01, exempt_reason: Feuerwehr}
counts:
  - {group: light, period: 2026-2030, procured: 5, clean: 1}
  - {group: truck, period: 2026-2030, procured: 0}
"""
    found = await ask("calc.clean_vehicles", input=text)
    light, truck = found.quotas
    assert (light.procured, light.clean, light.needed, light.gap, light.next_needed) == (7, 2, 3, 1, 2)
    assert (truck.procured, truck.needed, truck.met) == (0, 0, True)
    assert [row.verdict.value for row in found.vehicles] == ["not_clean", "clean", "not_counted"]


async def test_more_clean_ones_than_procured_are_refused() -> None:
    (said,) = await refused("calc.clean_vehicles", "counts: [{group: bus, period: 2026-2030, procured: 1, clean: 2}]")
    assert said.startswith("config.more_than")


async def test_factors_are_listed_by_what_is_asked_and_shown_with_their_derivation() -> None:
    page = await ask("factors.list", about="grid", boundary="direct", limit=3)
    assert [row.year for row in page.items] == [2025, 2024, 2023]
    following = await ask("factors.list", about="grid", boundary="direct", limit=3, cursor=page.next_cursor)
    assert [row.year for row in following.items] == [2022, 2021, 2020]
    assert {row.subject.value for row in (await ask("factors.list", query="EBeV", kind="fuel", day="2025-01-01")).items}
    detail = await ask("factors.show", id="bimschv-38.petrol.wtw")
    assert [term.value for term in detail.terms] == [Decimal("0.755"), Decimal("43.5"), Decimal("93.3")]
    with pytest.raises(NotFoundError):
        await ask("factors.show", id="nirgends")
