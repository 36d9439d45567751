"""Where the total of a day, month or year comes from: its borders and its parts, each with an id of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from core.errors import RequestError
from core.evidence import Explanation, FigureId
from core.intervals import Amount, Resolution
from core.periods import SLOT, Period
from core.quantities import Quantity
from core.texts import Finding
from core.units import unit_of
from energy.register_walk import at_utc
from energy.tracing import Trace
from operations.evidence.figures import (
    INTERVAL,
    Scope,
    Span,
    counts,
    local_text,
    quantity_of,
    scope_of,
    slot_name,
    span_name,
    span_of,
    zone_of_scope,
)
from operations.evidence.interval import agreement, details_of, exact, grounds, how_of, oddities, recomputed, value_of
from operations.evidence.leaves import of_parts
from operations.evidence.witnesses import Witnesses, interval_store, witnesses_of
from operations.house import Call, House
from operations.intervals.counting import totals_of


async def explain_total(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where a total of a source or site comes from. Raises `RequestError` for what has no totals."""
    quantity = quantity_of(figure)
    span = span_of(figure.period, zone_of_scope(house, figure.scope))
    if not counts(quantity):
        raise RequestError("evidence.no_totals", quantity=quantity.value)
    scope = await scope_of(house, figure, span.period, call)
    amount = await amount_of(house, scope, quantity, span.period)
    whole = _said(figure, scope, span, amount, quantity, call)
    if not scope.is_one:
        return await _of_site(house, whole, figure, scope, span, quantity)
    return await _of_source(house, whole, figure, scope, span, quantity, call)


async def amount_of(house: House, scope: Scope, quantity: Quantity, period: Period) -> Amount:
    """Return what a scope counted in a period."""
    found = await totals_of(house, {scope.text: scope.sources}, quantity, period, scope.zone)
    return found[scope.text][0]


def of_amount(amount: Amount) -> Decimal | None:
    """Return an amount exactly, None where nothing is known."""
    return None if amount.thousandths is None else exact(amount.thousandths)


def shares_said(amount: Amount) -> dict[str, str]:
    """Return how a total is known and what its course stands on, in seconds; shares of nothing are left out."""
    names = ("measured_s", "recovered_s", "interpolated_s", "estimated_s", "missing_s")
    seconds = {name: getattr(amount.shares, name) for name in names}
    return {"share": amount.share.value, **{name: str(value) for name, value in seconds.items() if value}}


def _said(figure: FigureId, scope: Scope, span: Span, amount: Amount, quantity: Quantity, call: Call) -> Explanation:
    findings = [Finding.of("evidence.period_open")] if span.period.end_utc > call.now_utc else []
    findings += [Finding.of("evidence.silent", source=source) for source in amount.silent]
    if amount.thousandths is None:
        findings.append(Finding.of("evidence.nothing_known"))
    return Explanation(
        title=Finding.of("evidence.total", name=scope.name, period=span.name),
        figure=str(figure),
        value=of_amount(amount),
        unit=unit_of(quantity),
        findings=tuple(findings),
        details={"quantity": quantity.value, **shares_said(amount)},
    )


async def _of_site(
    house: House, whole: Explanation, figure: FigureId, scope: Scope, span: Span, quantity: Quantity
) -> Explanation:
    groups = {source: (source,) for source in scope.sources}
    amounts = await totals_of(house, groups, quantity, span.period, scope.zone)
    parts = [
        child(replace(figure, scope=source, variant=()), Finding.of("evidence.of_source", source=source), found)
        for source, (found,) in amounts.items()
    ]
    return replace(
        whole,
        how=Finding.of("evidence.how_site"),
        findings=(_summed(whole, parts), *whole.findings),
        parts=of_parts(parts, Finding.of("evidence.supply_meters", count=len(parts))),
        details={**whole.details, "sources": str(len(parts))},
    )


