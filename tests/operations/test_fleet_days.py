"""Vehicles of a district from readings and sessions to days, over the real stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConflictError, ForbiddenError, NotFoundError, RequestError
from core.evidence import FigureId
from core.facts import ChargeSession, Protocol, SessionState
from core.fleet import MatchBasis
from core.inventory import Connector, Drive, Inventory, Site, SiteKind, Station, Tag, Vehicle
from core.people import Actor, Role
from core.periods import Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from core.vouchers import Voucher, VoucherKind
from operations.evidence.rows import Explained
from operations.explain import ExplainFigure, explain_figure
from operations.fleet.days import FleetDone, compute_fleet
from operations.fleet.sessions import AssignSession, assign_session
from operations.fleet.vehicle_days import ListVehicleDays, VehicleDayRow, list_vehicle_days
from operations.house import Call
from operations.intervals.job import compute_intervals
from operations.schedule import JobWork
from operations.sessions import ListSessions, ShowSession, list_sessions, show_session
from operations.vehicles import ShowVehicle, show_vehicle
from tests.operations.places import BERLIN, Place, opened

SINCE = date(2024, 1, 1)
MONDAY = datetime(2026, 11, 16, tzinfo=BERLIN).astimezone(UTC)
NOW = MONDAY + timedelta(days=6, hours=10)
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
ANNA = Actor(name="anna", role=Role.ADMIN)


def vehicle(name: str, **changes: Any) -> Vehicle:
    said: dict[str, Any] = {
        "id": name,
        "name": f"Wagen {name}",
        "valid_from": SINCE,
        "site": "amt",
        "maker": "A",
        "model": "B",
        "drive": Drive.BATTERY,
        "group": "Amt",
        "battery_wh": 50_000.0,
        "charge_loss_percent": Decimal(10),
        "energy_wh_per_100km": Decimal(16_000),
    }
    return Vehicle(**(said | changes))


def tag(name: str, car: str) -> Tag:
    return Tag(id=name, name=name, valid_from=SINCE, uid=name.upper(), vehicle=car)


def inventory() -> Inventory:
    outlets = tuple(Connector(number=number, max_power_w=11_000, plug="type_2") for number in (1, 2))
    stations = {
        name: Station(id=name, name=name, valid_from=SINCE, site="amt", maker="A", model="B", connectors=outlets)
        for name in ("hof", "tor")
    }
    cars = (
        vehicle("eins"),
        vehicle("zwei"),
        vehicle("verkauft", valid_to=date(2026, 11, 18)),
        vehicle("diesel", drive=Drive.DIESEL, battery_wh=None),
        vehicle("persoenlich", personal=True),
    )
    return Inventory(
        sites={"amt": Site(id="amt", name="Amt", valid_from=SINCE, kind=SiteKind.OFFICE, municipality="au")},
        stations=stations,
        vehicles={car.id: car for car in cars},
        tags={each.id: each for each in (tag("k1", "eins"), tag("k2", "zwei"))},
    )


def call(now_utc: datetime = NOW, actor: Actor = ANNA) -> Call:
    return Call(actor, now_utc)


def session(name: str, begun: datetime, kwh: float | None, **changes: Any) -> ChargeSession:
    said: dict[str, Any] = {
        "id": name,
        "station": "hof",
        "connector": 1,
        "protocol": Protocol.OCPP_16,
        "transaction": name,
        "state": SessionState.ENDED,
        "begun_at_utc": begun,
        "ended_at_utc": begun + 4 * HOUR,
        "tag": "tag:k1",
        "energy_wh": None if kwh is None else kwh * 1000,
    }
    return ChargeSession(**(said | changes))


def told(car: str, km: list[float], first_km: float = 50_000) -> list[Reading]:
    """Return a week told hourly: driven between 8 and 10, charged by 36 points from 20 to 24 o'clock of each day."""
    source, readings, at_m, soc = f"vehicle:{car}", [], first_km * 1000, 70.0
    for day, driven in enumerate(km):
        for hour in range(24):
            at = MONDAY + timedelta(days=day, hours=hour)
            at_m += driven * 500 if hour in {9, 10} else 0
            soc += -18 if hour in {9, 10} else 9 if hour >= 21 or (hour == 0 and day) else 0
            readings.append(Reading(source, Quantity.ODOMETER_M, at, at_m))
            readings.append(Reading(source, Quantity.SOC_PERCENT, at, soc))
    return readings


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path) as here:
        here.now_utc = NOW
        here.house = replace(here.house, inventory=inventory, pseudonym=lambda uid: f"tag:{uid.casefold()}")
        yield here


