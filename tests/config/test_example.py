"""The example district: sound, complete, and as large as a demo needs it."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import pytest

from config.load import check, load
from core.inventory import BaselineBasis, Drive, Generator, Inventory, Medium, MeterRole, PlantKind, SiteKind
from ingest.routing import DECODERS

TODAY = date(2026, 11, 22)


@pytest.fixture
def inventory(folder: Path) -> Inventory:
    return load(folder, {}).inventory


def test_check_finds_nothing_but_the_memory_of_the_embedded_broker(folder: Path) -> None:
    assert [finding.code for finding in check(folder, {})] == ["config.embedded_broker_memory_only"]


def test_it_has_sites_of_every_kind_a_district_runs(inventory: Inventory) -> None:
    kinds = {site.kind for site in inventory.sites.values()}
    assert len(inventory.sites) >= 8
    assert kinds >= {
        SiteKind.SCHOOL,
        SiteKind.OFFICE,
        SiteKind.FIRE_STATION,
        SiteKind.DEPOT,
        SiteKind.CLINIC,
        SiteKind.HALL,
    }


def test_its_meters_cover_media_roles_and_meter_formats(inventory: Inventory) -> None:
    meters = [meter for meter in inventory.meters.values() if meter.valid_on(TODAY)]
    assert len(meters) >= 30
    assert {meter.medium for meter in meters} == set(Medium)
    assert {meter.role for meter in meters} >= {MeterRole.SUPPLY, MeterRole.SUBMETER, MeterRole.GENERATION}
    formats = {meter.feed.format for meter in meters if meter.feed}
    assert formats == {"tasmota_sml", "shelly_gen2", "chirpstack_v4"}


def test_its_stations_have_twenty_connectors_of_three_makers(inventory: Inventory) -> None:
    stations = [station for station in inventory.stations.values() if station.valid_on(TODAY)]
    connectors = [connector for station in stations for connector in station.connectors]
    assert len(connectors) >= 20
    assert {connector.max_power_w for connector in connectors} == {11000, 22000, 50000}
    assert len({station.maker for station in stations}) >= 3


def test_forty_percent_of_its_vehicles_are_electric_and_report(inventory: Inventory) -> None:
    vehicles = [vehicle for vehicle in inventory.vehicles.values() if vehicle.valid_on(TODAY)]
    electric = [vehicle for vehicle in vehicles if vehicle.drive in (Drive.BATTERY, Drive.PLUG_IN_HYBRID)]
    assert len(vehicles) >= 25
    assert 0.35 <= len(electric) / len(vehicles) <= 0.45
    assert {vehicle.feed.format for vehicle in electric if vehicle.feed} == {"ovms_v3", "teslamate"}
    assert all(vehicle.feed and vehicle.battery_wh for vehicle in electric)
    tagged = {tag.vehicle for tag in inventory.tags.values()}
    assert {vehicle.id for vehicle in electric} <= tagged


def test_every_vehicle_has_what_its_savings_costs_and_quotas_need(inventory: Inventory) -> None:
    vehicles = list(inventory.vehicles.values())
    assert all(vehicle.costs for vehicle in vehicles)
    assert all(vehicle.burns for vehicle in vehicles if vehicle.drive is not Drive.BATTERY)
    assert all(vehicle.energy_wh_per_100km for vehicle in vehicles if vehicle.plugs_in)
    bases = {vehicle.baseline.basis for vehicle in vehicles if vehicle.baseline}
    assert bases == set(BaselineBasis)
    assert [vehicle.id for vehicle in vehicles if vehicle.plugs_in and not vehicle.baseline] == ["aut-e-401"]
    assert [vehicle.id for vehicle in vehicles if vehicle.personal] == ["aut-e-105"]
    replaced = {vehicle.id: inventory.vehicles[vehicle.replaces] for vehicle in vehicles if vehicle.replaces}
    assert {vehicle.id for vehicle in vehicles if vehicle.plugs_in} - set(replaced) == {"aut-e-401"}
    assert len({former.id for former in replaced.values()}) == len(replaced)
    assert all(former.valid_to == inventory.vehicles[name].valid_from for name, former in replaced.items())
    assert all(vehicle.costs.lease_eur_per_month is not None for vehicle in vehicles if vehicle.costs)


def test_its_awards_count_for_both_periods_of_the_quota_and_some_are_of_combustion_vehicles(
    inventory: Inventory,
) -> None:
    awards = [(vehicle.procurement, vehicle.drive) for vehicle in inventory.vehicles.values() if vehicle.procurement]
    assert {award.awarded.year for award, _ in awards} >= {2022, 2023, 2024, 2026}
    assert {drive for _, drive in awards} == {Drive.BATTERY, Drive.PLUG_IN_HYBRID, Drive.PETROL, Drive.DIESEL}
    assert any(award.exempt_reason for award, _ in awards)


def test_it_has_models_to_try_and_recipients_of_reports(inventory: Inventory) -> None:
    assert len(inventory.electric_models) == 6
    assert all("Annahme" in model.source for model in inventory.electric_models.values())
    assert {recipient.address.rpartition("@")[2] for recipient in inventory.recipients.values()} == {"example.org"}
    assert [bool(recipient.groups) for recipient in inventory.recipients.values()] == [False, True]


def test_its_fleet_has_budgets_for_two_years_and_one_of_a_group(inventory: Inventory) -> None:
    kept = [(budget.group, budget.year) for budget in inventory.fleet_budgets.values()]
    assert kept == [(None, 2025), (None, 2026), ("Bauhof", 2026)]


def test_its_plants_have_contracts(inventory: Inventory) -> None:
    large = [plant for plant in inventory.plants.values() if plant.kind in (PlantKind.WIND, PlantKind.PV_GROUND)]
    assert len(large) >= 3
    by_law = {"wea-3", "wea-4", "wea-heidewald"}  # Saxony and Brandenburg ask for no contract
    assert {name for contract in inventory.contracts.values() for name in contract.plants} | by_law == {
        plant.id for plant in large
    }


def test_what_reports_over_mqtt_uses_formats_of_the_decoder_table(inventory: Inventory) -> None:
    feeds = [entry.feed for entry in [*inventory.meters.values(), *inventory.vehicles.values()] if entry.feed]
    formats = {feed.format for feed in feeds}
    assert formats <= set(DECODERS)
    assert len(formats) >= 5


def test_gas_becomes_energy_in_each_of_its_last_fifteen_months(inventory: Inventory) -> None:
    gas = [meter for meter in inventory.meters.values() if meter.medium is Medium.GAS]
    assert gas
    for meter in gas:
        months = inventory.fuels[meter.fuel or ""].months
        assert len({month.month for month in months}) == 15
        assert all(0.95 <= month.state_number <= Decimal("0.97") for month in months)
        assert all(Decimal("11.2") <= month.energy_kwh_per_m3 <= Decimal("11.5") for month in months)


def test_it_has_a_computed_a_tenants_and_a_hand_read_meter_and_tells_what_its_roofs_are(inventory: Inventory) -> None:
    meters = inventory.meters.values()
    computed = [meter for meter in meters if meter.terms]
    assert [[term.factor for term in meter.terms] for meter in computed] == [[1, -1]]
    assert [meter for meter in meters if meter.role is MeterRole.TENANT]
    assert [meter for meter in meters if not meter.terms and not meter.feed]
    made = {meter.generator for meter in meters if meter.role is MeterRole.GENERATION}
    assert made == {Generator.PV, Generator.CHP}
    assert [meter.parent for meter in meters if meter.role is MeterRole.STORAGE] == ["gymnasium-strom"]


def test_schools_have_holidays_and_the_day_of_a_clinic_ends_at_midnight(inventory: Inventory) -> None:
    school = inventory.calendars[inventory.sites["gymnasium"].calendar or ""]
    assert {rest.first.year for rest in school.breaks} == {2025, 2026, 2027}
    assert not school.open_in_breaks
    clinic = inventory.calendars[inventory.sites["klinik"].calendar or ""]
    assert (clinic.openings[0].begins, clinic.openings[0].ends) == (time(), time())


def test_two_sites_have_budgets_for_two_years(inventory: Inventory) -> None:
    kept = {(budget.site, budget.year) for budget in inventory.budgets.values()}
    assert kept == {(site, year) for site in ("lra", "gymnasium") for year in (2025, 2026)}


def test_a_tariff_has_hours_of_its_own_and_another_pays_for_what_is_fed_in(inventory: Inventory) -> None:
    assert [tariff for tariff in inventory.tariffs.values() if tariff.windows]
    assert [tariff for tariff in inventory.tariffs.values() if tariff.export_eur_per_kwh]


def test_its_municipalities_cannot_be_real(inventory: Inventory) -> None:
    assert all(municipality.key.startswith("99") for municipality in inventory.municipalities.values())


def test_some_entries_have_ended(inventory: Inventory) -> None:
    for shelf in (inventory.meters, inventory.vehicles, inventory.stations, inventory.tags, inventory.municipalities):
        assert [entry for entry in shelf.values() if not entry.valid_on(TODAY)]


def test_prices_are_read_as_they_are_written(inventory: Inventory) -> None:
    assert str(inventory.tariffs["strom-2025"].energy_eur_per_kwh) == "0.2685"
    assert str(inventory.tariffs["strom-2025"].base_eur_per_year) == "138.00"


def test_reading_it_takes_less_than_a_second(folder: Path) -> None:
    begun = perf_counter()
    load(folder, {})
    assert perf_counter() - begun < 1
