"""How long what is kept: the classes of data, a rule for each, and the book of what was deleted by rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from core.quantities import Kind, Quantity


class RecordKind(StrEnum):
    """What the ledger keeps for a while only."""

    REJECTIONS = "rejections"
    DISCOVERIES = "discoveries"
    NOTICES = "notices"
    JOB_RUNS = "job_runs"
    PRESENCES = "presences"
    VOUCHERS = "vouchers"
    VALUATIONS = "valuations"
    SENDINGS = "sendings"
    ACTIONS = "actions"
    STATION_EVENTS = "station_events"
    COMMANDS = "commands"
    CERTIFICATES = "certificates"
    ROLLOUTS = "rollouts"
    INVITATIONS = "invitations"
    DRIFT = "drift"


class RetentionClass(StrEnum):
    """What a rule is about: readings and quarter hours by source and kind of quantity, frames, and records."""

    METER_REGISTERS = "meter_registers"
    METER_VALUES = "meter_values"
    PLANT_REGISTERS = "plant_registers"
    PLANT_VALUES = "plant_values"
    STATION_REGISTERS = "station_registers"
    STATION_VALUES = "station_values"
    VEHICLE_REGISTERS = "vehicle_registers"
    VEHICLE_VALUES = "vehicle_values"
    METER_SLOTS = "meter_slots"
    STATION_SLOTS = "station_slots"
    VEHICLE_SLOTS = "vehicle_slots"
    FRAMES = "frames"
    REJECTIONS = "rejections"
    DISCOVERIES = "discoveries"
    NOTICES = "notices"
    JOB_RUNS = "job_runs"
    PRESENCES = "presences"
    VEHICLE_DAYS = "vehicle_days"
    VALUATIONS = "valuations"
    VOUCHERS = "vouchers"
    SENDINGS = "sendings"
    ACTIONS = "actions"
    STATION_EVENTS = "station_events"
    COMMANDS = "commands"
    CERTIFICATES = "certificates"
    ROLLOUTS = "rollouts"
    INVITATIONS = "invitations"
    DRIFT = "drift"
    STATION_LOGS = "station_logs"


REGISTERS = frozenset(quantity for quantity in Quantity if quantity.kind is Kind.REGISTER)
VALUES = frozenset(Quantity) - REGISTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Which series a class covers: the kinds of their sources, and their quantities."""

    kinds: frozenset[str]
    quantities: frozenset[Quantity]

    def covers(self, source: str, quantity: Quantity) -> bool:
        """Return whether a series belongs to it."""
        return source.partition(":")[0] in self.kinds and quantity in self.quantities


READINGS: dict[RetentionClass, Covered] = {
    RetentionClass(f"{kind}_{name}"): Covered(kinds=frozenset({kind}), quantities=quantities)
    for kind in ("meter", "plant", "station", "vehicle")
    for name, quantities in (("registers", REGISTERS), ("values", VALUES))
}
"""The classes of raw readings."""

SLOTS: dict[RetentionClass, Covered] = {
    RetentionClass.METER_SLOTS: Covered(kinds=frozenset({"meter", "plant"}), quantities=frozenset(Quantity)),
    RetentionClass.STATION_SLOTS: Covered(kinds=frozenset({"station"}), quantities=frozenset(Quantity)),
    RetentionClass.VEHICLE_SLOTS: Covered(kinds=frozenset({"vehicle"}), quantities=frozenset(Quantity)),
}
"""The classes of quarter hours; days stay."""

RECORDS: dict[RetentionClass, RecordKind] = {RetentionClass(kind.value): kind for kind in RecordKind}
"""The classes of the ledger's records."""

BY_MONTH = frozenset({RetentionClass.VEHICLE_DAYS, RetentionClass.VALUATIONS, RetentionClass.VOUCHERS})
"""Classes that go by whole months: what is left of a month is all of it, so that it can be computed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long something is kept: months of the calendar and days. None of both keeps nothing."""

    months: int = 0
    days: int = 0

    def __str__(self) -> str:
        """Return it as ISO 8601 writes it, e.g. `P400D`, `P10Y`, `P1Y6M`."""
        years, months = divmod(self.months, 12)
        parts = [f"{count}{unit}" for count, unit in ((years, "Y"), (months, "M"), (self.days, "D")) if count]
        return "P" + ("".join(parts) or "0D")

    @property
    def least_days(self) -> int:
        """Return how many days it is at the least: a month may have 28, a year 365."""
        years, months = divmod(self.months, 12)
        return years * 365 + months * 28 + self.days

    def before(self, now_utc: datetime, zone: ZoneInfo) -> datetime:
        """Return the instant before which nothing is kept any more: a midnight of the place."""
        today = now_utc.astimezone(zone).date()
        month = today.year * 12 + today.month - 1 - self.months
        first = date(month // 12, month % 12 + 1, 1)
        last = date((month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)
        day = first.replace(day=min(today.day, last.day)) - timedelta(days=self.days)
        return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """How long a class is kept, and why: the law or decision that says so. `keep` None keeps for good."""

    keep: Keep | None
    reason: str


Retention = dict[RetentionClass, RetentionRule]
"""The rules in force, one for every class."""

LEAST_DAYS: dict[RetentionClass, int] = dict.fromkeys(RetentionClass, 7) | dict.fromkeys([*SLOTS, *BY_MONTH], 62)
"""What the service needs for its own work: late readings, quarter hours and vehicles' days of the last whole month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What was deleted by one rule: since `begun_at_utc` in all `count` rows, everything older than `before_utc`.

    `rule` is the class. `keep` and `reason` are the rule's words at that time, so that they can still be
    said after the rule has changed; then another deletion begins. The instant is written before
    anything is deleted, so that nothing is missing without a word. `id` is 0 until the ledger has given one.
    """

    rule: str
    keep: str
    reason: str
    before_utc: datetime
    begun_at_utc: datetime
    count: int = 0
    id: int = 0


class FrameRetention(Protocol):
    """Deletes frames of the journal."""

    async def forget_frames(self, before_utc: datetime, applied: int) -> int:
        """Delete whole files of frames that are older than an instant, and none above id `applied`; return how many."""
        ...


class LogRetention(Protocol):
    """Deletes the files that stations uploaded."""

    async def forget_logs(self, before_utc: datetime) -> int:
        """Delete the files that came before an instant; return how many."""
        ...


class DeletionBook(Protocol):
    """Remembers what was deleted by rule, and deletes records of the ledger itself."""

    async def save_deletion(self, deletion: Deletion) -> Deletion:
        """Insert a deletion (id 0) or replace it by id; return it with its id."""
        ...

    async def deletions(self, rule: str | None = None) -> tuple[Deletion, ...]:
        """Return deletions (by this rule), newest first."""
        ...

    async def forget_records(self, kind: RecordKind, before_utc: datetime, limit: int = 5000) -> int:
        """Delete up to `limit` records last touched before an instant; return how many. Running jobs stay.

        Of the runs of a job for one period the newest that is done stays too, for as long as it is
        among the job's 100 newest periods: it is what keeps the period from being made again. Where a
        vehicle stood at the instant stays, and a letter that is still to be sent.
        """
        ...
