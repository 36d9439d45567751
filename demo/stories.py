"""What the history tells on purpose, so that there is something to find: failures, exchanges, and odd charging."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from core.inventory import Inventory, Medium, Meter, Vehicle
from core.periods import Period
from demo.calendar import BoolArray
from demo.cars import is_electric
from demo.chance import FloatArray
from demo.outlets import Place, places_of
from demo.trips import secretive_of
from demo.world import silent_meter_of

_SILENT_DAYS_BEFORE_END, _SILENT_H = 40, 60
_EXCHANGED_DAYS_BEFORE_END = 150
_TOLD_ON = 12
"""The day of a month on which the fleet's stories happen, so that a report of that month tells them."""


@dataclass(frozen=True, slots=True)
class Story:
    """Something told in the history on purpose.

    `silent` (no readings), `exchanged` (another dial since), `odometer` (it began anew), `lifetime` (a station tells
    its register for a session's energy), `elsewhere` (a vehicle charges where nobody knows).
    """

    kind: str
    source: str
    start_utc: datetime
    end_utc: datetime

    def is_in(self, at_s: FloatArray) -> BoolArray:
        """Return which instants lie within."""
        return (at_s > self.start_utc.timestamp()) & (at_s < self.end_utc.timestamp())


def stories_of(inventory: Inventory, period: Period) -> Iterator[Story]:
    """Yield what the history tells: one reader fails for some days, one water meter is exchanged unannounced."""
    silent = silent_meter_of(inventory)
    failed_utc = period.end_utc - timedelta(days=_SILENT_DAYS_BEFORE_END)
    if silent and failed_utc > period.start_utc:
        yield Story("silent", inventory.meters[silent].source, failed_utc, failed_utc + timedelta(hours=_SILENT_H))
    exchanged_utc = period.end_utc - timedelta(days=_EXCHANGED_DAYS_BEFORE_END)
    water = [meter for _, meter in sorted(inventory.meters.items()) if _can_be_exchanged(meter)]
    if water and exchanged_utc > period.start_utc:
        yield Story("exchanged", water[-1].source, exchanged_utc, period.end_utc)
    yield from _stories_of_fleet(inventory, period)


def _stories_of_fleet(inventory: Inventory, period: Period) -> Iterator[Story]:
    """Yield what goes wrong in the fleet: in the month before the last an odometer, in the last a session."""
    last_month = _month_before(period.end_utc)
    month_before = _month_before(last_month)
    modules = [each for _, each in sorted(inventory.vehicles.items()) if _has_ovms(each)]
    if modules and month_before > period.start_utc:
        yield Story("odometer", modules[0].source, month_before, period.end_utc)
    if last_month > period.start_utc and (place := next(iter(_busy_places(inventory, last_month.date())), None)):
        yield Story("lifetime", place.source, last_month, period.end_utc)
    if secretive := secretive_of(inventory):
        yield Story("elsewhere", inventory.vehicles[secretive].source, period.start_utc, period.end_utc)


def _month_before(at_utc: datetime) -> datetime:
    """Return the story day of the month before an instant."""
    last = at_utc.replace(day=1) - timedelta(days=1)
    return datetime(last.year, last.month, _TOLD_ON, tzinfo=UTC)


def _has_ovms(vehicle: Vehicle) -> bool:
    return vehicle.feed is not None and vehicle.feed.format == "ovms_v3" and not vehicle.personal


def _busy_places(inventory: Inventory, day: date) -> list[Place]:
    """Return the alternating-current outlets of sites at which electric vehicles live."""
    homes = {vehicle.site for vehicle in inventory.vehicles.values() if is_electric(vehicle) and vehicle.valid_on(day)}
    stations = [each for each in inventory.stations.values() if each.site in homes and each.valid_on(day)]
    return [place for place in places_of(stations) if not place.is_fast]


def _can_be_exchanged(meter: Meter) -> bool:
    return meter.medium is Medium.WATER and meter.feed is not None and meter.valid_to is None
