"""Which series are to be computed, from where on, and in which parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.intervals import SeriesKey
from core.inventory import Inventory
from core.periods import Period, local_day, local_month
from core.quantities import Kind, Quantity
from core.work import MeterEvent, MeterEventKind, RegisterCheckpoint
from energy.intervals import SeriesRules
from energy.positions import SLOT_MS
from energy.register_rules import Booking, Correction, Exchange, Interruption, ManualReading, Restart, Rollover
from energy.register_walk import DIAL_MAX, at_utc, epoch_ms
from energy.slots import slot_of
from energy.source_rules import ALWAYS, Validity, rules_digest, series_rules, validity
from energy.standing import standing_of

EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
SAMPLE_BYTES = 17
DENSEST_MS = 10_000
"""How close readings of an unknown series are taken to be until some have been seen."""


@dataclass(slots=True, kw_only=True)
class Plan:
    """One series that is to be computed up to its reading of `last_ms`, a local month after the other.

    `standing` is the text of a checkpoint at `at_ms` that has seen all readings up to `seen_ms`;
    without one, counting begins at `first_ms`. `again` says that later checkpoints are no longer true,
    `replaceable` that the checkpoint gives way to the next one. `reached_ms` is how far it has come.
    `digest` names the rules; `renews` is a checkpoint that counts as made by them once its later ones are
    gone, `undone` are energies that power was perhaps added up to under other rules.
    """

    key: SeriesKey
    rules: SeriesRules
    zone: ZoneInfo
    bookings: tuple[Booking, ...]
    first_ms: int
    last_ms: int
    standing: str | None = None
    at_ms: int | None = None
    seen_ms: int = -1
    again: bool = False
    replaceable: bool = True
    reached_ms: int = -1
    digest: str = ""
    renews: RegisterCheckpoint | None = None
    undone: tuple[Quantity, ...] = ()
    valid: Validity = ALWAYS

    @property
    def since_ms(self) -> int:
        """Return the begin of the first slot that is computed."""
        return slot_of(self.first_ms if self.at_ms is None else self.at_ms)

    @property
    def reads_ms(self) -> int:
        """Return the instant from which readings are needed."""
        return self.seen_ms + 1 if self.standing else self.first_ms

    @property
    def until_ms(self) -> int:
        """Return the end of the local month that is next to be computed."""
        local = at_utc(max(self.since_ms, self.reached_ms)).astimezone(self.zone)
        return epoch_ms(local_month(local.year, local.month, self.zone).end_utc)

    @property
    def final(self) -> bool:
        """Return whether this month is the last one."""
        return self.last_ms < self.until_ms

    @property
    def midnight_ms(self) -> int:
        """Return the begin of the first local day that is touched."""
        return epoch_ms(local_day(at_utc(self.since_ms).astimezone(self.zone).date(), self.zone).start_utc)

    @property
    def counted(self) -> tuple[SeriesKey, ...]:
        """Return the series that amounts come out for."""
        source, quantity = self.key
        counts = quantity.kind in {Kind.REGISTER, Kind.SESSION}
        return (self.key,) if counts else tuple((source, each) for each in (*self.rules.derived, *self.undone))

    @property
    def averaged(self) -> tuple[SeriesKey, ...]:
        """Return the series that means come out for."""
        return () if self.key[1].kind in {Kind.REGISTER, Kind.SESSION} else (self.key,)

    @property
    def left_ms(self) -> int:
        """Return how much time is still to be computed."""
        return max(self.last_ms - max(self.since_ms, self.reached_ms), 0)

    @property
    def done(self) -> bool:
        """Return whether the last month has been computed."""
        return self.reached_ms > self.last_ms

    def bookings_until(self) -> tuple[Booking, ...]:
        """Return the bookings that belong to the months up to this one."""
        return tuple(one for one in self.bookings if self.final or epoch_ms(one.at_utc) < self.until_ms)

    def is_closed(self, at_ms: int, now_utc: datetime) -> bool:
        """Return whether an instant lies in a local month that has ended."""
        local = now_utc.astimezone(self.zone)
        return at_ms < epoch_ms(local_month(local.year, local.month, self.zone).start_utc)

    def move_on(self) -> None:
        """Turn to the next month."""
        self.reached_ms = self.until_ms

    def follow(self, at_ms: int, standing: str) -> None:
        """Go on from where counting stands."""
        self.at_ms, self.standing, self.seen_ms = at_ms, standing, standing_of(standing).seen_ms

    def take_up(self, checkpoint: RegisterCheckpoint) -> None:
        """Go on from a checkpoint."""
        self.follow(epoch_ms(checkpoint.at_utc), checkpoint.state)

    def go_back(self, checkpoint: RegisterCheckpoint | None) -> None:
        """Begin at an earlier checkpoint (None: from the first reading), and let none after it stay."""
        self.standing, self.at_ms, self.seen_ms = None, None, -1
        if checkpoint is not None:
            self.take_up(checkpoint)
        self.again, self.replaceable, self.renews = True, False, checkpoint

    def guess_bytes(self) -> int:
        """Return how many bytes the readings of the month may have."""
        span_ms = min(self.until_ms, self.last_ms + 1) - self.reads_ms
        return max(span_ms, 0) // DENSEST_MS * SAMPLE_BYTES + SLOT_MS // 1000


def planned(
    key: SeriesKey,
    inventory: Inventory,
    known: Iterable[Quantity],
    bookings: Sequence[MeterEvent],
    last_ms: int,
    house_zone: ZoneInfo,
) -> Plan:
    """Return the plan of a series that has no checkpoint yet."""
    source, quantity = key
    rules, zone = series_rules(inventory, source, quantity, frozenset(known)), zone_of(inventory, source, house_zone)
    valid = validity(inventory, source, zone)
    return Plan(
        key=key,
        rules=rules,
        zone=zone,
        digest=rules_digest(rules, zone, valid),
        valid=valid,
        bookings=tuple(booking_of(event) for event in bookings if is_on_a_dial(event)),
        first_ms=last_ms,
        last_ms=last_ms,
    )


def booking_of(event: MeterEvent) -> Booking:
    """Return what a person booked in the words of the register rules."""
    match event.kind:
        case MeterEventKind.EXCHANGE if event.end_value is not None:
            return Exchange(event.at_utc, event.end_value, event.start_value)
        case MeterEventKind.RESET:
            return Restart(event.at_utc, event.start_value, event.amount or 0.0)
        case MeterEventKind.ROLLOVER if event.end_value is not None:
            return Rollover(event.at_utc, event.end_value)
        case MeterEventKind.INTERRUPTION:
            return Interruption(event.at_utc, event.start_value)
        case MeterEventKind.CORRECTION if event.until_utc is not None:
            return Correction(event.at_utc, event.until_utc, event.amount or 0.0)
    return ManualReading(event.at_utc, event.start_value)


def zone_of(inventory: Inventory, source: str, house_zone: ZoneInfo) -> ZoneInfo:
    """Return the time zone of a source's site, the district's where it has none."""
    site = inventory.sites.get(inventory.site_of(source) or "")
    return ZoneInfo(site.time_zone) if site else house_zone


def batches(plans: Sequence[Plan], sizes: Mapping[SeriesKey, int], most_bytes: int) -> Iterator[list[Plan]]:
    """Yield plans that begin on the same day and end with the same month, together no larger than allowed."""
    batch: list[Plan] = []
    held_bytes = 0
    for plan in sorted(plans, key=lambda plan: (plan.until_ms, plan.final, plan.midnight_ms, plan.key)):
        size_bytes = sizes.get(plan.key, 0) or plan.guess_bytes()
        if batch and (held_bytes + size_bytes > most_bytes or not _together(batch[0], plan)):
            yield batch
            batch, held_bytes = [], 0
        batch.append(plan)
        held_bytes += size_bytes
    if batch:
        yield batch


def span_of(plans: Sequence[Plan]) -> Period:
    """Return the period in which the readings lie that these plans need next."""
    start_ms = min(plan.reads_ms for plan in plans)
    end_ms = max(min(plan.until_ms, plan.last_ms + 1) for plan in plans)
    return Period(at_utc(start_ms), at_utc(max(start_ms, end_ms)))


def kept_span(plans: Sequence[Plan], now_utc: datetime) -> Period:
    """Return the period in which rows lie that these plans may replace, whole local days."""
    start_utc = at_utc(min(plan.midnight_ms for plan in plans))
    if any(plan.final for plan in plans):
        latest_ms = max(max(plan.last_ms, *(epoch_ms(one.at_utc) for one in plan.bookings), 0) for plan in plans)
        return Period(start_utc, max(at_utc(latest_ms), now_utc) + timedelta(days=32))
    return Period(start_utc, at_utc(max(plan.until_ms for plan in plans)) + timedelta(days=1))


def _together(one: Plan, other: Plan) -> bool:
    return (one.until_ms, one.final, one.midnight_ms) == (other.until_ms, other.final, other.midnight_ms)


def is_on_a_dial(event: MeterEvent) -> bool:
    """Return whether booked values can be shown by a dial at all; false for what is not a number."""
    values = (event.start_value, event.end_value, event.amount)
    return all(abs(value) <= DIAL_MAX for value in values if value is not None)