async def filled(place: Place) -> None:
    readings = [*told("eins", [40, 0, 12, 30, 30, 30]), *told("zwei", [10, 10, 10, 10, 10, 10], 9_000)]
    readings += [*told("verkauft", [5, 5, 5, 5, 5, 5], 700), *told("persoenlich", [5, 5, 5, 5, 5, 5], 1_700)]
    await place.stores.readings.put(Batch(readings, NOW))
    await place.stores.ledger.save_sessions(
        [
            session("s1", MONDAY + 20 * HOUR, 20.0),
            session("s2", MONDAY + 22 * HOUR, 12.345, station="tor", tag=None, ended_at_utc=MONDAY + 26 * HOUR),
            session("s3", MONDAY + timedelta(days=1, hours=20), 20.0, station="tor", tag="tag:k2"),
        ]
    )
    await compute_intervals(place.house, JobWork(period="2026-11-22T09:45Z"), call())


async def compute(place: Place) -> FleetDone:
    return await compute_fleet(place.house, JobWork(period="2026-11-21"), call())


async def days_of(place: Place, name: str) -> tuple[VehicleDayRow, ...]:
    return (await list_vehicle_days(place.house, ListVehicleDays(id=name), call())).days


async def test_the_nightly_job_finds_whose_sessions_were_whose_and_computes_the_days(place: Place) -> None:
    await filled(place)
    done = await compute(place)
    assert done.sessions == 3
    days = {row.day: row for row in await days_of(place, "eins")}
    assert days[date(2026, 11, 16)].distance_m == 40_000
    assert days[date(2026, 11, 16)].own_charged_wh == 20_000
    assert days[date(2026, 11, 18)].distance_m == 12_000
    assert [row.day.day for row in await days_of(place, "verkauft")][-1] == 17
    assert await days_of(place, "persoenlich") == ()
    shown = await list_sessions(place.house, ListSessions(), call())
    assert {(row.id, row.vehicle, row.match) for row in shown.items} == {
        ("s1", "eins", MatchBasis.TAG),
        ("s2", None, MatchBasis.NONE),
        ("s3", "zwei", MatchBasis.TAG),
    }


async def test_running_the_job_again_changes_nothing(place: Place) -> None:
    await filled(place)
    await compute(place)
    before = await place.stores.ledger.vehicle_days(date(2026, 1, 1), date(2026, 12, 31))
    again = await compute(place)
    assert again.sessions == 0
    assert await place.stores.ledger.vehicle_days(date(2026, 1, 1), date(2026, 12, 31)) == before


async def test_the_energy_of_a_night_is_split_at_midnight(place: Place) -> None:
    await filled(place)
    await assign_session(place.house, AssignSession(id="s2", vehicle="zwei", reason="gesehen"), call())
    await compute(place)
    days = {row.day.day: row.own_charged_wh for row in await days_of(place, "zwei")}
    assert days[16] == days[17] - 20_000 == Decimal("6172.5")


async def test_what_comes_late_is_in_the_days_the_next_night(place: Place) -> None:
    await filled(place)
    await compute(place)
    late = Voucher(
        kind=VoucherKind.CHARGING,
        vehicle="eins",
        at_utc=MONDAY + 30 * HOUR,
        energy_wh=Decimal(9_500),
        entered_at_utc=NOW,
    )
    await place.stores.ledger.keep_vouchers([late])
    await place.stores.ledger.save_sessions([session("s4", MONDAY + timedelta(days=2, hours=20), 7.0)])
    assert (await compute(place)).sessions == 1
    days = {row.day.day: row for row in await days_of(place, "eins")}
    assert days[17].elsewhere_charged_wh == 9_500
    assert days[18].own_charged_wh == 7_000


