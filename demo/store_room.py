"""What somebody reads off a heap of pellets: how much is left on the first of each month, and after each delivery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from core.inventory import Inventory, Medium, Meter
from core.periods import Period
from core.quantities import Quantity
from core.work import MeterEvent, MeterEventKind
from demo.chance import key_of

READER: Final = "demo"
LEFT_T: Final = (6.4, 4.1, 2.2, 10.1, 9.2, 8.9, 8.7, 8.5, 8.2, 7.4, 10.6, 8.7)
"""How many tonnes are left in the morning of the first day of each month."""

FILLED_T: Final = {3: 11.8, 10: 12.0}
"""How many there are before noon in the months that begin with a delivery."""

_STEP_G = 50_000
_WOBBLE_STEPS = 3
_MORNING, _NOON = time(7, 30), time(11)


def hand_readings(inventory: Inventory, seed: int, period: Period) -> Iterator[MeterEvent]:
    """Yield what was read by hand in a period, by meter and instant; the same whenever it is asked for."""
    for meter in inventory.meters.values():
        if meter.medium is Medium.PELLETS and meter.feed is None and not meter.terms:
            zone = ZoneInfo(inventory.sites[meter.site].time_zone)
            for day in _firsts(period, zone):
                if meter.valid_on(day):
                    yield from _read_on(meter, seed, day, zone, period)


def _read_on(meter: Meter, seed: int, day: date, zone: ZoneInfo, period: Period) -> Iterator[MeterEvent]:
    said = [(_MORNING, LEFT_T[day.month - 1])]
    if day.month in FILLED_T:
        said.append((_NOON, FILLED_T[day.month]))
    for clock, left_t in said:
        at_utc = datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
        wobble = key_of(seed, "heap", f"{meter.id} {at_utc:%Y-%m-%dT%H}") % (2 * _WOBBLE_STEPS + 1) - _WOBBLE_STEPS
        if at_utc in period:
            yield MeterEvent(
                source=meter.source,
                quantity=Quantity.STOCK_G,
                kind=MeterEventKind.MANUAL,
                at_utc=at_utc,
                start_value=left_t * 1e6 + wobble * _STEP_G,
                booked_by=READER,
                booked_at_utc=at_utc,
            )


def _firsts(period: Period, zone: ZoneInfo) -> Iterable[date]:
    first, last = (at.astimezone(zone).date() for at in (period.start_utc, period.end_utc))
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return (date(month // 12, month % 12 + 1, 1) for month in months)
