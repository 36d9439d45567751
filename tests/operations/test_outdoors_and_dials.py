"""Degree days from a meter outdoors, and bills held against where the dial stood."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest_asyncio

from core.inventory import Medium, Meter, MeterRole, WeatherStation
from core.people import Actor, Role
from core.quantities import Quantity
from core.readings import Reading
from operations.costs.bill_rows import BillDetail, BillVerdict
from operations.costs.bills import AddBill, ShowBill, WithdrawBill, add_bill, show_bill, withdraw_bill
from operations.house import Call
from operations.weather.rows import Weather
from operations.weather.shown import ShowWeather, show_weather
from operations.weather.temperatures import reading_of
from tests.operations.places import BERLIN, NOW, SINCE, SLOT, Place, inventory, opened

ANNA = Actor("anna", Role.ADMIN)
CALL = Call(ANNA, NOW)
OUTDOORS = ("meter:aussen", Quantity.TEMPERATURE_C)
WATER = ("meter:wasser", Quantity.VOLUME_M3)
OCTOBER = datetime(2026, 10, 1, tzinfo=BERLIN).astimezone(UTC)
NOVEMBER = datetime(2026, 11, 1, tzinfo=BERLIN).astimezone(UTC)
STATION = WeatherStation(
    id="w", name="Au", valid_from=SINCE, degree_days_kd=3700.0, reference="Beispiel", outdoor_meter="aussen"
)


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """Open a school with a meter outdoors that its weather station names."""
    plain = inventory()
    outdoors = Meter(
        id="aussen", name="Nordwand", valid_from=SINCE, site="schule", medium=Medium.HEAT, role=MeterRole.SUBMETER
    )
    site = replace(plain.sites["schule"], weather_station="w")
    known = replace(
        plain, sites={"schule": site}, meters={**plain.meters, "aussen": outdoors}, weather_stations={"w": STATION}
    )
    async with opened(tmp_path) as place:
        place.house = replace(place.house, inventory=lambda: known)
        yield place


def measured(day: date, mean_c: float, slots: int = 96) -> list[Reading]:
    """Return the temperatures of a local day's first quarter hours."""
    begin = datetime.combine(day, datetime.min.time(), tzinfo=BERLIN).astimezone(UTC)
    return [Reading(*OUTDOORS, begin + number * SLOT, mean_c) for number in range(slots + 1)]


async def weather(place: Place) -> Weather:
    return await show_weather(place.house, ShowWeather(id="schule"), CALL)


async def test_days_that_a_meter_outdoors_measured_throughout_have_degree_days(place: Place) -> None:
    await place.put(*measured(date(2026, 10, 13), 4.0), *measured(date(2026, 10, 15), 17.0))
    await place.run()
    october = (await weather(place)).months[-1]
    assert (october.period, october.days_known, october.heating_days) == ("2026-10", 2, 1)
    assert october.degree_days_kd == 16.0
    assert october.mean_c == 10.5


async def test_half_a_day_outdoors_is_no_day(place: Place) -> None:
    await place.put(*measured(date(2026, 10, 13), 4.0, slots=40))
    await place.run()
    assert (await weather(place)).days_known == 0


async def test_what_a_file_tells_counts_before_the_meter_outdoors(place: Place) -> None:
    await place.put(*measured(date(2026, 10, 13), 4.0), reading_of(STATION, date(2026, 10, 13), 9.0))
    await place.run()
    assert (await weather(place)).months[-1].degree_days_kd == 11.0


async def test_without_the_stations_word_no_meter_tells_the_weather(place: Place) -> None:
    await place.put(*measured(date(2026, 10, 13), 4.0))
    await place.run()
    silent = replace(place.house.inventory(), weather_stations={"w": replace(STATION, outdoor_meter=None)})
    place.house = replace(place.house, inventory=lambda: silent)
    assert (await weather(place)).days_known == 0


async def water(place: Place) -> None:
    """Let a dial be read every midnight; at the borders of October half an hour off on either side."""
    half = timedelta(minutes=30)
    read = [Reading(*WATER, OCTOBER - half, 119.5), Reading(*WATER, OCTOBER + half, 120.5)]
    read += [Reading(*WATER, OCTOBER + timedelta(days=day), 120.0 + 10 * day) for day in range(1, 31)]
    read += [Reading(*WATER, NOVEMBER - half, 429.8), Reading(*WATER, NOVEMBER + half, 430.2)]
    await place.put(*read)
    await place.run()


def bill(begin: str, end: str, used: str | None = None) -> AddBill:
    return AddBill(
        meter="wasser",
        first_day=date(2026, 10, 1),
        last_day=date(2026, 10, 31),
        begin_reading=Decimal(begin),
        end_reading=Decimal(end),
        used=None if used is None else Decimal(used),
        unit="m³",
        net_eur=Decimal(1500),
    )


async def held(place: Place, request: AddBill) -> BillDetail:
    """Return a bill held against the dial, and take it back, so that the next one can be tried."""
    row = await add_bill(place.house, request, CALL)
    detail = await show_bill(place.house, ShowBill(id=row.id), CALL)
    await withdraw_bill(place.house, WithdrawBill(id=row.id, reason="Versuch"), CALL)
    return detail


async def test_a_bills_readings_stand_beside_where_the_dial_stood_at_midnight(place: Place) -> None:
    await water(place)
    detail = await held(place, bill("120.2", "430"))
    dials = [(row.day, row.billed, row.own, row.difference, row.unit) for row in detail.dials]
    assert dials == [
        (date(2026, 10, 1), Decimal("120.2"), Decimal("120.000"), Decimal("0.200"), "m³"),
        (date(2026, 11, 1), Decimal(430), Decimal("430.000"), Decimal("0.000"), "m³"),
    ]
    assert detail.bill.used == Decimal("309.8")
    assert detail.use.own == Decimal("310.000")
    assert detail.use.verdict is BillVerdict.AGREES


async def test_right_readings_and_a_wrong_difference_are_a_slip_of_the_suppliers_pen(place: Place) -> None:
    await water(place)
    slip = await held(place, bill("120", "430", used="390"))
    assert slip.use.verdict is BillVerdict.DIFFERS
    assert "bills.hint_arithmetic" in {hint.code for hint in slip.hints}
    wrong = await held(place, bill("120", "510"))
    assert wrong.dials[1].difference == Decimal("80.000")
    assert "bills.hint_arithmetic" not in {hint.code for hint in wrong.hints}


async def test_a_dial_that_nobody_read_around_a_border_is_not_compared(place: Place) -> None:
    await place.put(*(Reading(*WATER, OCTOBER + timedelta(days=day), 120.0 + day) for day in range(5, 20)))
    await place.run()
    detail = await held(place, bill("120", "430"))
    assert [row.own for row in detail.dials] == [None, None]
    assert [row.difference for row in detail.dials] == [None, None]
    assert detail.use.verdict is BillVerdict.NOT_COMPARED
    assert detail.use.reason is not None
