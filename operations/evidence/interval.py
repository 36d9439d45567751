"""Where a quarter hour comes from: the register's positions at both borders, and all that decided them."""

from __future__ import annotations

from datetime import timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.evidence import Explanation, FigureId
from core.intervals import Resolution
from core.periods import Period
from core.quantities import Kind
from core.retention import SLOTS
from core.texts import Finding
from core.units import unit_of
from core.work import MeterEvent, MeterEventKind
from energy.days import total_of
from energy.register_walk import epoch_ms
from energy.series import SHARE_NUMBERS, Amounts, Means
from energy.tracing import Mark, Trace
from operations.evidence.figures import counts, quantity_of, scope_of, slot_of
from operations.evidence.leaves import Leaves, deleted
from operations.evidence.witnesses import Witnesses, deletion_of, interval_store, witnesses_of
from operations.house import Call, House

CLOSE = Decimal("1e-9")
"""Means are floats: those that agree this well say the same."""


async def explain_interval(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where one quarter hour of one source comes from. Raises `RequestError` for a period that is none."""
    period, quantity = slot_of(figure.period), quantity_of(figure)
    scope = await scope_of(house, figure, period, call)
    store, key = interval_store(house), (figure.scope, quantity)
    rows: Amounts | Means | None
    if counts(quantity):
        rows = (await store.amounts(Resolution.SLOT, [key], period)).get(key)
    else:
        rows = (await store.means(Resolution.SLOT, [key], period)).get(key)
    witnesses = await witnesses_of(house, figure.scope, quantity, period, call.now_utc)
    value = None if rows is None else value_of(rows)
    findings = [*_said_of(witnesses, value)]
    parts: list[Explanation] = []
    if rows is None:
        gone = await deletion_of(house, key, period.start_utc, SLOTS)
        findings.append(Finding.of("evidence.slot_deleted") if gone else _why_not(witnesses))
        parts += [deleted(gone)] if gone else []
    details = {"quantity": quantity.value} | (details_of(rows) if rows is not None else {})
    return Explanation(
        title=Finding.of(
            "evidence.interval",
            name=scope.name,
            **_local(period, scope.zone),
        ),
        figure=str(figure),
        value=value,
        unit=unit_of(quantity),
        how=how_of(witnesses, quantity.kind),
        findings=tuple(findings),
        parts=(*parts, *await grounds(house, witnesses)),
        details=details,
    )


def _local(period: Period, zone: ZoneInfo) -> dict[str, str]:
    """Return both ends in the local time that held at the begin, so that the end of summer time is no riddle."""
    begin = period.start_utc.astimezone(zone)
    end = period.end_utc.astimezone(timezone(begin.utcoffset() or timedelta()))
    return {"begin": f"{begin:%Y-%m-%d %H:%M}", "end": f"{end:%H:%M}", "offset": begin.isoformat()[-6:]}


def value_of(rows: Amounts | Means) -> Decimal:
    """Return what rows come to: the exact sum of amounts, the mean of a single row."""
    if isinstance(rows, Amounts):
        return exact(int(rows.thousandths.sum()))
    return Decimal(repr(float(rows.mean[0])))


def exact(thousandths: int) -> Decimal:
    """Return thousandths of a unit in that unit."""
    return Decimal(thousandths).scaleb(-3)


def details_of(rows: Amounts | Means) -> dict[str, str]:
    """Return how a value is known and what its course stands on, in seconds; shares of nothing are left out."""
    seconds = rows.seconds.sum(axis=0)
    said = {f"{share.value}_s": str(int(seconds[number])) for share, number in SHARE_NUMBERS.items() if seconds[number]}
    if isinstance(rows, Amounts):
        return {"share": total_of(rows)[1].value, **said}
    return {"minimum": repr(float(rows.minimum.min())), "maximum": repr(float(rows.maximum.max())), **said}


def how_of(witnesses: Witnesses, kind: Kind) -> Finding:
    """Return the rule by which a figure came about."""
    if kind in {Kind.REGISTER, Kind.SESSION}:
        return Finding.of("evidence.how_register") if counts(witnesses.key[1]) else Finding.of("evidence.how_power")
    return Finding.of("evidence.how_state") if kind is Kind.STATE else Finding.of("evidence.how_mean")


async def grounds(house: House, witnesses: Witnesses) -> tuple[Explanation, ...]:
    """Return what a figure of one source stands on: both borders with their readings, or the rule that deleted them."""
    if witnesses.deletion is not None:
        return (deleted(witnesses.deletion),)
    traced = witnesses.trace
    if traced is None:
        return ()
    leaves = Leaves(house, witnesses.key, witnesses.bookings)
    begin, end = (None if each.position is None else exact(each.position) for each in (traced.begin, traced.end))
    return (
        await leaves.border(Finding.of("evidence.border_begin"), traced.begin, begin),
        *await leaves.marks(Finding.of("evidence.decided"), _inside(witnesses)),
        await leaves.border(Finding.of("evidence.border_end"), traced.end, end),
        *(leaves.booking(event) for event in witnesses.bookings if _corrects(event, traced)),
    )


def _corrects(event: MeterEvent, traced: Trace) -> bool:
    """Return whether a booking adds something to what was counted between the borders."""
    until_ms = epoch_ms(event.until_utc) if event.until_utc else 0
    adds = event.kind is MeterEventKind.CORRECTION
    return adds and epoch_ms(event.at_utc) < traced.end.at_ms and until_ms > traced.begin.at_ms


def _inside(witnesses: Witnesses) -> list[Mark]:
    """Return the values not plainly counted, without those that stand at the borders already."""
    traced = witnesses.trace
    assert traced is not None  # noqa: S101 - whoever calls has looked
    shown = {
        (mark.at_ms, mark.step)
        for mark in (traced.begin.before, traced.begin.after, traced.end.before, traced.end.after)
        if mark
    }
    return [mark for mark in traced.marks if (mark.at_ms, mark.step) not in shown]


def recomputed(witnesses: Witnesses) -> Decimal | None:
    """Return what the readings that are there come to, None where they do not say."""
    traced = witnesses.trace
    if traced is None:
        return None
    rows = traced.amounts if counts(witnesses.key[1]) or traced.amounts is not None else traced.means
    return value_of(rows) if rows is not None and len(rows) else None


def agreement(stored: Decimal | None, again: Decimal | None) -> Finding:
    """Return whether what is kept is what its readings come to."""
    if again is None:
        return Finding.of("evidence.not_recomputed")
    if stored is None:
        return Finding.of("evidence.only_recomputed", value=str(again))
    if stored == again or abs(stored - again) <= CLOSE * max(abs(stored), abs(again)):
        return Finding.of("evidence.agrees")
    return Finding.of("evidence.differs", stored=str(stored), recomputed=str(again))


def _said_of(witnesses: Witnesses, value: Decimal | None) -> list[Finding]:
    found = [agreement(value, recomputed(witnesses))] if value is not None or recomputed(witnesses) else []
    return [*found, *oddities(witnesses)]


def oddities(witnesses: Witnesses) -> list[Finding]:
    """Return what one should know of the readings themselves."""
    found = [Finding.of("evidence.waits")] if witnesses.waits else []
    return found + ([Finding.of("evidence.generated")] if witnesses.generated else [])


def _why_not(witnesses: Witnesses) -> Finding:
    traced = witnesses.trace
    if traced is None:
        return Finding.of("evidence.not_kept")
    if traced.begin.before is None and traced.begin.after is None:
        return Finding.of("evidence.no_readings")
    if traced.end.after is None:
        return Finding.of("evidence.not_over")
    return Finding.of("evidence.not_computed_yet")
