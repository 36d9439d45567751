"""Which vehicles to replace next, from kept days, sessions, weather and vouchers, over the real stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import ForbiddenError, NotFoundError, RequestError
from core.facts import ChargeSession, Protocol, SessionState
from core.fleet import VehicleDay
from core.inventory import Connector, Drive, Inventory, Station, Vehicle
from core.inventory.mobility import ElectricModel, Procurement, VehicleClass, VehicleCosts
from core.people import Actor
from core.periods import Period
from fleet.candidates.driven_again import Limit
from fleet.candidates.verdicts import Suitability
from operations.candidates.candidates import ListCandidates, list_candidates
from operations.candidates.facts import nights_taken
from operations.explain import ExplainFigure, explain_figure
from operations.house import Call
from tests.operations.offices import ANNA, ELSEWHERE, filled, sites, tariffs, vehicle
from tests.operations.places import BERLIN, NOW, SINCE, Place, opened

LAST = date(2026, 11, 21)
KM = {"kurz": 60, "lang": 300, "privat": 250, "neu": 10}


def car(name: str, **changes: Any) -> Vehicle:
    said: dict[str, Any] = {
        "fuel_l_per_100km": Decimal(6),
        "costs": VehicleCosts(maintenance_eur_per_100km=Decimal(5)),
        "procurement": Procurement(awarded=date(2026, 2, 1), co2_g_per_km=Decimal(120)),
    }
    return vehicle(name, **(said | changes))


def inventory() -> Inventory:
    said: dict[str, Any] = {"valid_from": SINCE, "source": "Annahme", "vehicle_class": VehicleClass.M1}
    power: dict[str, Any] = {
        "battery_wh": 50_000.0,
        "ac_power_w": 11_000.0,
        "energy_wh_per_100km": Decimal(15_000),
        "winter_energy_wh_per_100km": Decimal(20_000),
        "lease_eur_per_month": Decimal(300),
        "maintenance_eur_per_100km": Decimal(3),
    }
    models = [
        ElectricModel(id="klein-1", name="Klein", winter_range_m=200_000.0, **said, **power),
        ElectricModel(id="gross-2", name="Groß", winter_range_m=400_000.0, **said, **power),
    ]
    outlet = Connector(number=1, max_power_w=11_000, plug="type_2")
    station = Station(id="lis", name="Hof", valid_from=SINCE, site="amt", maker="A", model="B", connectors=(outlet,))
    cars = [
        car("kurz"),
        car("lang"),
        car("privat", personal=True),
        car("neu"),
        car("strom", drive=Drive.BATTERY),
        car("fort", valid_to=date(2026, 6, 1)),
    ]
    return Inventory(
        sites=sites(),
        stations={"lis": station},
        vehicles={each.id: each for each in cars},
        electric_models={each.id: each for each in models},
        tariffs=tariffs(),
    )


def call(actor: Actor = ANNA) -> Call:
    return Call(actor, NOW)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path) as here:
        here.house = replace(here.house, inventory=inventory)
        days = [
            VehicleDay(vehicle=name, day=LAST - timedelta(days=number), distance_m=Decimal(km * 1000))
            for name, km in KM.items()
            for number in range(20 if name == "neu" else 60)
        ]
        await here.stores.ledger.save_vehicle_days(days)
        await here.stores.ledger.keep_vouchers([filled("kurz")])
        yield here


async def test_vehicles_are_ranked_with_their_best_model(place: Place) -> None:
    found = await list_candidates(place.house, ListCandidates(), call())
    assert (found.first, found.until, found.years) == (date(2025, 11, 22), LAST, 6)
    assert [(row.rank, row.vehicle, row.suitability, row.best) for row in found.items] == [
        (1, "lang", Suitability.SUITABLE, "Groß"),
        (2, "privat", Suitability.SUITABLE, "Groß"),
        (3, "kurz", Suitability.SUITABLE, "Groß"),
        (None, "neu", None, None),
    ]
    rows = {row.vehicle: row for row in found.items}
    assert rows["neu"].reason
    assert rows["neu"].reason.code == "candidates.too_few_days"
    assert rows["kurz"].models[0].figures[0].value == 100
    assert rows["kurz"].cost_delta_eur is not None
    assert found.fuel_eur_per_l == {"diesel": Decimal("1.6")}
    assert {note.code for note in found.notes} == {
        "candidates.winter_by_month",
        "candidates.night_at_home",
        "candidates.terms",
    }


async def test_failing_days_are_named_but_not_of_a_vehicle_of_one_person(place: Place) -> None:
    found = await list_candidates(place.house, ListCandidates(), call())
    models = {(row.vehicle, model.model): model for row in found.items for model in row.models}
    short = models["lang", "klein-1"]
    assert (short.suitability, short.limit) == (Suitability.NOT_SUITABLE, Limit.RANGE)
    assert short.failing == len(short.days) == 60
    assert short.days[-1].day == LAST
    private = models["privat", "klein-1"]
    assert private.failing == 39  # the days from 23 September to the end of October: whole months alone
    assert private.days == ()


async def test_of_a_vehicle_of_one_person_the_days_of_a_month_make_no_difference(place: Place) -> None:
    said = [
        (await list_candidates(place.house, ListCandidates(vehicle="privat", until=until), call())).items[0]
        for until in (date(2026, 11, 1), LAST - timedelta(days=1), LAST)
    ]
    assert len({(row.year_distance_m, row.failing, row.days_known) for row in said}) == 1


async def test_the_quota_says_how_many_clean_procurements_are_needed(place: Place) -> None:
    found = await list_candidates(place.house, ListCandidates(), call())
    (path,) = found.quotas
    assert (path.procured, path.clean, path.gap) == (6, 0, path.needed)
    assert path.next_needed >= path.gap > 0
    seen = await list_candidates(place.house, ListCandidates(), call(ELSEWHERE))
    assert (seen.items, seen.quotas) == ((), ())


async def test_each_figure_is_explained_down_to_days_model_and_factors(place: Place) -> None:
    found = await list_candidates(place.house, ListCandidates(vehicle="kurz"), call())
    (row,) = found.items
    for figure in (figure for model in row.models for figure in model.figures):
        told = await explain_figure(place.house, ExplainFigure(figure=figure.figure), call())
        assert told.value == figure.value
        assert told.unit == figure.unit
        assert told.parts
    personal = await list_candidates(place.house, ListCandidates(vehicle="privat"), call())
    figure = personal.items[0].models[0].figures[0].figure
    told = await explain_figure(place.house, ExplainFigure(figure=figure), call())
    assert "vehicle_day" not in str(told)


@pytest.mark.parametrize(
    ("figure", "error"),
    [
        ("candidates/2026-11-21/vehicle:kurz/range_percent.nichts", NotFoundError),
        ("candidates/2026-11-21/vehicle:kurz/range_percent", NotFoundError),
        ("candidates/2026-11-21/vehicle:weg/range_percent.klein_1", NotFoundError),
        ("candidates/2026-11-21/site:amt/range_percent.klein_1", NotFoundError),
        ("candidates/2026-11-21/vehicle:kurz/weight_g.klein_1", RequestError),
        ("candidates/2026-11/vehicle:kurz/range_percent.klein_1", RequestError),
    ],
)
async def test_what_is_no_figure_is_refused(place: Place, figure: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await explain_figure(place.house, ExplainFigure(figure=figure), call())


async def test_requests_that_make_no_sense_are_refused(place: Place) -> None:
    for request in (ListCandidates(years=0), ListCandidates(years=21), ListCandidates(until=NOW.date())):
        with pytest.raises(RequestError):
            await list_candidates(place.house, request, call())
    with pytest.raises(NotFoundError):
        await list_candidates(place.house, ListCandidates(vehicle="weg"), call())
    with pytest.raises(ForbiddenError):
        await list_candidates(place.house, ListCandidates(vehicle="kurz"), call(ELSEWHERE))


async def test_cars_plugged_in_overnight_take_the_outlet(place: Place) -> None:
    before = await list_candidates(place.house, ListCandidates(vehicle="kurz"), call())
    assert all(model.suitability is Suitability.SUITABLE for model in before.items[0].models)
    evenings = [datetime(2026, 11, 21, 17, tzinfo=UTC) - timedelta(days=number) for number in range(60)]
    await place.stores.ledger.save_sessions([session(begun, 12) for begun in evenings])
    after = await list_candidates(place.house, ListCandidates(vehicle="kurz"), call())
    assert {model.limit for model in after.items[0].models} == {Limit.OUTLET_TAKEN}


def session(begun: datetime, hours: float) -> ChargeSession:
    return ChargeSession(
        id=f"lis-{begun:%m%d%H}",
        station="lis",
        connector=1,
        protocol=Protocol.OCPP_16,
        transaction=f"{begun:%m%d%H}",
        state=SessionState.ENDED,
        begun_at_utc=begun,
        ended_at_utc=begun + timedelta(hours=hours),
        energy_wh=5_000.0,
    )


def test_a_night_is_taken_by_half_of_it() -> None:
    evening = datetime(2026, 3, 28, 20, tzinfo=BERLIN).astimezone(UTC)
    period = Period(evening - timedelta(days=2), evening + timedelta(days=3))
    for hours, taken in ((4.9, set()), (5, {date(2026, 3, 28)}), (30, {date(2026, 3, 28), date(2026, 3, 29)})):
        found = nights_taken([session(evening, hours)], period, BERLIN)
        assert found.get("station:lis/1", frozenset()) == taken
