"""Alarms in the time series: open from the look that raises them, closed from the one that ends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.alarms import AlarmChange
from core.errors import StoreError
from core.people import Actor, Role
from core.periods import Period
from core.ports import Batch, FactPoint, Health
from core.published import Fact
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from operations.alarms import budget_watches
from operations.alarms.budget_watches import exceeded_budgets, near_budgets
from operations.alarms.service_watches import growing_spools, unwell_parts
from operations.alarms.watching import watch_district
from operations.costs.rows import BudgetRow, Budgets
from operations.house import Call
from operations.publishing.alarms import LOOK_BACK, publish_alarms
from operations.schedule import JobWork
from tests.dashboards.test_alert_queries import alarm
from tests.district import NOW, District

JOB = Actor("job:alarms", Role.ADMIN)
HOUR = timedelta(hours=1)


@dataclass
class Facts:
    """A time series that can be away."""

    away: bool = False
    points: dict[Any, FactPoint] = field(default_factory=dict)

    async def publish(self, points: Sequence[FactPoint]) -> None:
        if self.away:
            raise StoreError("influx.unreachable", url="x", reason="y")
        self.points |= {key_of(each): each for each in points}

    async def withdraw_facts(self, measurement: str, period: Period, but: Sequence[FactPoint] = ()) -> None:
        kept = set(map(key_of, but))
        self.points = {
            key: each
            for key, each in self.points.items()
            if each.measurement != measurement or each.at_utc not in period or key in kept
        }

    def open(self, measurement: str = Fact.ALARM.value) -> list[float]:
        return [float(each.fields["open"]) for each in self.points.values() if each.measurement == measurement]


def key_of(each: FactPoint) -> Any:
    return each.measurement, tuple(sorted(each.tags.items())), each.at_utc


@pytest.fixture
def facts(empty_district: District) -> Facts:
    sink = Facts()
    empty_district.gate.house = replace(empty_district.gate.house, facts=sink)
    return sink


async def look(district: District) -> None:
    await watch_district(district.gate.house, JobWork(period="x"), Call(JOB, district.clock()))


async def silent_meter(district: District) -> None:
    """Let a meter report and fall silent until that is an alarm."""
    reading = Reading("meter:schule-strom", Quantity.POWER_W, NOW, 4200.0)
    await district.stores.readings.put(Batch([reading], district.clock()))
    for _ in range(2):
        district.clock.pass_by(2 * HOUR)
        await look(district)


async def test_an_alarm_is_open_until_it_is_over(empty_district: District, facts: Facts) -> None:
    await silent_meter(empty_district)
    assert facts.open() == [1.0]
    (point,) = [each for each in facts.points.values() if each.measurement == Fact.ALARM.value]
    assert point.tags == {
        "kind": "meter_silent",
        "source": "meter:schule-strom",
        "site": "schule",
        "severity": "warning",
    }
    for _ in range(2):
        empty_district.clock.pass_by(HOUR / 2)
        now = empty_district.clock()
        reading = Reading("meter:schule-strom", Quantity.POWER_W, now, 4200.0)
        await empty_district.stores.readings.put(Batch([reading], now))
        await look(empty_district)
    assert facts.open() == [0.0]
    assert facts.open(Fact.ALARM_LOOK.value)[-1] == 0.0


async def test_a_time_series_that_is_away_costs_no_alarm_and_is_told_later(
    empty_district: District, facts: Facts
) -> None:
    facts.away = True
    await silent_meter(empty_district)
    assert (await empty_district.ask("alarms.list")).total == 1
    assert facts.open() == []
    facts.away = False
    call = Call(JOB, empty_district.clock())
    assert await publish_alarms(empty_district.gate.house, facts, call, everything=False) == 1
    assert facts.open() == [1.0]


async def test_each_night_what_is_no_longer_so_is_taken_away(empty_district: District, facts: Facts) -> None:
    house, call = empty_district.gate.house, Call(JOB, NOW)
    known = [alarm("meter_stuck", "meter:schule-strom", days, over=True) for days in (1, 300)]
    await house.ledger.save_alarms(AlarmChange(saved=known))
    forgotten = FactPoint(
        measurement=Fact.ALARM.value,
        tags={"kind": "meter_stuck", "source": "meter:old", "severity": "warning"},
        at_utc=NOW - LOOK_BACK / 2,
        fields={"open": 1.0},
    )
    await facts.publish([forgotten])
    assert await publish_alarms(house, facts, call, everything=True) == 2
    assert facts.open() == [0.0, 0.0]


def budget(spent: str | None) -> Any:
    row = BudgetRow(
        id="schule-strom-2026",
        name="Strom 2026",
        site="schule",
        site_name="Grundschule",
        medium="electricity",  # type: ignore[arg-type]
        year=2026,
        amount_eur=Decimal(1000),
        to_date_eur=None if spent is None else Decimal(spent),
        until=None,
        forecast_eur=None,
        low_eur=None,
        high_eur=None,
        method=None,
        status="unknown",  # type: ignore[arg-type]
        reason=None,
        findings=(),
    )

    async def shown(*_: object) -> Budgets:
        return Budgets(year=2026, items=(row,))

    return shown


@pytest.mark.parametrize(
    ("spent", "near", "exceeded"), [("799.99", 0, 0), ("800", 1, 0), ("999.99", 1, 0), ("1000", 1, 1), ("0", 0, 0)]
)
async def test_a_budget_is_told_of_at_four_fifths_and_when_it_is_spent(
    empty_district: District, monkeypatch: pytest.MonkeyPatch, spent: str, near: int, exceeded: int
) -> None:
    monkeypatch.setattr(budget_watches, "show_budgets", budget(spent))
    house, call = empty_district.gate.house, Call(JOB, NOW)
    found = [await near_budgets(house, call), await exceeded_budgets(house, call)]
    assert [len(each.sightings) for each in found] == [near, exceeded]
    for sighting in found[0].sightings:
        assert (sighting.subject, sighting.site) == ("budget:schule-strom-2026", "schule")
        assert house.inventory().name_of(sighting.subject) == "Strom 2026"


async def test_of_a_budget_of_which_nobody_knows_nothing_is_decided(empty_district: District) -> None:
    found = await near_budgets(empty_district.gate.house, Call(JOB, NOW))
    assert not found.sightings
    assert found.undecided == {"budget:schule-strom-2026"}


async def test_a_spool_that_grows_is_told_of_once(empty_district: District) -> None:
    old = Health(name="influxdb", ok=False, finding=Finding.of("influx.spool_old", points=9, age_min=90))
    house = replace(empty_district.gate.house, health=lambda: (old, Health(name="ocpp", ok=True)))
    call = Call(JOB, NOW)
    assert [each.subject for each in (await growing_spools(house, call)).sightings] == ["service:influxdb"]
    assert (await unwell_parts(house, call)).sightings == ()


async def test_without_any_alarm_nothing_is_taken_away_which_some_stores_cannot(
    empty_district: District, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise StoreError("influx.cannot_delete", measurement=Fact.ALARM.value)

    monkeypatch.setattr(facts, "withdraw_facts", refused)
    call = Call(JOB, NOW)
    assert await publish_alarms(empty_district.gate.house, facts, call, everything=True) == 0
