"""Taking the readings and bookings of an import back, but for borders on which other imports stand."""

from __future__ import annotations

from dataclasses import replace

from core.imports import FileImport, ImportPart
from core.periods import Period
from core.work import DirtySpan, MeterEvent, MeterEventKind
from energy.register_walk import at_utc
from operations.evidence.witnesses import interval_store
from operations.house import Call, House
from operations.intervals.start import BOOKING


async def take_back(house: House, made: FileImport, part: ImportPart, reason: str, call: Call) -> None:
    """Take away what an import added to a series, but for borders on which others of its imports stand.

    Done again after it has ended half-way, it does the rest.
    """
    assert house.eraser is not None  # noqa: S101 - whoever calls has looked
    first_ms, last_ms = min((*part.at_ms, *part.leans_on), default=0), max((*part.at_ms, *part.leans_on), default=0)
    span = Period(at_utc(first_ms), at_utc(last_ms + 1))
    dirty = DirtySpan(source=part.source, quantity=part.quantity, period=span, reason=BOOKING)
    await house.ledger.mark_dirty([dirty])
    for number in part.bookings:
        booked = await house.ledger.booking(number)
        if booked is not None and booked.withdrawn_at_utc is None:
            await house.ledger.withdraw(number, call.now_utc, call.actor.name, reason)
    kept = await _hand_over(house, made.id, part, call)
    await house.eraser.erase(part.key, [at_ms for at_ms in part.at_ms if at_ms not in kept])
    await house.ledger.mark_dirty([dirty])


async def _hand_over(house: House, own: int, part: ImportPart, call: Call) -> set[int]:
    """Give borders to the imports that go on from them, and book that what lies before is unknown now."""
    ours, kept = set(part.at_ms), set()
    for number, other in (await house.ledger.parts_of(part.key)).items():
        if number == own:
            continue
        kept |= ours & set(other.at_ms)  # handed over before
        for border_ms in sorted(ours & set(other.leans_on)):
            bookings = other.bookings
            begins = any(at_ms > border_ms for at_ms in other.at_ms) and not any(
                at_ms < border_ms for at_ms in other.at_ms
            )
            if begins:
                bookings = (*bookings, await _interrupt(house, other, border_ms, call))
            kept.add(border_ms)
            other = replace(  # noqa: PLW2901 - each border is one more
                other,
                at_ms=tuple(sorted({*other.at_ms, border_ms})),
                leans_on=tuple(each for each in other.leans_on if each != border_ms),
                bookings=bookings,
            )
            await house.ledger.save_part(number, other)
    return kept


async def _interrupt(house: House, part: ImportPart, at_ms: int, call: Call) -> int:
    at = at_utc(at_ms)
    samples = await interval_store(house).samples([part.key], Period(at, at_utc(at_ms + 1)))
    event = MeterEvent(
        source=part.source,
        quantity=part.quantity,
        kind=MeterEventKind.INTERRUPTION,
        at_utc=at,
        start_value=float(samples[part.key].value[0]),
        booked_by=call.actor.name,
        booked_at_utc=call.now_utc,
    )
    return (await house.ledger.book(event)).id
