"""Papers about vehicles over the real stores: kept once, doubted, counted into days, taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConflictError, ForbiddenError, NotFoundError
from core.inventory import Drive, Inventory, Site, SiteKind, Vehicle
from core.inventory.mobility import FuelKind
from core.people import Actor, Role
from core.vouchers import ChargePlace, VoucherKind
from operations.edge import InvalidRequestError
from operations.fleet.days import compute_days
from operations.house import Call
from operations.intervals.job import compute_intervals
from operations.schedule import JobWork
from operations.vouchers.rows import (
    AddVoucher,
    DoubtfulVoucherError,
    ListVouchers,
    VoucherRow,
    WithdrawVoucher,
)
from operations.vouchers.vouchers import add_voucher, list_vouchers, withdraw_voucher
from tests.operations.places import BERLIN, Place, opened

NOON = datetime(2026, 11, 16, 12, tzinfo=BERLIN)
NOW = NOON + timedelta(days=6)
ANNA = Actor(name="anna", role=Role.ADMIN)
ELSEWHERE = Actor(name="otto", role=Role.FLEET, sites=frozenset({"hof"}))


def car(name: str, drive: Drive, **changes: Any) -> Vehicle:
    said: dict[str, Any] = {
        "id": name,
        "name": f"Wagen {name}",
        "valid_from": date(2026, 1, 1),
        "site": "amt",
        "maker": "A",
        "model": "B",
        "drive": drive,
        "group": "Amt",
    }
    return Vehicle(**(said | changes))


def inventory() -> Inventory:
    cars = (
        car("strom", Drive.BATTERY, battery_wh=50_000.0),
        car("diesel", Drive.DIESEL),
        car("gas", Drive.GAS),
        car("verkauft", Drive.DIESEL, valid_to=date(2026, 11, 16)),
    )
    amt = Site(id="amt", name="Amt", valid_from=date(2026, 1, 1), kind=SiteKind.OFFICE, municipality="au")
    return Inventory(sites={"amt": amt}, vehicles={each.id: each for each in cars})


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path) as here:
        here.now_utc = NOW
        here.house = replace(here.house, inventory=inventory, eraser=here.stores.readings)
        yield here


def call(actor: Actor = ANNA) -> Call:
    return Call(actor, NOW)


def charged(**changes: Any) -> AddVoucher:
    said: dict[str, Any] = {
        "vehicle": "strom",
        "kind": VoucherKind.CHARGING,
        "at_utc": NOON,
        "number": "L-1",
        "energy_wh": Decimal(20_000),
        "place": ChargePlace.PUBLIC,
    }
    return AddVoucher(**(said | changes))


def filled(**changes: Any) -> AddVoucher:
    said: dict[str, Any] = {"vehicle": "diesel", "kind": VoucherKind.FUEL, "at_utc": NOON, "fuel_l": Decimal("41.5")}
    return AddVoucher(**(said | changes))


async def add(place: Place, request: AddVoucher) -> VoucherRow:
    return await add_voucher(place.house, request, call())


async def day_of(place: Place, vehicle: str) -> Any:
    (day,) = await place.stores.ledger.vehicle_days(NOON.date(), NOON.date(), [vehicle])
    return day


async def test_a_paper_counts_into_the_day_until_it_is_taken_back(place: Place) -> None:
    row = await add(place, charged())
    assert (row.vehicle_name, row.number, row.energy_wh) == ("Wagen strom", "L-1", Decimal(20_000))
    assert (await day_of(place, "strom")).elsewhere_charged_wh == 20_000
    gone = await withdraw_voucher(place.house, WithdrawVoucher(id=row.id, reason="doppelt"), call())
    assert (gone.withdrawn_by, gone.withdrawn_reason) == ("anna", "doppelt")
    assert (await day_of(place, "strom")).elsewhere_charged_wh == 0
    with pytest.raises(ConflictError):
        await withdraw_voucher(place.house, WithdrawVoucher(id=row.id, reason="doppelt"), call())


async def test_fuel_is_that_of_the_vehicle_unless_the_paper_says_so(place: Place) -> None:
    assert (await add(place, filled())).fuel is FuelKind.DIESEL
    assert (await add(place, filled(vehicle="gas", fuel=FuelKind.CNG))).fuel is FuelKind.CNG
    assert (await day_of(place, "diesel")).fuel_l == Decimal("41.5")


async def test_the_same_paper_is_kept_once_and_again_after_it_was_taken_back(place: Place) -> None:
    row = await add(place, charged())
    with pytest.raises(ConflictError):
        await add(place, charged())
    await withdraw_voucher(place.house, WithdrawVoucher(id=row.id, reason="falsch"), call())
    assert (await add(place, charged())).id != row.id
    listed = await list_vouchers(place.house, ListVouchers(withdrawn=True), call())
    assert listed.total == 2


@pytest.mark.parametrize(
    ("request_made", "field"),
    [
        (filled(vehicle="verkauft"), "at_utc"),
        (filled(at_utc=NOW + timedelta(days=1)), "at_utc"),
        (filled(at_utc=NOON.replace(tzinfo=None)), "at_utc"),
        (filled(fuel_l=None), "fuel_l"),
        (filled(fuel_l=Decimal(0)), "fuel_l"),
        (filled(vehicle="gas"), "fuel"),
        (filled(distance_m=Decimal(5)), "distance_m"),
        (charged(vehicle="diesel"), "kind"),
        (charged(kind=VoucherKind.LOGBOOK, place=None, energy_wh=None), "distance_m"),
    ],
)
async def test_what_cannot_be_is_refused_and_says_which_field(
    place: Place, request_made: AddVoucher, field: str
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        await add(place, request_made)
    assert field in {dict(finding.params)["field"] for finding in caught.value.findings}
    assert (await list_vouchers(place.house, ListVouchers(), call())).total == 0


@pytest.mark.parametrize(
    "request_made",
    [
        filled(fuel_l=Decimal("150.1")),
        filled(fuel=FuelKind.PETROL),
        charged(energy_wh=Decimal(65_001)),
        charged(kind=VoucherKind.LOGBOOK, place=None, energy_wh=None, distance_m=Decimal(2_000_001)),
    ],
)
async def test_what_is_implausible_is_kept_only_when_confirmed(place: Place, request_made: AddVoucher) -> None:
    with pytest.raises(DoubtfulVoucherError):
        await add(place, request_made)
    assert (await add(place, replace(request_made, confirm=True))).id


async def test_a_logbook_alone_tells_how_far_a_vehicle_drove(place: Place) -> None:
    for day, km in enumerate((100, 140, 200)):
        at = NOON + timedelta(days=day - 1, hours=11)
        logged = charged(
            kind=VoucherKind.LOGBOOK,
            vehicle="diesel",
            at_utc=at,
            number="",
            energy_wh=None,
            place=None,
            odometer_m=Decimal(km * 1000),
        )
        row = await add(place, logged)
    await compute_intervals(place.house, JobWork(period="2026-11-22T09:45Z"), call())
    await compute_days(place.house, NOON.date(), NOON.date(), call())
    assert (await day_of(place, "diesel")).distance_m is not None
    readings = place.stores.readings
    assert await readings.can_erase()
    await withdraw_voucher(place.house, WithdrawVoucher(id=row.id, reason="falsch"), call())
    (last,) = await readings.last(["vehicle:diesel"])
    assert last.value == 140_000


async def test_papers_are_listed_for_the_vehicles_that_one_sees(place: Place) -> None:
    await add(place, charged())
    await add(place, filled(at_utc=NOON - timedelta(days=30)))
    assert (await list_vouchers(place.house, ListVouchers(month="2026-10"), call())).items[0].vehicle == "diesel"
    assert (await list_vouchers(place.house, ListVouchers(kind=VoucherKind.FUEL), call())).total == 1
    assert (await list_vouchers(place.house, ListVouchers(vehicle="strom"), call())).total == 1
    assert (await list_vouchers(place.house, ListVouchers(), call(ELSEWHERE))).total == 0
    with pytest.raises(ForbiddenError):
        await add_voucher(place.house, charged(number="L-2"), call(ELSEWHERE))
    with pytest.raises(ForbiddenError):
        await withdraw_voucher(place.house, WithdrawVoucher(id=1, reason="falsch"), call(ELSEWHERE))
    with pytest.raises(NotFoundError):
        await withdraw_voucher(place.house, WithdrawVoucher(id=99, reason="falsch"), call())
