"""The job that publishes what is computed of months: statements, days of vehicles, all that happened in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from core.errors import ServiceError, UnavailableError
from core.periods import Period
from core.ports import FactPoint, FactSink
from core.published import Fact
from core.texts import Finding
from operations.house import Call, House
from operations.publishing import balances, costs, fleet, loads, months, shares, states, weather
from operations.publishing.availability import publish_days
from operations.publishing.points import Months, months_before, next_month
from operations.publishing.publication import AT_ONCE, publish_events, publish_sessions
from operations.schedule import JOBS, JobWork, newest_due

log = structlog.get_logger("facts")

MONTHS_BACK: Final = 25
"""So many months are published at first, and one after the other again: a figure of one may be corrected later."""

Points = Callable[[House, Months, Call], Awaitable[list[FactPoint]]]


class Reach(Enum):
    """Of what a publisher makes points: of each month, of each year at its begin, or of how it is in this month."""

    MONTHS = auto()
    YEARS = auto()
    NOW = auto()


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who makes the points of facts."""

    facts: tuple[Fact, ...]
    points: Points
    reach: Reach = Reach.MONTHS

    def period(self, span: Months, today: date) -> Period | None:
        """Return where its points of these months stand, None where it has none."""
        match self.reach:
            case Reach.MONTHS:
                return span.period
            case Reach.YEARS:
                return span.whole_years
        this = today.replace(day=1)
        return Months(first=this, end=next_month(this), zone=span.zone).period if span.has(f"{this:%Y-%m}") else None


PUBLISHERS: Final = (
    Publisher((Fact.MONTH,), months.month_points),
    Publisher((Fact.VEHICLE_DAY,), fleet.vehicle_day_points),
    Publisher((Fact.BALANCE,), balances.balance_points),
    Publisher((Fact.ROOF,), balances.roof_points),
    Publisher((Fact.PEAK, Fact.PEAK_PART), loads.peak_points),
    Publisher((Fact.BASE_LOAD,), loads.base_load_points),
    Publisher((Fact.COST,), costs.cost_points),
    Publisher((Fact.BUDGET,), costs.budget_points, Reach.YEARS),
    Publisher((Fact.BENCHMARK,), costs.benchmark_points, Reach.NOW),
    Publisher((Fact.WEATHER,), weather.weather_points),
    Publisher((Fact.CORRECTED,), weather.corrected_points, Reach.NOW),
    Publisher((Fact.FLEET,), fleet.fleet_points),
    Publisher((Fact.SAVINGS,), fleet.savings_points),
    Publisher((Fact.CANDIDATE,), fleet.candidate_points, Reach.NOW),
    Publisher((Fact.SHARES,), shares.share_points, Reach.YEARS),
    Publisher((Fact.SHARE_FORECAST,), shares.share_forecast_points, Reach.YEARS),
)
"""What is published of months. A further fact is a row, and a file or a function in one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresPublished:
    """How many months and points were published."""

    months: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatesPublished:
    """How many states were published."""

    points: int


async def publish_states(house: House, _request: JobWork, call: Call) -> StatesPublished:
    """Publish how outlets, the service's parts and its jobs are. Raises `UnavailableError` without a place for it."""
    sink = _sink(house)
    points = [
        *await states.outlet_points(house, call),
        *states.service_points(house, call),
        *await states.run_points(house, call),
    ]
    await _publish(sink, points)
    return StatesPublished(points=len(points))


async def publish_figures(house: House, request: JobWork, call: Call) -> FiguresPublished:
    """Publish the figures of a day's month and the one before it, and by turns of an older one.

    At first all months are published, as far back as `MONTHS_BACK`. Of a day that is past its month alone is.
    Raises `UnavailableError` where the time series takes no facts, and the last error of a fact that could not be
    published, once all others are.
    """
    sink, zone = _sink(house), ZoneInfo(house.time_zone)
    spans = await _spans(house, date.fromisoformat(request.period), zone, call)
    steps = [(span, name, step) for span in spans for name, step in _steps(house, sink, span, call)]
    count, failed = 0, list[ServiceError]()
    for number, (span, name, step) in enumerate(steps):
        call.progress(number / len(steps), Finding.of("jobs.publishing_figures"))
        try:
            count += await step()
        except ServiceError as error:
            log.error("figures not published", fact=name, first=f"{span.first:%Y-%m}", finding=str(error.finding))
            failed.append(error)
    if failed:
        raise failed[-1]
    return FiguresPublished(months=sum(len(span.firsts) for span in spans), points=count)


def _steps(
    house: House, sink: FactSink, span: Months, call: Call
) -> Iterator[tuple[str, Callable[[], Awaitable[int]]]]:
    """Yield what is to be done for some months, each by the name of its fact."""
    for publisher in PUBLISHERS:
        yield publisher.facts[0].value, partial(_renew, house, sink, publisher, span, call)
    yield Fact.SESSION.value, partial(publish_sessions, house, sink, span.period)
    yield Fact.EVENT.value, partial(publish_events, house, sink, span.period, call)
    yield Fact.AVAILABILITY.value, partial(publish_days, house, sink, span.period, call)


async def _renew(house: House, sink: FactSink, publisher: Publisher, span: Months, call: Call) -> int:
    """Publish a fact's points, and take away what else there is of it in their place; return how many."""
    period = publisher.period(span, house.day(call.now_utc))
    if period is None:
        return 0
    points = await publisher.points(house, span, call)
    await _publish(sink, points)
    for fact in publisher.facts:
        await sink.withdraw_facts(fact.value, period, [each for each in points if each.measurement == fact.value])
    return len(points)


async def _publish(sink: FactSink, points: Sequence[FactPoint]) -> None:
    for start in range(0, len(points), AT_ONCE):
        await sink.publish(points[start : start + AT_ONCE])


async def _spans(house: House, day: date, zone: ZoneInfo, call: Call) -> list[Months]:
    """Return the months to be published with a day's run."""

    def months_from(first: date, end: date) -> Months:
        return Months(first=first, end=end, zone=zone)

    this = day.replace(day=1)
    if day < date.fromisoformat(newest_due(JOBS["figures"], call.now_utc, zone)):
        return [months_from(this, next_month(this))]
    if not await house.ledger.done_periods("figures"):
        return [months_from(months_before(this, MONTHS_BACK - 1), next_month(house.day(call.now_utc)))]
    older = months_before(this, 2 + day.toordinal() % (MONTHS_BACK - 2))
    return [
        months_from(months_before(this, 1), next_month(house.day(call.now_utc))),
        months_from(older, next_month(older)),
    ]


def _sink(house: House) -> FactSink:
    if house.facts is None:
        raise UnavailableError("jobs.no_fact_sink")
    return house.facts
