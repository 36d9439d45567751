"""Figures of months for dashboards: which months, what takes their place, and what one that fails costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core.errors import StoreError, UnavailableError
from core.facts import ConnectorStatus, StationLink, StationStatus
from core.inventory import Medium
from core.people import Actor, Role
from core.ports import FactPoint
from core.published import Fact
from core.quantities import Quantity
from core.work import JobRun, JobState
from operations.gate import Gate
from operations.house import Call, House
from operations.intervals.job import compute_intervals
from operations.publishing import figures
from operations.publishing.balances import balance_points
from operations.publishing.costs import media_of
from operations.publishing.figures import FiguresPublished, Publisher, Reach
from operations.publishing.fleet import candidate_points
from operations.publishing.loads import contract_w
from operations.publishing.months import month_points
from operations.publishing.points import Months, fact, months_before, next_month
from operations.publishing.states import outlet_points
from operations.schedule import JobWork
from tests.district import NOW, District
from tests.operations.test_publication import Facts

BERLIN = ZoneInfo("Europe/Berlin")
JOB = Actor("job:figures", Role.ADMIN)
NOVEMBER = Months(first=date(2026, 11, 1), end=date(2026, 12, 1), zone=BERLIN)


async def publish(district: District, sink: Facts | None, period: str = "2026-11-21") -> FiguresPublished:
    gate = Gate(replace(district.gate.house, facts=sink))
    found: FiguresPublished = await gate.call("facts.publish_figures", JobWork(period=period), JOB, district.clock())
    return found


async def computed(district: District) -> None:
    """Let the school's meter count for three days, and compute what it counted."""
    at_ms = [int(NOW.timestamp()) * 1000 - 900_000 * back for back in range(3 * 96, -1, -1)]
    values = [1_000_000.0 + 100 * number for number in range(len(at_ms))]
    await district.stores.readings.put_series("meter:schule-strom", Quantity.ENERGY_IMPORT_WH, at_ms, values, NOW)
    await compute_intervals(district.gate.house, JobWork(period="2026-11-22T09:45Z"), Call(JOB, NOW))


def test_months_are_those_of_the_place_also_where_the_clock_changes() -> None:
    months = Months(first=date(2025, 12, 1), end=date(2026, 5, 1), zone=BERLIN)
    assert [f"{each:%Y-%m}" for each in months.firsts] == ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04"]
    assert months.period.start_utc == datetime(2025, 11, 30, 23, tzinfo=UTC)
    assert months.begin_of("2026-04") == datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert list(months.years) == [2025, 2026]
    assert months.whole_years.end_utc == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert (months.has("2025-12"), months.has("2026-04"), months.has("2026-05")) == (True, True, False)
    assert (next_month(date(2026, 1, 31)), months_before(date(2026, 1, 15), 2)) == (date(2026, 2, 1), date(2025, 11, 1))


def test_what_is_not_known_is_not_there_and_never_nought() -> None:
    point = fact(Fact.COST, NOW, {"site": "schule", "medium": None}, {"cost_eur": Decimal("1.5"), "power_eur": None})
    assert point
    assert (point.measurement, point.tags, point.fields) == ("statement_cost", {"site": "schule"}, {"cost_eur": 1.5})
    assert fact(Fact.COST, NOW, {"site": "schule"}, {"cost_eur": None}) is None


async def test_at_first_all_months_are_published_then_the_newest_and_one_older(district: District) -> None:
    sink = Facts()
    assert (await publish(district, sink)).months == 25
    run = JobRun(job="figures", period="2026-11-20", state=JobState.DONE, begun_at_utc=NOW, ended_at_utc=NOW)
    await district.stores.ledger.save_run(run)
    assert (await publish(district, sink)).months == 3
    assert (await publish(district, sink, "2026-03-05")).months == 1


async def test_each_older_month_comes_up_within_three_weeks_and_two_days(district: District) -> None:
    run = JobRun(job="figures", period="2026-11-20", state=JobState.DONE, begun_at_utc=NOW, ended_at_utc=NOW)
    await district.stores.ledger.save_run(run)
    seen = set()
    for later in range(23):
        now_utc = NOW + timedelta(days=later)
        day = now_utc.astimezone(BERLIN).date() - timedelta(days=1)
        spans = await figures._spans(district.gate.house, day, BERLIN, Call(JOB, now_utc))
        assert spans[0].first <= months_before(day, 1)
        seen.add((12 * day.year + day.month) - (12 * spans[1].first.year + spans[1].first.month))
    assert seen == set(range(2, 25))


async def test_a_month_is_what_its_days_counted(district: District) -> None:
    await computed(district)
    (point,) = [
        each
        for each in await month_points(district.gate.house, NOVEMBER, Call(JOB, NOW))
        if each.tags["source"] == "meter:schule-strom"
    ]
    totals = await district.ask("totals.show", id="meter:schule-strom", period="2026-11", quantity="energy_import_wh")
    assert point.fields["energy_import_wh"] == float(totals.whole.value) > 0
    assert point.tags["site"] == "schule"
    assert point.tags["medium"] == "electricity"
    assert point.at_utc == datetime(2026, 10, 31, 23, tzinfo=UTC)
    shares = [value for name, value in point.fields.items() if name.startswith("quality_energy_import_wh_")]
    assert sum(map(float, shares)) == pytest.approx(1)


