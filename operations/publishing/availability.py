"""How available stations were, day by day, as dashboards draw it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from chargepoints.availability import DOWN, UP, Account, Condition
from core.inventory import Station
from core.periods import Period, local_days
from core.ports import FactPoint, FactSink
from core.published import Fact
from operations.house import Call, House
from operations.reliability.reading import accounts, stations_of, zone_of

LOOK_BACK: Final = timedelta(days=7)
"""So many days are published again each night: stations that were offline tell of their states later."""


async def publish_availability(house: House, sink: FactSink, until: Period, call: Call) -> int:
    """Publish the days before the last local midnight of a period, in place of what was published of them."""
    days = list(local_days(Period(until.end_utc - LOOK_BACK, until.end_utc), zone_of(house)))
    whole = Period(days[1].start_utc, days[-1].start_utc) if len(days) > 2 else None  # noqa: PLR2004 - first and last
    return await publish_days(house, sink, whole, call) if whole else 0


async def publish_days(house: House, sink: FactSink, period: Period, call: Call) -> int:
    """Publish the whole days of a period that are over, in place of what was published of them."""
    points: list[FactPoint] = []
    for day in local_days(period, zone_of(house)):
        stations = stations_of(house, None, day, call) if day.end_utc <= call.now_utc else []
        if not stations:
            continue
        found = await accounts(house, stations, day, call)
        for station in stations:
            account = sum((found[station.id, outlet.number] for outlet in station.connectors), Account())
            points.append(point_of(station, day, account))
    await sink.publish(points)
    await sink.withdraw_facts(Fact.AVAILABILITY.value, period, points)
    return len(points)


def point_of(station: Station, day: Period, account: Account) -> FactPoint:
    """Return a station's day at its begin: outlet seconds by condition; what is in use is not told apart."""
    fields: dict[str, float | str | bool] = {
        "up_s": account.of(*UP).total_seconds(),
        "out_of_order_s": account.of(Condition.OUT_OF_ORDER).total_seconds(),
        "no_contact_s": account.of(Condition.NO_CONTACT).total_seconds(),
        "down_s": account.of(*DOWN).total_seconds(),
        "planned_s": account.of(Condition.PLANNED).total_seconds(),
        "unknown_s": account.of(Condition.UNKNOWN).total_seconds(),
        "outages": float(account.outages),
    }
    if account.availability is not None:
        fields["availability_percent"] = float(100 * account.availability)
    tags = {"source": station.source, "station": station.id, "site": station.site}
    return FactPoint(measurement=Fact.AVAILABILITY.value, tags=tags, at_utc=day.start_utc, fields=fields)
