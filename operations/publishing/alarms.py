"""Alarms as the time series shows them, so that dashboards and Grafana's alert rules know of them.

Each stands at the instant it was raised, and says whether it is still open; who acknowledged it and what was found
stay in the ledger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from core.alarms import ALARMS, OPEN, Alarm, AlarmFilter
from core.errors import ServiceError
from core.inventory import Inventory
from core.periods import Period
from core.ports import FactPoint, FactSink
from core.published import Fact
from operations.house import Call, House

log = structlog.get_logger("alarms")

LOOK_BACK: Final = timedelta(days=400)
"""So old alarms are published again each night, and older ones are taken away."""

AT_ONCE: Final = 500

UNNAMED: Final[Mapping[str, str]] = {
    "letters_undelivered": "service:letters",
    "report_undelivered": "service:reports",
}
"""What stands for the subject of alarms about recipients, who may be people."""


async def tell_dashboards(house: House, alarms: Iterable[Alarm], call: Call) -> None:
    """Publish alarms and that somebody looked; where that cannot be done now, the hourly publication does it."""
    if house.facts is None:
        return
    points = alarm_points(alarms, house.inventory())
    try:
        await house.facts.publish([*points, look_point(points, call.now_utc)])
    except ServiceError as error:
        log.error("alarms not published", finding=str(error.finding))


async def publish_alarms(house: House, sink: FactSink, call: Call, *, everything: bool) -> int:
    """Publish the newest alarms and all open ones; with `everything` all of `LOOK_BACK`, in place of what was there.

    Return how many.
    """
    since_utc = call.now_utc - LOOK_BACK
    raised = [alarm for alarm in await house.ledger.open_alarms() if alarm.raised_at_utc]
    found = {alarm.id: alarm for alarm in raised}
    async for alarms in _pages(house):
        found |= {alarm.id: alarm for alarm in alarms}
        if not everything or (alarms[-1].raised_at_utc or since_utc) <= since_utc:
            break
    points = alarm_points(found.values(), house.inventory())
    for start in range(0, len(points), AT_ONCE):
        await sink.publish(points[start : start + AT_ONCE])
    if everything and points:  # without any nothing is taken away: InfluxDB 3 could not be asked which to leave
        await sink.withdraw_facts(Fact.ALARM.value, Period(call.now_utc - 2 * LOOK_BACK, call.now_utc), points)
    return len(found)


def alarm_points(alarms: Iterable[Alarm], inventory: Inventory) -> list[FactPoint]:
    """Return alarms at the instants they were raised; `open` is how many of them are, mostly 1 or 0."""
    found: dict[tuple[str, str, str, datetime], float] = defaultdict(float)
    for alarm in alarms:
        if alarm.raised_at_utc is None or inventory.is_personal(alarm.subject):
            continue
        subject = UNNAMED.get(alarm.kind, alarm.subject)
        found[alarm.kind, subject, alarm.site or "", alarm.raised_at_utc] += alarm.state in OPEN
    return [
        FactPoint(
            measurement=Fact.ALARM.value,
            tags={
                "kind": kind,
                "source": source,
                **({"site": site} if site else {}),
                "severity": ALARMS[kind].severity.value,
            },
            at_utc=raised_at_utc,
            fields={"open": count},
        )
        for (kind, source, site, raised_at_utc), count in found.items()
        if kind in ALARMS
    ]


def look_point(points: Iterable[FactPoint], now_utc: datetime) -> FactPoint:
    """Return that somebody looked at the whole district, and how many alarms were open then."""
    count = sum(float(point.fields["open"]) for point in points)
    return FactPoint(
        measurement=Fact.ALARM_LOOK.value, tags={"source": "service:alarms"}, at_utc=now_utc, fields={"open": count}
    )


async def _pages(house: House) -> AsyncIterator[tuple[Alarm, ...]]:
    cursor: str | None = None
    while True:
        page = await house.ledger.alarms(AlarmFilter(limit=AT_ONCE, cursor=cursor))
        if page.items:
            yield tuple(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return
