"""Many series at once, for the worker process: what is to be written so that what is kept is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.errors import CalculationError
from core.intervals import SeriesKey
from core.quantities import Quantity
from energy.days import day_borders, days_of, mean_days_of
from energy.intervals import Computed, SeriesRules, compute
from energy.register_rules import Booking, Proposal
from energy.series import Amounts, Instants, Means, Samples
from energy.slots import slot_of
from energy.source_rules import ALWAYS, Validity
from energy.standing import standing_of

Spans = Amounts | Means

FOREVER_MS = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kept:
    """The slots and days that a store keeps of what one series comes to, from a local midnight on."""

    slots: Mapping[Quantity, Spans] = field(default_factory=dict)
    days: Mapping[Quantity, Spans] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """One series from its `standing` (text, None: from its first reading) on.

    `final` says that these are the newest readings there are: what is kept of later slots goes.
    Slots outside of `valid` count nothing and are not kept.
    So does, without a standing, what is kept from `since_ms` on: a booking there may have been withdrawn.
    """

    key: SeriesKey
    rules: SeriesRules
    samples: Samples
    zone: ZoneInfo
    bookings: tuple[Booking, ...] = ()
    standing: str | None = None
    cuts_ms: tuple[int, ...] = ()
    kept: Kept = field(default_factory=Kept)
    final: bool = True
    valid: Validity = ALWAYS
    since_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """The rows of one quantity to write, and the begins of those to take away."""

    rows: Spans
    removed: Instants

    @property
    def count(self) -> int:
        """Return how many rows change."""
        return len(self.rows) + len(self.removed)


Changes = Mapping[Quantity, Change]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What is to be done about one series. `standings` are instants and texts, the newest last.

    `failed` says why the series could not be counted; nothing of it is changed then.
    """

    slots: Changes = field(default_factory=dict)
    days: Changes = field(default_factory=dict)
    standings: tuple[tuple[int, str], ...] = ()
    proposals: tuple[Proposal, ...] = ()
    pending: Proposal | None = None
    failed: str = ""


def compute_all(tasks: Sequence[Task]) -> list[Outcome]:
    """Return what is to be done about each series; one that cannot be counted costs only itself."""
    return [_outcome(task) for task in tasks]


def _outcome(task: Task) -> Outcome:
    standing = standing_of(task.standing) if task.standing else None
    try:
        computed = compute(task.samples, task.rules, bookings=task.bookings, standing=standing, cuts_ms=task.cuts_ms)
    except (CalculationError, OverflowError) as error:
        return Outcome(failed=str(error))
    if computed is None and task.since_ms is not None:
        computed = Computed(since_ms=task.since_ms)
    if computed is None:
        return Outcome()
    slots, days = _changes(task, computed)
    return Outcome(
        slots=slots,
        days=days,
        standings=tuple((standing.at_ms, standing.to_json()) for standing in computed.standings),
        proposals=computed.proposals,
        pending=computed.pending,
    )


def _changes(task: Task, computed: Computed) -> tuple[Changes, Changes]:
    rows: dict[Quantity, Spans] = dict(computed.amounts)
    if computed.means is not None:
        rows[task.rules.quantity] = computed.means
    rows = {quantity: spans.take(task.valid.rows(spans.start_ms)) for quantity, spans in rows.items()}
    since_ms, until_ms = computed.since_ms, FOREVER_MS
    if task.since_ms is not None:
        since_ms = min(since_ms, task.since_ms)
    if not task.final:
        until_ms = slot_of(computed.standings[-1].at_ms) if computed.standings else since_ms
    midnight_ms = int(day_borders(np.array([since_ms], np.int64), task.zone)[0])
    slots: dict[Quantity, Change] = {}
    days: dict[Quantity, Change] = {}
    for quantity in {*rows, *task.kept.slots}:
        new = rows.get(quantity)
        old = task.kept.slots.get(quantity)
        if new is None:
            assert old is not None  # noqa: S101 - it is from there
            new = old.take(slice(0))
        change, merged = replaced(new, old, since_ms, until_ms)
        slots[quantity] = change
        whole = _days(merged.take(merged.start_ms >= midnight_ms), task.zone)
        days[quantity], _ = replaced(whole, task.kept.days.get(quantity), midnight_ms, until_ms)
    return slots, days


def _days(slots: Spans, zone: ZoneInfo) -> Spans:
    return days_of(slots, zone) if isinstance(slots, Amounts) else mean_days_of(slots, zone)


def replaced(new: Spans, old: Spans | None, since_ms: int, until_ms: int) -> tuple[Change, Spans]:
    """Return what to write and take away so that only `new` rows are between two instants, and all rows then."""
    if old is None or not len(old):
        return Change(rows=new, removed=new.start_ms[:0]), new
    gone = (old.start_ms >= since_ms) & (old.start_ms < until_ms)
    removed = np.setdiff1d(old.start_ms[gone], new.start_ms, assume_unique=True)
    stays = ~np.isin(old.start_ms, new.start_ms, assume_unique=True) & ~gone
    merged = joined(old.take(stays), new)
    return Change(rows=new.take(~_kept(new, old)), removed=removed), merged


def _kept(new: Spans, old: Spans) -> NDArray[np.bool_]:
    """Return which rows are kept already, exactly as they are."""
    place = np.minimum(np.searchsorted(old.start_ms, new.start_ms), len(old) - 1)
    same = np.ones(len(new), np.bool_)
    for column in fields(new):
        equal = getattr(old, column.name)[place] == getattr(new, column.name)
        same &= equal if equal.ndim == 1 else equal.all(axis=1)
    return same


def joined(one: Spans, other: Spans) -> Spans:
    """Return the rows of both by instant."""
    columns = (np.concatenate([getattr(one, column.name), getattr(other, column.name)]) for column in fields(one))
    both = type(one)(*columns)
    return both.take(np.argsort(both.start_ms, kind="stable"))