async def test_months_before_a_site_was_metered_cost_no_later_one(district: District) -> None:
    await computed(district)
    inventory = district.gate.house.inventory()
    meters = {
        name: replace(meter, valid_from=date(2026, 11, 1))
        for name, meter in inventory.meters.items()
        if meter.site == "schule"
    }
    house = replace(district.gate.house, inventory=lambda: replace(inventory, meters=meters))
    autumn = replace(NOVEMBER, first=date(2026, 9, 1))
    found = await balance_points(house, autumn, Call(JOB, NOW))
    assert {each.at_utc >= NOVEMBER.period.start_utc for each in found} == {True}


async def test_what_is_known_only_of_now_stands_in_this_month_and_stays_where_older_months_are_renewed(
    district: District,
) -> None:
    now = Publisher((Fact.CANDIDATE,), candidate_points, Reach.NOW)
    assert now.period(NOVEMBER, NOW.date()) == NOVEMBER.period
    march = Months(first=date(2026, 3, 1), end=date(2026, 4, 1), zone=BERLIN)
    assert now.period(march, NOW.date()) is None
    kept = FactPoint(
        measurement=Fact.CANDIDATE.value,
        tags={"source": "vehicle:x"},
        at_utc=march.begin(march.first),
        fields={"rank": 1.0},
    )
    sink = Facts()
    await sink.publish([kept])
    await publish(district, sink, "2026-03-05")
    assert kept in sink.points.values()


async def test_what_is_no_longer_so_is_taken_away(district: District) -> None:
    sink = Facts()
    await computed(district)
    gone = FactPoint(
        measurement=Fact.MONTH.value,
        tags={"source": "meter:weg"},
        at_utc=NOVEMBER.begin(NOVEMBER.first),
        fields={"volume_m3": 1.0},
    )
    await sink.publish([gone])
    await publish(district, sink)
    assert gone not in sink.points.values()
    assert any(each.measurement == Fact.MONTH.value for each in sink.points.values())


async def test_a_fact_that_fails_costs_only_itself_and_is_told(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(_house: House, _months: Months, _call: Call) -> list[FactPoint]:
        raise StoreError("store.read_failed", path="x", reason="y")

    await computed(district)
    first, *rest = figures.PUBLISHERS
    monkeypatch.setattr(figures, "PUBLISHERS", (Publisher((Fact.BALANCE,), failing), first))
    assert rest
    sink = Facts()
    with pytest.raises(StoreError, match=r"store\.read_failed"):
        await publish(district, sink)
    assert {each.measurement for each in sink.points.values()} >= {Fact.MONTH.value, Fact.SESSION.value}


async def test_without_a_place_for_facts_nothing_is_computed(district: District) -> None:
    with pytest.raises(UnavailableError, match=r"jobs\.no_fact_sink"):
        await publish(district, None)


async def test_states_of_outlets_service_and_jobs_are_published(district: District) -> None:
    ledger, since = district.stores.ledger, NOW
    told = (
        (1, ConnectorStatus.FAULTED, since),
        (0, ConnectorStatus.AVAILABLE, since),
    )
    await ledger.save_statuses(
        [
            StationStatus(station="lis-01", connector=number, status=status, at_utc=at, received_at_utc=at)
            for number, status, at in told
        ]
    )
    await ledger.save_link(StationLink(station="lis-01", connected=False, since_utc=since, firmware="7.1"))
    begun = NOW - timedelta(hours=1)
    run = JobRun(job="fleet", period="2026-11-21", state=JobState.FAILED, begun_at_utc=begun, ended_at_utc=NOW)
    await ledger.save_run(run)
    await ledger.save_run(replace(run, job="grid", state=JobState.RUNNING, ended_at_utc=None))
    sink = Facts()
    gate = Gate(replace(district.gate.house, facts=sink))
    await gate.call("facts.publish_states", JobWork(period="2026-11-22T09:45Z"), JOB, NOW)
    found = {(each.measurement, each.tags["source"]): each.fields for each in sink.points.values()}
    assert found["outlet", "station:lis-01/1"] == {"status": "faulted"}
    assert found["outlet", "station:lis-01"] == {"connected": 0.0, "firmware": "7.1"}
    later = Call(JOB, NOW + timedelta(days=500))
    assert await outlet_points(district.gate.house, later) == [], "what is so old stays as it was published"
    assert found["service", "service:ingest"] == {"ok": 1.0}, "of counters only those that are drawn"
    assert found["job_run", "job:fleet"]["done"] == 0.0
    assert found["job_run", "job:fleet"]["duration_s"] == 3600.0
    assert ("job_run", "job:grid") not in found


def test_the_power_of_a_contract_is_told_where_all_supplies_have_one(district: District) -> None:
    inventory = district.gate.house.inventory()
    assert contract_w(inventory, "schule") is None
    meter = replace(inventory.meters["schule-strom"], contract_power_w=30_000.0)
    bound = replace(inventory, meters={**inventory.meters, meter.id: meter})
    assert contract_w(bound, "schule") == 30_000.0
    second = replace(meter, id="schule-strom-2", contract_power_w=None)
    assert contract_w(replace(bound, meters={**bound.meters, second.id: second}), "schule") is None
    assert media_of(inventory, "schule") == [Medium.ELECTRICITY, Medium.WATER]
