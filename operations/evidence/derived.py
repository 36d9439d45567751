"""Where figures come from that no device counted: the formula, what went into it, the fuel's figures, deliveries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from core.evidence import Citation, CitedKind, Explanation, FigureId
from core.inventory import Fuel
from core.periods import Period
from core.quantities import Quantity
from core.texts import Finding
from core.units import unit_of
from energy.fuels import energy_per_unit, month_figures, months_without
from energy.register_rules import Step
from energy.register_walk import at_utc, epoch_ms
from energy.tracing import Mark
from operations.evidence.figures import local_text, quantity_of, scope_of, slot_of, span_of, zone_of_scope
from operations.evidence.interval import explain_interval
from operations.evidence.leaves import Leaves
from operations.evidence.total import amount_of, child, explain_total
from operations.evidence.witnesses import interval_store
from operations.house import Call, House
from operations.intervals.derived import Derived, Way, derivation_of
from operations.intervals.derived_intervals import level_of

Explain = Callable[[House, FigureId, Call], Awaitable[Explanation]]

ROUNDED = Decimal("0.0005")
"""By how much a figure may differ from its formula: half a thousandth of the unit for each month in it."""

MONTHS_MAX = 13


async def explain_slot(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where a quarter hour of a source comes from. Raises `RequestError` for a period that is none."""
    whole = await explain_interval(house, figure, call)
    return await _explain(house, figure, call, whole, slot_of(figure.period), explain_slot)