async def test_assigning_by_hand_moves_the_energy_at_once_and_can_be_taken_back(place: Place) -> None:
    await filled(place)
    await compute(place)

    async def own(name: str) -> Decimal:
        return next(row.own_charged_wh for row in await days_of(place, name) if row.day.day == 16)

    assigned = await assign_session(
        place.house, AssignSession(id="s1", vehicle="zwei", reason="Karte verliehen"), call()
    )
    newest = assigned.valuations[0]
    assert (newest.vehicle, newest.basis, newest.reason, newest.made_by) == (
        "zwei",
        MatchBasis.HAND,
        "Karte verliehen",
        "anna",
    )
    assert (await own("eins"), await own("zwei")) == (0, 20_000)
    await compute(place)  # the night does not undo it
    assert (await own("eins"), await own("zwei")) == (0, 20_000)
    back = await assign_session(place.house, AssignSession(id="s1", withdraw=True, reason="Irrtum"), call())
    assert [(row.version, row.vehicle, row.basis) for row in back.valuations] == [
        (3, "eins", MatchBasis.TAG),
        (2, "zwei", MatchBasis.HAND),
        (1, "eins", MatchBasis.TAG),
    ]
    assert back.valuations[0].reason == "Irrtum"
    assert (await own("eins"), await own("zwei")) == (20_000, 0)
    nobody = await assign_session(place.house, AssignSession(id="s1", nobody=True, reason="Gast"), call())
    assert (nobody.valuations[0].vehicle, nobody.valuations[0].basis) == (None, MatchBasis.HAND)
    assert await own("eins") == 0


@pytest.mark.parametrize(
    ("given", "error", "code"),
    [
        ({"id": "nie", "vehicle": "eins", "reason": "x"}, NotFoundError, "sessions.unknown"),
        ({"id": "s1", "vehicle": "nie", "reason": "x"}, NotFoundError, "vehicles.unknown"),
        ({"id": "s1", "vehicle": "eins"}, RequestError, "sessions.assign_why"),
        ({"id": "s1", "reason": "x"}, RequestError, "sessions.assign_what"),
        ({"id": "s1", "vehicle": "eins", "nobody": True, "reason": "x"}, RequestError, "sessions.assign_what"),
        ({"id": "s1", "withdraw": True, "reason": "x"}, ConflictError, "sessions.nothing_by_hand"),
        ({"id": "s1", "vehicle": "diesel", "reason": "x"}, ConflictError, "sessions.cannot_charge"),
    ],
)
async def test_what_cannot_be_assigned_is_refused(
    place: Place, given: dict[str, Any], error: type[Exception], code: str
) -> None:
    await filled(place)
    with pytest.raises(error, match=code):
        await assign_session(place.house, AssignSession(**given), call())


async def test_a_vehicle_that_was_sold_cannot_have_charged_since(place: Place) -> None:
    await filled(place)
    later = session("s9", MONDAY + timedelta(days=4), 5.0)
    await place.stores.ledger.save_sessions([later])
    with pytest.raises(ConflictError, match=r"sessions\.not_ours_then"):
        await assign_session(place.house, AssignSession(id="s9", vehicle="verkauft", reason="x"), call())


async def test_nobody_outside_of_the_site_sees_days_or_assigns(place: Place) -> None:
    await filled(place)
    elsewhere = Actor(name="eva", role=Role.FLEET, sites=frozenset({"schule"}))
    with pytest.raises(ForbiddenError):
        await list_vehicle_days(place.house, ListVehicleDays(id="eins"), call(actor=elsewhere))
    with pytest.raises(ForbiddenError):
        await assign_session(place.house, AssignSession(id="s1", vehicle="zwei", reason="x"), call(actor=elsewhere))


async def test_viewers_see_neither_cards_nor_vehicles_of_sessions(place: Place) -> None:
    await filled(place)
    await compute(place)
    viewer = Actor(name="vera", role=Role.VIEWER)
    shown = await show_session(place.house, ShowSession(id="s1"), call(actor=viewer))
    assert (shown.session.vehicle, shown.session.tag, shown.valuations, shown.triangle) == (None, None, (), None)
    seen = await show_session(place.house, ShowSession(id="s1"), call())
    assert seen.session.vehicle == "eins"
    assert seen.triangle is not None
    assert seen.triangle.rise_percent == 36
    assert seen.triangle.rise_wh == 18_000


