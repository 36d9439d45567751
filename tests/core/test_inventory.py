"""Entries are valid from a day to a day, and every source leads to its site."""

from datetime import date

import pytest

from core.inventory import (
    Connector,
    Drive,
    Inventory,
    Medium,
    Meter,
    MeterRole,
    Plant,
    PlantKind,
    Station,
    Tag,
    Vehicle,
)

SINCE = date(2026, 1, 1)
METER = Meter(id="a-strom", name="A", valid_from=SINCE, site="a", medium=Medium.HEAT, role=MeterRole.SUPPLY)
STATION = Station(
    id="lra-01",
    name="L",
    valid_from=SINCE,
    site="lra",
    maker="M",
    model="X",
    connectors=(Connector(number=1, max_power_w=22e3, plug="type2"),),
)
VEHICLE = Vehicle(
    id="erz-e-101", name="V", valid_from=SINCE, site="hof", maker="M", model="X", drive=Drive.BATTERY, group="pool"
)
PLANT = Plant(
    id="wea-3",
    name="W",
    valid_from=SINCE,
    kind=PlantKind.WIND,
    power_w=5.6e6,
    municipality="m",
    operator="o",
    register_number="SEE900",
    commissioned=SINCE,
)
INVENTORY = Inventory(
    meters={METER.id: METER},
    stations={STATION.id: STATION},
    vehicles={VEHICLE.id: VEHICLE},
    plants={PLANT.id: PLANT},
)


@pytest.mark.parametrize(
    ("source", "site"),
    [
        ("meter:a-strom", "a"),
        ("station:lra-01", "lra"),
        ("station:lra-01/1", "lra"),
        ("vehicle:erz-e-101", "hof"),
        ("plant:wea-3", None),
        ("meter:unknown", None),
        ("weather:a-strom", None),
        ("", None),
    ],
)
def test_a_source_leads_to_its_site(source: str, site: str | None) -> None:
    assert INVENTORY.site_of(source) == site


def test_entries_name_the_source_of_their_readings() -> None:
    assert [entry.source for entry in (METER, STATION, VEHICLE, PLANT)] == [
        "meter:a-strom",
        "station:lra-01",
        "vehicle:erz-e-101",
        "plant:wea-3",
    ]


def test_an_entry_is_valid_from_its_first_day_until_the_day_before_its_last() -> None:
    meter = Meter(
        id="x",
        name="X",
        valid_from=date(2026, 2, 1),
        valid_to=date(2026, 3, 1),
        site="a",
        medium=Medium.WATER,
        role=MeterRole.SUBMETER,
    )
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)]
    assert [day for day in days if meter.valid_on(day)] == [date(2026, 2, 1), date(2026, 2, 28)]


def test_an_entry_without_an_end_stays_valid() -> None:
    assert METER.valid_on(date(2999, 1, 1))
    assert not METER.valid_on(date(2025, 12, 31))


def test_a_tags_number_is_not_shown() -> None:
    tag = Tag(id="t-1", name="Karte 1", valid_from=SINCE, uid="04A2B3C4D5E680")
    assert "04A2B3C4D5E680" not in repr(tag)