async def explain_sum(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where a total of a source or site comes from. Raises `RequestError` for what has no totals."""
    whole = await explain_total(house, figure, call)
    span = span_of(figure.period, zone_of_scope(house, figure.scope))
    return await _explain(house, figure, call, whole, span.period, explain_sum)


async def explain_computed(house: House, figure: FigureId, total: Explanation, call: Call) -> Explanation:
    """Return what the total of a source was computed of, each of it as a total whose own id leads further."""
    span = span_of(figure.period, zone_of_scope(house, figure.scope))
    return await _explain(house, figure, call, total, span.period, _total)


async def _total(house: House, figure: FigureId, call: Call) -> Explanation:
    span = span_of(figure.period, zone_of_scope(house, figure.scope))
    scope = await scope_of(house, figure, span.period, call)
    amount = await amount_of(house, scope, quantity_of(figure), span.period)
    return child(figure, Finding.of("evidence.of_source", source=figure.scope), amount)


async def _explain(
    house: House, figure: FigureId, call: Call, whole: Explanation, period: Period, explain: Explain
) -> Explanation:
    derived = await derivation_of(house, (figure.scope, quantity_of(figure)))
    if derived is None:
        return whole
    inputs = [
        await explain(house, replace(figure, scope=source, quantity=quantity.value), call)
        for source, quantity in derived.inputs
        if derived.way is not Way.LEVEL
    ]
    if explain is explain_sum:  # a total is explained further by its own id
        inputs = [replace(each, parts=()) for each in inputs]
    match derived.way:
        case Way.FORMULA:
            return _of_formula(whole, derived, inputs)
        case Way.FUEL:
            return _of_fuel(whole, derived, inputs, period, call)
        case Way.LEVEL:
            return await _of_level(house, whole, derived, period, call)


def _of_formula(whole: Explanation, derived: Derived, inputs: Sequence[Explanation]) -> Explanation:
    factors = {f"meter:{term.meter}": term.factor for term in derived.meter.terms}
    exact: Decimal | None = Decimal(0)
    findings, parts = [], []
    for (source, _), part in zip(derived.inputs, inputs, strict=True):
        parts.append(replace(part, details={**part.details, "factor": str(factors[source])}))
        if part.value is None:
            findings.append(Finding.of("balance.input_missing", source=source))
        exact = None if exact is None or part.value is None else exact + factors[source] * part.value
    how = Finding.of("balance.how_formula", formula=_formula(derived))
    return _told(whole, how, [*_agrees(whole.value, exact), *findings], parts)


def _formula(derived: Derived) -> str:
    """Return a formula as people write it, with the ids of its meters."""
    said = []
    for term in derived.meter.terms:
        sign = "−" if term.factor < 0 else "+"  # noqa: RUF001 - a minus as people print it
        size = abs(term.factor)
        said.append(f"{sign} {term.meter}" if size == 1 else f"{sign} {size.normalize():f} × {term.meter}")
    return " ".join(said).removeprefix("+ ")


def _of_fuel(
    whole: Explanation, derived: Derived, inputs: Sequence[Explanation], period: Period, call: Call
) -> Explanation:
    fuel, quantity = derived.fuel, derived.key[1]
    if fuel is None:
        return _told(whole, Finding.of("balance.how_fuel"), [Finding.of("fuels.none")], inputs)
    months = _months(derived, period, call)
    findings = _missing(fuel, quantity, months)
    exact = None
    if len(months) == 1 and inputs[0].value is not None:
        factor = energy_per_unit(fuel, quantity, months[0])
        exact = None if isinstance(factor, Finding) else _decimal(Fraction(inputs[0].value) * factor)
    factors = [_factor(fuel, quantity, month) for month in months]
    return _told(
        whole,
        Finding.of("balance.how_fuel"),
        [*_agrees(whole.value, exact), *findings],
        [*inputs, *(each for each in factors if each is not None)],
    )


def _months(derived: Derived, period: Period, call: Call) -> list[str]:
    """Return the local months of a period that have begun."""
    end_utc = min(period.end_utc, max(call.now_utc, period.start_utc))
    first = period.start_utc.astimezone(derived.zone)
    last = at_utc(max(epoch_ms(end_utc) - 1, epoch_ms(period.start_utc))).astimezone(derived.zone)
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers][:MONTHS_MAX]


def _missing(fuel: Fuel, quantity: Quantity, months: Sequence[str]) -> list[Finding]:
    without = months_without(fuel, quantity, months)
    if not without:
        return []
    why = energy_per_unit(fuel, quantity, without[0])
    if len(without) == 1 or (isinstance(why, Finding) and why.code != "fuels.month_missing"):
        return [why] if isinstance(why, Finding) else []
    return [Finding.of("fuels.months_missing", fuel=fuel.name, months=", ".join(without))]


def _factor(fuel: Fuel, quantity: Quantity, month: str) -> Explanation | None:
    """Return what a fuel held in a month, with where that is written; None where nobody knows."""
    held = energy_per_unit(fuel, quantity, month)
    if isinstance(held, Finding):
        return None
    value, unit = _decimal(held), f"{unit_of(quantity)}/{'g' if fuel.energy_kwh_per_t is not None else 'm³'}"
    said = month_figures(fuel, month)
    details = {"basis": fuel.basis.value}
    if said is not None:
        details |= {"state_number": str(said.state_number), "energy_kwh_per_m3": str(said.energy_kwh_per_m3)}
    if fuel.hi_per_ho is not None:
        details["hi_per_ho"] = str(fuel.hi_per_ho)
    citation = Citation(
        kind=CitedKind.FACTOR, reference=f"fuel/{fuel.id}/{month}", value=value, unit=unit, edition=fuel.reference
    )
    title = Finding.of("balance.factor", fuel=fuel.name, month=month)
    return Explanation(title=title, value=value, unit=unit, citation=citation, details=details)


async def _of_level(house: House, whole: Explanation, derived: Derived, period: Period, call: Call) -> Explanation:
    used = await level_of(house, interval_store(house), derived, call.now_utc)
    ((source, quantity),) = derived.inputs
    bookings = [each for each in await house.ledger.bookings([source]) if each.quantity is quantity]
    leaves = Leaves(house, (source, quantity), bookings)
    parts = [part for at in (period.start_utc, period.end_utc) for part in await _level_near(house, leaves, at)]
    for each in used.deliveries if used else ():
        if each.from_utc < period.end_utc and period.start_utc < each.to_utc:
            begin, end = (local_text(at, derived.zone) for at in (each.from_utc, each.to_utc))
            title = Finding.of("balance.delivery", begin=begin, end=end)
            parts.append(Explanation(title=title, value=Decimal(repr(each.amount)), unit=unit_of(quantity)))
    return _told(whole, Finding.of("balance.how_level"), [], parts)


async def _level_near(house: House, leaves: Leaves, at: datetime) -> list[Explanation]:
    """Return the last level that was read up to an instant, else the first one after it."""
    before_ms, after_ms = await interval_store(house).neighbours(leaves.key, Period(at, at))
    read = [at_ms for at_ms in (before_ms, after_ms) if at_ms is not None][:1]
    marks = [Mark(at_ms, 0.0, Step.COUNTED) for at_ms in read]
    booked = [each for each in leaves.bookings if each.kind.is_reading]
    earlier = [each for each in booked if each.at_utc <= at]
    nearest = earlier[-1:] or booked[:1]
    if nearest and (not read or nearest[0].at_utc > at_utc(read[0])):
        return [leaves.booking(nearest[0])]
    return [await leaves.reading("at", mark) for mark in marks]


def _agrees(value: Decimal | None, exact: Decimal | None) -> list[Finding]:
    """Return whether a figure is what its formula says."""
    if value is None or exact is None:
        return []
    if abs(value - exact) <= ROUNDED * MONTHS_MAX:
        return [Finding.of("balance.formula_agrees")]
    return [Finding.of("balance.formula_differs", stored=str(value), computed=str(exact.normalize()))]


def _told(whole: Explanation, how: Finding, findings: Sequence[Finding], parts: Sequence[Explanation]) -> Explanation:
    """Return the explanation of a derived figure: nobody read it, so nothing is said of readings."""
    kept = [each for each in whole.findings if each.code not in _OF_READINGS]
    return replace(
        whole,
        how=how,
        findings=(*findings, *kept),
        parts=(*parts, *(each for each in whole.parts if each.title.code not in _ENDS)),
    )


_OF_READINGS = frozenset({"evidence.not_recomputed", "evidence.no_readings", "evidence.not_kept", "evidence.not_over"})


_ENDS = frozenset({"evidence.border_begin", "evidence.border_end"})


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
