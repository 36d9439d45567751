"""The leaves of an explanation: readings with where and when they came in, frames, bookings, rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from core.evidence import Citation, CitedKind, Explanation
from core.intervals import SeriesKey
from core.inventory import Inventory, Meter, Vehicle
from core.periods import Period
from core.ports import Arrival, Direction, Frame
from core.quantities import Kind
from core.retention import Deletion
from core.texts import Finding
from core.units import unit_of
from core.work import MeterEvent, MeterEventKind
from energy.register_rules import Step
from energy.register_walk import at_utc, epoch_ms
from energy.tracing import Border, Mark
from operations.house import House

PARTS_MAX: Final = 100
"""More equal parts than a day has quarter hours are not spelled out."""
MARKS_MAX: Final = 20

MILLISECOND: Final = timedelta(milliseconds=1)
BEFORE_RECEIPT: Final = timedelta(seconds=30)
"""So long before a reading was stored its frame may have come: frames are stored in groups."""
AFTER_INSTANT: Final = timedelta(minutes=10)
"""So long after its instant a frame is looked for where the receive time is no longer kept."""

CARRIERS: Final = (b"MeterValues", b"StartTransaction", b"StopTransaction", b"TransactionEvent")
"""The OCPP messages that carry meter values."""

ROLES: Final = {
    "before": "evidence.reading.before",
    "after": "evidence.reading.after",
    "at": "evidence.reading.at",
    "between": "evidence.reading.between",
}


BOOKED: Final = {
    MeterEventKind.EXCHANGE: "evidence.booked_exchange",
    MeterEventKind.MANUAL: "evidence.booked_manual",
    MeterEventKind.BILLING: "evidence.booked_billing",
    MeterEventKind.RESET: "evidence.booked_reset",
    MeterEventKind.ROLLOVER: "evidence.booked_rollover",
    MeterEventKind.CORRECTION: "evidence.booked_correction",
    MeterEventKind.INTERRUPTION: "evidence.booked_interruption",
}


@dataclass(frozen=True, slots=True)
class Leaves:
    """Makes the leaves of one series."""

    house: House
    key: SeriesKey
    bookings: Sequence[MeterEvent]

    @property
    def unit(self) -> str:
        """Return the unit of what was read."""
        return unit_of(self.key[1])

    async def border(self, title: Finding, border: Border, position: Decimal | None) -> Explanation:
        """Return an end of a period: where the register stood, and the values around it."""
        before, after = border.before, border.after
        if before and before == after:
            parts = [await self.reading("at", before)]
        else:
            around = (("before", before), ("after", after))
            parts = [await self.reading(role, mark) for role, mark in around if mark is not None]
        how = None
        if before and after and self.key[1].kind in {Kind.REGISTER, Kind.SESSION}:
            how = Finding.of("evidence.border_exact") if before == after else Finding.of("evidence.border_between")
        findings = () if before and after else (Finding.of(_lacking(border)),)
        return Explanation(
            title=title,
            value=position,
            unit=self.unit if position is not None else "",
            how=how,
            findings=findings,
            parts=tuple(parts),
        )

    async def marks(self, title: Finding, marks: Sequence[Mark]) -> tuple[Explanation, ...]:
        """Return the values that were not plainly counted, under one heading; nothing where there are none."""
        if not marks:
            return ()
        shown = [await self.reading("between", mark) for mark in marks[:MARKS_MAX]]
        return (Explanation(title=title, parts=tuple(shown), parts_left_out=max(len(marks) - MARKS_MAX, 0)),)

    async def reading(self, role: str, mark: Mark) -> Explanation:
        """Return a value with where and when it came in; or the booking that it is."""
        booked = self._booking(mark)
        if booked is not None:
            return self.booking(booked)
        source, quantity = self.key
        at = at_utc(mark.at_ms)
        found = await self.house.query.arrivals(source, quantity, Period(at, at + MILLISECOND))
        if not found:
            return self._gone(role, mark)
        (arrival,) = found
        reading = arrival.reading
        value = Decimal(repr(reading.value))
        citation = Citation(
            kind=CitedKind.READING,
            reference=f"{source}/{quantity.value}",
            value=value,
            unit=self.unit,
            at_utc=reading.at_utc,
            received_at_utc=arrival.received_at_utc,
            channel=channel_of(self.house.inventory(), source),
        )
        details = {"quality": reading.quality.value}
        if quantity.kind in {Kind.REGISTER, Kind.SESSION}:
            details["step"] = mark.step.name.lower()
        return Explanation(
            title=Finding.of(ROLES[role]),
            value=value,
            unit=self.unit,
            citation=citation,
            findings=() if arrival.received_at_utc else (Finding.of("evidence.received_unknown"),),
            parts=await self._frames(arrival),
            details=details,
        )

    def booking(self, event: MeterEvent) -> Explanation:
        """Return a booking: who said what about the register, and why."""
        value = Decimal(repr(_said_by(event)))
        details = {"booked_by": event.booked_by, "booked_at": event.booked_at_utc.isoformat(timespec="seconds")}
        if event.end_value is not None:
            details["end_value"] = f"{Decimal(repr(event.end_value))} {self.unit}"
        if event.reason:
            details["reason"] = event.reason
        if event.until_utc is not None:
            details["until"] = event.until_utc.isoformat(timespec="seconds")
        return Explanation(
            title=Finding.of(BOOKED[event.kind]),
            value=value,
            unit=self.unit,
            citation=Citation(
                kind=CitedKind.BOOKING,
                reference=str(event.id),
                value=value,
                unit=self.unit,
                at_utc=event.at_utc,
                received_at_utc=event.booked_at_utc,
            ),
            details=details,
        )

    def _booking(self, mark: Mark) -> MeterEvent | None:
        if mark.step not in {Step.BOOKED, Step.MANUAL}:
            return None
        told = (event for event in self.bookings if event.kind is not MeterEventKind.CORRECTION)
        same = (event for event in told if epoch_ms(event.at_utc) == mark.at_ms)
        return next(same, None)

    def _gone(self, role: str, mark: Mark) -> Explanation:
        """Return a value that counting remembers, though its reading is no longer kept."""
        return Explanation(
            title=Finding.of(ROLES[role]),
            value=Decimal(repr(mark.value)),
            unit=self.unit,
            citation=Citation(
                kind=CitedKind.READING,
                reference=f"{self.key[0]}/{self.key[1].value}",
                value=Decimal(repr(mark.value)),
                unit=self.unit,
                at_utc=at_utc(mark.at_ms),
            ),
            findings=(Finding.of("evidence.remembered"),),
            details={"step": mark.step.name.lower()},
        )

    async def _frames(self, arrival: Arrival) -> tuple[Explanation, ...]:
        source = self.key[0]
        if not source.startswith("station:"):
            return ()
        station = source.removeprefix("station:").partition("/")[0]
        return tuple(map(_frame, await frames_of(self.house, station, arrival)))


def _said_by(event: MeterEvent) -> float:
    return event.amount or 0.0 if event.kind is MeterEventKind.CORRECTION else event.start_value


def _lacking(border: Border) -> str:
    return "evidence.nothing_before" if border.before is None else "evidence.nothing_after"


def channel_of(inventory: Inventory, source: str) -> str:
    """Return where the readings of a source come in, empty where the inventory does not say."""
    kind, _, rest = source.partition(":")
    name = rest.partition("/")[0]
    if kind == "station":
        return f"ocpp {name}"
    fed: dict[str, Mapping[str, Meter | Vehicle]] = {"meter": inventory.meters, "vehicle": inventory.vehicles}
    entry = fed.get(kind, {}).get(name)
    return f"mqtt:{entry.feed.broker} {entry.feed.topic}" if entry and entry.feed else ""


async def frames_of(house: House, station: str, arrival: Arrival) -> tuple[Frame, ...]:
    """Return the frames by which a reading can have come: those that name its instant, if there are such."""
    received, read_at = arrival.received_at_utc, arrival.reading.at_utc
    if received is None:
        period = Period(read_at - BEFORE_RECEIPT, read_at + AFTER_INSTANT)
    else:
        period = Period(received - BEFORE_RECEIPT, received + MILLISECOND)
    carrying = [
        frame
        for frame in await house.journal.frames_during(station, period)
        if frame.direction is Direction.IN and not frame.sealed and any(word in frame.payload for word in CARRIERS)
    ]
    named = [frame for frame in carrying if _names(frame, read_at)]
    return tuple(named or (carrying if received else ()))


def _names(frame: Frame, at: datetime) -> bool:
    return at.strftime("%Y-%m-%dT%H:%M:%S").encode() in frame.payload


def _frame(frame: Frame) -> Explanation:
    return Explanation(
        title=Finding.of("evidence.frame"),
        citation=Citation(
            kind=CitedKind.FRAME,
            reference=str(frame.id),
            at_utc=frame.at_utc,
            received_at_utc=frame.at_utc,
            channel=f"ocpp {frame.station}",
        ),
        details={"message": frame.payload.decode("utf-8", "replace")[:500]},
    )


def deleted(deletion: Deletion) -> Explanation:
    """Return the rule of retention by which readings were deleted."""
    return Explanation(
        title=Finding.of("evidence.deleted", before=deletion.before_utc.date().isoformat()),
        citation=Citation(
            kind=CitedKind.RULE,
            reference=f"retention/{deletion.rule}",
            at_utc=deletion.begun_at_utc,
            edition=deletion.keep,
        ),
        details={"reason": deletion.reason, "deletion": str(deletion.id)},
    )


def of_parts(parts: Iterable[Explanation], title: Finding) -> tuple[Explanation, ...]:
    """Return equal parts under one heading, the surplus left out; nothing where there are none."""
    found = tuple(parts)
    if not found:
        return ()
    return (Explanation(title=title, parts=found[:PARTS_MAX], parts_left_out=max(len(found) - PARTS_MAX, 0)),)