async def test_a_vehicle_is_shown_with_its_month(place: Place) -> None:
    await filled(place)
    await compute(place)
    shown = await show_vehicle(place.house, ShowVehicle(id="eins"), call())
    assert shown.month is not None
    figures = {row.name: row for row in shown.month.figures}
    assert figures["distance_m"].value == 142_000
    assert figures["own_charged_wh"].value == 20_000
    assert shown.month.days_used == 5
    assert all((row.value is None) == (row.reason is not None) for row in shown.month.figures)
    assert shown.battery is not None
    with pytest.raises(RequestError, match=r"vehicle_days\.month_ahead"):
        await show_vehicle(place.house, ShowVehicle(id="eins", month="2027-01"), call())
    with pytest.raises(RequestError, match=r"vehicle_days\.month_invalid"):
        await list_vehicle_days(place.house, ListVehicleDays(id="eins", month="November"), call())


async def test_every_figure_leads_down_to_readings_sessions_and_papers(place: Place) -> None:
    await filled(place)
    fuel = {"vehicle": "eins", "at_utc": MONDAY + HOUR, "entered_at_utc": NOW}
    await place.stores.ledger.keep_vouchers(
        [
            Voucher(kind=VoucherKind.FUEL, fuel_l=Decimal("40.5"), **fuel),
            Voucher(kind=VoucherKind.CHARGING, energy_wh=Decimal(9000), number="A-1", **fuel),
            Voucher(kind=VoucherKind.LOGBOOK, distance_m=Decimal(41_000), **fuel),
        ]
    )
    await compute(place)
    shown = await show_vehicle(place.house, ShowVehicle(id="eins"), call())
    assert shown.month is not None
    kinds: set[str] = set()
    for row in shown.month.figures:
        explained = await explain_figure(place.house, ExplainFigure(figure=row.figure), call())
        assert explained.value == row.value
        assert explained.how is not None
        kinds |= await walked(place, explained, set())
    assert {"reading", "session", "voucher", "factor"} <= kinds


async def walked(place: Place, explained: Explained, seen: set[str]) -> set[str]:
    """Return the kinds of all leaves below an explanation, following the ids of its parts once."""
    kinds = {explained.citation.kind.value} if explained.citation else set()
    for part in explained.parts:
        kinds |= await walked(place, part, seen)
        wanted = part.figure and part.figure not in seen and FigureId.parse(part.figure).report == "vehicle_day"
        if wanted and not part.parts and len(seen) < 40:
            seen.add(part.figure)
            kinds |= await walked(
                place, await explain_figure(place.house, ExplainFigure(figure=part.figure), call()), seen
            )
    return kinds


async def test_a_figure_that_is_none_is_refused(place: Place) -> None:
    await filled(place)
    for figure in ("vehicle_day/2026-11/vehicle:eins/colour_m", "vehicle_day/2026-11-99/vehicle:eins/distance_m"):
        with pytest.raises(RequestError):
            await explain_figure(place.house, ExplainFigure(figure=figure), call())
    with pytest.raises(NotFoundError):
        await explain_figure(place.house, ExplainFigure(figure="vehicle_day/2026-11/site:amt/distance_m"), call())


async def test_the_first_run_computes_what_there_is_of_the_past_year(place: Place) -> None:
    source, begin = "vehicle:eins", MONDAY - timedelta(days=100)
    rows = [Reading(source, Quantity.ODOMETER_M, begin + timedelta(days=day), 1e6 * day) for day in range(106)]
    rows = [replace(row, value=row.value / 100) for row in rows]
    await place.stores.readings.put(Batch(rows, NOW))
    await compute_intervals(place.house, JobWork(period="2026-11-22T09:45Z"), call())
    await compute(place)
    days = await place.stores.ledger.vehicle_days(date(2026, 1, 1), date(2026, 12, 31), ["eins"])
    assert days[0].day == date(2026, 8, 8)
    assert sum(day.distance_m or Decimal(0) for day in days) > 1_000_000
    assert (await place.stores.ledger.valuations(Period(begin, NOW))) == ()
