"""A month of which nothing has changed is not computed again; whatever of its inputs changes, it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from sqlalchemy import text

from core.errors import UnavailableError
from core.factors import Boundary, FactorTable, Status, Subject
from core.fleet import MatchBasis, SessionValuation, VehicleDay
from core.inventory import Drive, Inventory, Vehicle
from core.inventory.mobility import Baseline, BaselineBasis, FuelKind
from core.people import Actor, Role
from core.readings import SlotShare
from core.vouchers import Voucher, VoucherKind
from fleet.vehicle_days.days import dates
from operations.grid.series import QUANTITY, GridSeries
from operations.house import Call
from operations.savings import inputs
from operations.savings.job import compute_savings
from operations.savings.keeping import SavingsDone
from operations.schedule import JobWork
from tests.operations.places import Place, opened

T = TypeVar("T")
NOW = datetime(2027, 1, 20, 10, tzinfo=UTC)
"""Long after the month: no readings of it are waited for."""

BASELINE = Baseline(fuel=FuelKind.PETROL, fuel_l_per_100km=Decimal(7), basis=BaselineBasis.TABLE, source="Tabelle")
SOMEBODY: Any = {"made_by": "job:fleet", "made_at_utc": NOW}


@dataclass
class Recording:
    """A worker that says how often it was asked."""

    asked: list[str] = field(default_factory=list)

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        self.asked += [each.month.period for each in arguments]
        return function(*arguments)


def inventory(baseline: Baseline = BASELINE) -> Inventory:
    car = Vehicle(
        id="eins",
        name="Eins",
        valid_from=date(2024, 1, 1),
        site="amt",
        maker="A",
        model="B",
        drive=Drive.BATTERY,
        group="Amt",
        battery_wh=50_000.0,
        baseline=baseline,
    )
    return Inventory(vehicles={"eins": car})


def day(on: date, km: int = 50) -> VehicleDay:
    return VehicleDay(
        vehicle="eins",
        day=on,
        distance_m=Decimal(km * 1000),
        distance_share=SlotShare.MEASURED,
        odometer_end_m=Decimal(50_000_000 + on.toordinal()),
        own_charged_wh=Decimal(9000),
    )


def valuation(pv_wh: int = 4000) -> SessionValuation:
    return SessionValuation(
        session="s1",
        version=1,
        vehicle="eins",
        basis=MatchBasis.TAG,
        confidence=Decimal(1),
        begun_at_utc=datetime(2026, 10, 5, 10, tzinfo=UTC),
        energy_wh=Decimal(9000),
        pv_wh=Decimal(pv_wh),
        grid_wh=Decimal(9000 - pv_wh),
        **SOMEBODY,
    )


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path) as here:
        here.house = replace(here.house, inventory=inventory, worker=Recording())
        ledger = here.stores.ledger
        await ledger.save_vehicle_days([day(on) for on in dates(date(2026, 9, 30), date(2026, 10, 31))])
        await ledger.value_sessions([valuation()])
        await emits(here, 300.0)
        await compute(here)
        yield here


async def emits(place: Place, grams: float) -> None:
    at_ms = np.array([int(datetime(2026, 10, 5, 10, tzinfo=UTC).timestamp() * 1000)], np.int64)
    series = GridSeries("netz", Boundary.DIRECT, 15)
    await place.stores.readings.put_series(series.source, QUANTITY, at_ms, np.array([grams]), NOW)


async def compute(place: Place) -> SavingsDone:
    return await compute_savings(place.house, JobWork(period="2026-11-02"), Call(Actor("anna", Role.ADMIN), NOW))


async def asked(place: Place) -> list[str]:
    """Return which months are computed this night."""
    worker = Recording()
    place.house = replace(place.house, worker=worker)
    await compute(place)
    return worker.asked


async def another_day(place: Place) -> None:
    await place.stores.ledger.save_vehicle_days([day(date(2026, 10, 5), 51)])


async def another_evening_before(place: Place) -> None:
    await place.stores.ledger.save_vehicle_days([replace(day(date(2026, 9, 30)), odometer_end_m=Decimal(1))])


async def another_share_of_roof_power(place: Place) -> None:
    assert await place.stores.ledger.value_sessions([valuation(3000)]) == 1


async def a_session_of_the_week_before(place: Place) -> None:
    begun = datetime(2026, 9, 30, 10, tzinfo=UTC)
    assert await place.stores.ledger.value_sessions([replace(valuation(), session="s0", begun_at_utc=begun)]) == 1


async def a_paper(place: Place) -> None:
    paper = Voucher(
        kind=VoucherKind.CHARGING,
        vehicle="eins",
        at_utc=datetime(2026, 10, 9, tzinfo=UTC),
        number="1",
        energy_wh=Decimal(5000),
        entered_by="anna",
        entered_at_utc=NOW,
    )
    await place.stores.ledger.keep_vouchers([paper])


async def another_factor(place: Place) -> None:
    said = [replace(each, value=each.value + (each.subject is Subject.PETROL)) for each in place.house.factors()]
    place.house = replace(place.house, factors=lambda: FactorTable(said))


async def another_status(place: Place) -> None:
    said = [replace(each, status=Status.ESTIMATED) for each in place.house.factors()]
    place.house = replace(place.house, factors=lambda: FactorTable(said))


async def another_baseline(place: Place) -> None:
    other = inventory(replace(BASELINE, fuel_l_per_100km=Decimal(8)))
    place.house = replace(place.house, inventory=lambda: other)


async def another_intensity(place: Place) -> None:
    await emits(place, 301.0)


async def a_statement_that_was_tampered_with(place: Place) -> None:
    async with place.stores.ledger._database.writing() as connection:
        await connection.execute(text("update statement set body = replace(body, '5', '6') where period = '2026-10'"))


CHANGES = (
    another_day,
    another_evening_before,
    another_share_of_roof_power,
    a_session_of_the_week_before,
    a_paper,
    another_factor,
    another_status,
    another_baseline,
    another_intensity,
    a_statement_that_was_tampered_with,
)


async def test_a_month_of_which_nothing_changed_is_left_as_it_is(place: Place) -> None:
    assert isinstance(place.house.worker, Recording)
    assert place.house.worker.asked == ["2026-09", "2026-10"]
    assert await asked(place) == []
    assert (await compute(place)).months == 2


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
async def test_whatever_changes_is_noticed_once(place: Place, change: Callable[[Place], Awaitable[None]]) -> None:
    await change(place)
    assert "2026-10" in await asked(place)
    assert await asked(place) == []


async def test_another_release_computes_all_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "_release", lambda: "another")
    assert await asked(place) == ["2026-09", "2026-10"]


async def test_a_session_of_unknown_roof_power_is_asked_about_each_night(place: Place) -> None:
    await place.stores.ledger.value_sessions([replace(valuation(), pv_wh=None, grid_wh=None)])
    assert await asked(place) == ["2026-10"]
    assert await asked(place) == ["2026-10"]


async def test_a_month_of_which_readings_may_still_come_is_computed_each_night(place: Place) -> None:
    worker = Recording()
    place.house = replace(place.house, worker=worker)
    early = Call(Actor("anna", Role.ADMIN), datetime(2026, 11, 20, tzinfo=UTC))
    await compute_savings(place.house, JobWork(period="2026-11-02"), early)
    assert worker.asked == ["2026-10"]


@dataclass
class Failing(Recording):
    """A worker that dies over a month."""

    over: str = ""

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        if self.over in [each.month.period for each in arguments]:
            raise UnavailableError("jobs.worker_died", code=-9)
        return await super().run(function, *arguments)


@pytest.mark.parametrize("over", ["2026-09", "2026-10"])
async def test_a_worker_that_dies_is_told_and_its_month_is_stated_the_next_night(place: Place, over: str) -> None:
    await another_baseline(place)
    place.house = replace(place.house, worker=Failing(over=over))
    with pytest.raises(UnavailableError, match="worker_died"):
        await compute(place)
    assert over in await asked(place)
    assert await asked(place) == []