async def _of_source(
    house: House, whole: Explanation, figure: FigureId, scope: Scope, span: Span, quantity: Quantity, call: Call
) -> Explanation:
    witnesses = await _ends(house, figure.scope, quantity, span, call)
    children = await _children(house, figure, scope, span, quantity)
    by_parts = span.each is Resolution.MONTH
    said = _summed(whole, children) if by_parts else agreement(whole.value, recomputed(witnesses))
    findings = (said, *oddities(witnesses)) if whole.value is not None else tuple(oddities(witnesses))
    return replace(
        whole,
        how=how_of(witnesses, quantity.kind),
        findings=(*findings, *whole.findings),
        parts=(*await grounds(house, witnesses), *of_parts(children, _heading(span, len(children)))),
        details={**whole.details, "parts": str(len(children))},
    )


async def _ends(house: House, source: str, quantity: Quantity, span: Span, call: Call) -> Witnesses:
    """Return what the whole period stands on; of a year only its two ends are read again: its months tell the rest."""
    if span.each is not Resolution.MONTH:
        return await witnesses_of(house, source, quantity, span.period, call.now_utc)
    begin_utc, end_utc = span.period.start_utc, span.period.end_utc
    first = await witnesses_of(house, source, quantity, Period(begin_utc, begin_utc + SLOT), call.now_utc)
    last = await witnesses_of(house, source, quantity, Period(end_utc - SLOT, end_utc), call.now_utc)
    if first.trace is None or last.trace is None:
        return first if first.trace is None else last
    ends = Trace(amounts=None, means=None, begin=first.trace.begin, end=last.trace.end)
    return replace(first, trace=ends, waits=last.waits)


async def _children(house: House, figure: FigureId, scope: Scope, span: Span, quantity: Quantity) -> list[Explanation]:
    if span.each is Resolution.SLOT:
        return await _slots(house, figure, scope, span, quantity)
    found = await totals_of(house, {scope.text: scope.sources}, quantity, span.period, scope.zone, span.each)
    return [
        child(
            replace(figure, period=span_name(amount.period, scope.zone, span.each)),
            Finding.of("evidence.part", period=span_name(amount.period, scope.zone, span.each)),
            amount,
        )
        for amount in found[scope.text]
        if amount.thousandths is not None
    ]


async def _slots(house: House, figure: FigureId, scope: Scope, span: Span, quantity: Quantity) -> list[Explanation]:
    key = (figure.scope, quantity)
    rows = (await interval_store(house).amounts(Resolution.SLOT, [key], span.period)).get(key)
    if rows is None:
        return []
    singles = [rows.take(slice(row, row + 1)) for row in range(len(rows))]
    return [
        Explanation(
            title=Finding.of("evidence.part", period=local_text(at_utc(int(one.start_ms[0])), scope.zone)),
            figure=str(FigureId(INTERVAL, slot_name(at_utc(int(one.start_ms[0]))), figure.scope, quantity.value)),
            value=value_of(one),
            unit=unit_of(quantity),
            details=details_of(one),
        )
        for one in singles
    ]


def child(figure: FigureId, title: Finding, amount: Amount) -> Explanation:
    """Return a total as part of a larger one; its own id explains it further."""
    return Explanation(
        title=title,
        figure=str(figure),
        value=of_amount(amount),
        unit=unit_of(quantity_of(figure)),
        details=shares_said(amount),
    )


def _heading(span: Span, count: int) -> Finding:
    match span.each:
        case Resolution.MONTH:
            return Finding.of("evidence.months", count=count)
        case Resolution.DAY:
            return Finding.of("evidence.days", count=count)
        case _:
            return Finding.of("evidence.slots", count=count)


def _summed(whole: Explanation, parts: Sequence[Explanation]) -> Finding:
    """Return whether the parts add up to the whole."""
    known = [part.value for part in parts if part.value is not None]
    total = sum(known, Decimal(0))
    if whole.value is None or not known:
        return Finding.of("evidence.not_recomputed")
    if total == whole.value:
        return Finding.of("evidence.sum_agrees", count=len(known))
    return Finding.of("evidence.sum_differs", stored=str(whole.value), sum=str(total))
