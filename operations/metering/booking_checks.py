"""Whether a booking can be, and whether it is plausible."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from core.inventory import Meter, Vehicle
from core.quantities import PROPERTIES, Quantity
from core.texts import Finding
from core.units import unit_of
from core.work import MeterEvent, MeterEventKind
from energy.corrections import added_in
from energy.register_walk import Line, epoch_ms
from operations.intervals.derived import LEVELS
from operations.intervals.plans import booking_of, is_on_a_dial
from operations.metering.booking_effect import Surroundings
from operations.metering.dials import Dialled

DIAL = {MeterEventKind.MANUAL, MeterEventKind.BILLING, MeterEventKind.EXCHANGE, MeterEventKind.RESET}


def wrong_with_time(meter: Dialled, event: MeterEvent, day: date, now_day: date, now: Any) -> Iterator[Finding]:
    """Yield what is wrong with the instant of a booking on local `day`."""
    if event.at_utc > now or (event.until_utc is not None and event.until_utc > now):
        field = "at_utc" if event.at_utc > now else "until_utc"
        yield Finding.of("bookings.in_the_future", field=field, day=str(max(day, now_day)))
    yield from _out_of_use(meter, day)
    if event.kind is MeterEventKind.CORRECTION and (event.until_utc is None or event.until_utc <= event.at_utc):
        yield Finding.of("bookings.period_empty", field="until_utc")


def _out_of_use(meter: Dialled, day: date) -> Iterator[Finding]:
    if day < meter.valid_from:
        since = meter.valid_from.isoformat()
        if isinstance(meter, Vehicle):
            yield Finding.of("bookings.before_vehicle", field="at_utc", vehicle=meter.id, since=since)
        else:
            yield Finding.of("bookings.before_valid", field="at_utc", meter=meter.id, since=since)
    if meter.valid_to is not None and day >= meter.valid_to:
        until = meter.valid_to.isoformat()
        if isinstance(meter, Vehicle):
            yield Finding.of("bookings.after_vehicle", field="at_utc", vehicle=meter.id, until=until)
        else:
            yield Finding.of("bookings.after_valid", field="at_utc", meter=meter.id, until=until)


def wrong_with_values(meter: Dialled, event: MeterEvent) -> Iterator[Finding]:
    """Yield what no dial of this meter can show."""
    if not is_on_a_dial(event):
        yield Finding.of("bookings.not_on_a_dial")
        return
    if event.quantity in LEVELS and not event.kind.is_reading:
        yield Finding.of("bookings.level_only_read", field="quantity", meter=meter.id)
    digits = meter.digits if isinstance(meter, Meter) else None
    width = meter.resolution * 10.0**digits if isinstance(meter, Meter) and digits is not None else None
    said = {"start_value": event.start_value, "end_value": event.end_value}
    for field, value in said.items():
        if value is None or event.kind in {MeterEventKind.CORRECTION, MeterEventKind.ROLLOVER}:
            continue
        if value < 0:
            yield Finding.of("bookings.negative", field=field)
        elif width is not None and value >= width:
            yield Finding.of("bookings.beyond_width", field=field, digits=digits or 0, **shown(event.quantity, value))
    if event.kind is MeterEventKind.CORRECTION and not event.amount:
        yield Finding.of("bookings.amount_zero", field="amount")
    if event.kind is MeterEventKind.RESET and (event.amount or 0.0) < 0:
        yield Finding.of("bookings.negative", field="amount")


def wrong_around(event: MeterEvent, around: Surroundings) -> Iterator[Finding]:
    """Yield what contradicts the readings and bookings around."""
    same = (one for one in around.bookings if one.at_utc == event.at_utc and not _corrects(one))
    if not _corrects(event) and (other := next(same, None)) is not None:
        yield Finding.of("bookings.twice", field="at_utc", id=other.id)
    line = around.line_before(event.at_utc)
    ended = event.end_value if event.kind is MeterEventKind.EXCHANGE else None
    if line is not None and ended is not None and ended < line.value - around.register.tolerance:
        yield Finding.of("bookings.end_below_last", field="end_value", **shown(event.quantity, line.value, "last"))
    if _corrects(event) and _left(event, around) < 0:
        yield Finding.of("bookings.takes_too_much", field="amount")


def doubts(event: MeterEvent, around: Surroundings) -> Iterator[Finding]:
    """Yield why a booking is implausible; a level may fall and rise as it likes."""
    if event.quantity in LEVELS:
        return
    line, following = around.line_before(event.at_utc), around.next_after(event.at_utc)
    reached = {MeterEventKind.EXCHANGE: event.end_value}.get(event.kind, event.start_value)
    if event.kind.is_reading or event.kind is MeterEventKind.EXCHANGE:
        yield from _rises(event, line, reached, around)
    if event.kind in DIAL and following is not None and following.value < event.start_value - around.register.tolerance:
        yield Finding.of("bookings.next_is_lower", **shown(event.quantity, following.value, "next"))
    if event.kind is MeterEventKind.ROLLOVER and not _fell(line, following, event.end_value or 0.0):
        yield Finding.of("bookings.nothing_fell")
    if event.kind is MeterEventKind.RESET and line is None:
        yield Finding.of("bookings.nothing_before")


def shown(quantity: Quantity, value: float, name: str = "value") -> dict[str, Any]:
    """Return a value and its unit as findings say them: in the unit that people read."""
    properties = PROPERTIES[quantity]
    unit = properties.shown_unit or unit_of(quantity)
    return {name: round(value / properties.divisor, properties.decimals + 1), "unit": unit}


def _rises(event: MeterEvent, line: Line | None, reached: float | None, around: Surroundings) -> Iterator[Finding]:
    if line is None or reached is None:
        return
    rules, elapsed_ms = around.register, epoch_ms(event.at_utc) - line.at_ms
    if reached - line.value > rules.base_rise + rules.rate_per_ms * elapsed_ms:
        yield Finding.of("bookings.rises_too_fast", **shown(event.quantity, line.value, "last"))
    elif event.kind.is_reading and reached < line.value - rules.tolerance:
        yield Finding.of("bookings.below_last", **shown(event.quantity, line.value, "last"))


def _fell(line: Line | None, following: Line | None, width: float) -> bool:
    if line is None or line.value > width:
        return False
    return line.value > width / 2 or (following is not None and following.value < line.value)


def _corrects(event: MeterEvent) -> bool:
    return event.kind is MeterEventKind.CORRECTION


def _left(event: MeterEvent, around: Surroundings) -> int:
    """Return what is left of what was counted in a correction's period, in thousandths."""
    if event.until_utc is None or not is_on_a_dial(event):
        return 0
    counted = around.counted([*around.bookings, event])
    begin_ms, end_ms = epoch_ms(event.at_utc), epoch_ms(event.until_utc)
    if counted is None:
        return added_in([booking_of(event)], begin_ms, end_ms)
    inside = (counted.start_ms >= begin_ms) & (counted.start_ms < end_ms)
    return int(counted.thousandths[inside].sum())
