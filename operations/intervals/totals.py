"""Totals of days, months and years: showing them with the ids that explain them, and freezing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from core.errors import NotFoundError, RequestError
from core.evidence import FigureId
from core.intervals import SLOT_S, Amount, Resolution, SeriesKey
from core.inventory import Medium
from core.periods import SLOT, Period
from core.quantities import Quantity
from core.readings import SlotShare
from core.statements import StatementKey
from energy.corrections import added_in, corrections_in
from energy.days import total_of
from energy.register_rules import Booking
from energy.register_walk import at_utc, epoch_ms
from energy.series import SHARE_NUMBERS, Amounts
from operations.evidence.derived import explain_sum
from operations.evidence.figures import (
    INTERVAL,
    MEDIA,
    SITE,
    TOTAL,
    Scope,
    Span,
    scope_of,
    slot_name,
    span_name,
    span_of,
    zone_of_scope,
)
from operations.evidence.freezing import Frozen, freeze, frozen, name_of
from operations.evidence.grounding import Grounding
from operations.evidence.interval import exact
from operations.evidence.rows import TotalRow
from operations.evidence.total import amount_of, of_amount
from operations.evidence.versions import FrozenFigures, FrozenVersion, frozen_figures, versions_of
from operations.evidence.witnesses import interval_store
from operations.house import Call, House
from operations.intervals.counting import totals_of
from operations.intervals.derived import counted_by, derived_for, meters_behind
from operations.intervals.plans import booking_of, is_on_a_dial
from operations.privacy.months import refuse_days


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTotals:
    """Which totals: of a source or `site:<id>`, of a day, month (the present one) or year, of a quantity."""

    id: str
    period: str | None = None
    quantity: Quantity | None = None
    medium: Medium | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeTotals:
    """Which totals to freeze: all of a source or `site:<id>` in a day, month or year that has ended.

    `reason` says why there is to be another version where there is one already.
    """

    id: str
    period: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The total of a period and the smaller ones it is made of; what else is counted there, and what was frozen."""

    scope: str
    name: str
    period: str
    quantities: tuple[Quantity, ...]
    whole: TotalRow
    totals: tuple[TotalRow, ...]
    versions: tuple[FrozenVersion, ...]


async def show_totals(house: House, request: ShowTotals, call: Call) -> Totals:
    """Return the totals of a period. Raises `NotFoundError` or `ForbiddenError`, `RequestError` for no period."""
    zone = zone_of_scope(house, request.id)
    span = span_of(request.period or f"{call.now_utc.astimezone(zone):%Y-%m}", zone)
    named = await figures_of(house, request.id, span, call)
    figure = _wanted(request, span, named)
    quantity = Quantity(figure.quantity)
    scope = await scope_of(house, figure, span.period, call)
    whole = await amount_of(house, scope, quantity, span.period)
    booked = await _corrections(house, scope, quantity)
    return Totals(
        scope=request.id,
        name=scope.name,
        period=span.name,
        quantities=tuple(dict.fromkeys(Quantity(each.quantity) for each in named)),
        whole=_with_corrections(_row(house, figure, span.name, whole, scope, call), span, booked),
        totals=tuple(
            _with_corrections(row, _span_of(row, scope, span), booked)
            for row in (() if _is_hidden(house, request.id, span) else await _rows(house, figure, scope, span, call))
        ),
        versions=await versions_of(house, StatementKey(TOTAL, span.name, request.id)),
    )


async def freeze_totals(house: House, request: FreezeTotals, call: Call) -> FrozenFigures:
    """Keep all totals of a scope and period with their evidence, so that they can be explained for good.

    Raises `RequestError` for a period that has not ended, and where another version wants a reason.
    """
    zone = zone_of_scope(house, request.id)
    span = span_of(request.period, zone)
    named = await figures_of(house, request.id, span, call)
    if span.period.end_utc > call.now_utc:
        raise RequestError("evidence.freeze_open", period=span.name)
    evidence: dict[str, Frozen] = {}
    grounding = Grounding(house, call, by_slot=True)
    for figure in named:
        explanation = await explain_sum(house, figure, call)
        if explanation.value is not None:
            scope = await scope_of(house, figure, span.period, call)
            if scope.is_one:
                evidence[name_of(figure)] = frozen(explanation, await _smallest(house, figure, scope, span))
            else:
                evidence[name_of(figure)] = await grounding.freeze(explanation)
    if not evidence:
        raise NotFoundError("evidence.nothing_to_freeze", scope=request.id[:80], period=span.name)
    key = StatementKey(TOTAL, span.name, request.id)
    statement, is_new = await freeze(house, key, evidence, request.reason, call)
    return frozen_figures(statement, is_new=is_new)


async def figures_of(house: House, scope: str, span: Span, call: Call) -> tuple[FigureId, ...]:
    """Return the ids of all totals that a scope can have; none has been computed for it.

    Raises `ForbiddenError` for a day of a vehicle that one person uses.
    """
    refuse_days(house, scope, span.name)
    first = FigureId(TOTAL, span.name, scope, Quantity.ENERGY_IMPORT_WH.value)
    await scope_of(house, first, span.period, call)
    if not scope.startswith(SITE):
        return tuple(replace(first, quantity=each.value) for each in await _counted(house, scope))
    found: list[FigureId] = []
    for quantity, media in MEDIA.items():
        variants = ((medium.value,) for medium in media) if len(media) > 1 else iter(((),))
        for variant in variants:
            figure = replace(first, quantity=quantity.value, variant=variant)
            members = (await scope_of(house, figure, span.period, call)).sources
            known = [await _counted(house, source) for source in members]
            if quantity in set(chain.from_iterable(known)):
                found.append(figure)
    return tuple(found)


def _is_hidden(house: House, scope: str, span: Span) -> bool:
    """Return whether what a span is made of is not told: the days of a vehicle that one person uses."""
    return span.each is Resolution.DAY and house.inventory().is_personal(scope)


async def _counted(house: House, source: str) -> list[Quantity]:
    """Return what a source counts, itself, by its power or by what is computed of it, in the order of `Quantity`."""
    known = {value.quantity for value in await house.query.last([source])}
    known |= {event.quantity for event in await house.ledger.bookings([source])}
    derived = {each.key[1] for each in await derived_for(house, source) if each.is_told}
    return [each for each in Quantity if each in {*counted_by(house.inventory(), source, known), *derived}]


async def _corrections(house: House, scope: Scope, quantity: Quantity) -> tuple[Booking, ...]:
    """Return what people booked to be added to what a scope counts."""
    made = await house.ledger.bookings(scope.sources)
    mine = [each for each in made if each.quantity is quantity and is_on_a_dial(each)]
    return corrections_in(map(booking_of, mine))


def _with_corrections(row: TotalRow, span: Span, booked: Sequence[Booking]) -> TotalRow:
    if not booked or row.value is None:
        return row
    begin, end = epoch_ms(span.period.start_utc), epoch_ms(span.period.end_utc)
    return replace(row, corrected=exact(added_in(booked, begin, end)))


def _span_of(row: TotalRow, scope: Scope, span: Span) -> Span:
    if span.each is Resolution.SLOT:
        return replace(span, period=Period(row.begin_utc, row.begin_utc + SLOT))
    return span_of(row.period, scope.zone)


def _wanted(request: ShowTotals, span: Span, named: tuple[FigureId, ...]) -> FigureId:
    """Return the figure that is asked for, else the first there is."""
    variant = () if request.medium is None else (request.medium.value,)
    for figure in named:
        if request.quantity in (None, Quantity(figure.quantity)) and (not variant or figure.variant in ((), variant)):
            return figure
    quantity = request.quantity or Quantity.ENERGY_IMPORT_WH
    return FigureId(TOTAL, span.name, request.id, quantity.value, variant if len(MEDIA.get(quantity, ())) > 1 else ())


async def _rows(house: House, figure: FigureId, scope: Scope, span: Span, call: Call) -> tuple[TotalRow, ...]:
    quantity = Quantity(figure.quantity)
    if span.each is Resolution.SLOT:
        return await _slot_rows(house, figure, scope, span)
    groups = {scope.text: scope.sources}
    found = (await totals_of(house, groups, quantity, span.period, scope.zone, span.each))[scope.text]
    names = [span_name(amount.period, scope.zone, span.each) for amount in found]
    return tuple(
        _row(house, replace(figure, period=name), name, amount, scope, call)
        for name, amount in zip(names, found, strict=True)
        if amount.thousandths is not None
    )


async def _slot_rows(house: House, figure: FigureId, scope: Scope, span: Span) -> tuple[TotalRow, ...]:
    """Return the quarter hours of a day; a site has none of its own."""
    if not scope.is_one:
        return ()
    key = (scope.text, Quantity(figure.quantity))
    rows = (await interval_store(house).amounts(Resolution.SLOT, [key], span.period)).get(key)
    return () if rows is None else tuple(_slot_row(key, rows.take(slice(row, row + 1))) for row in range(len(rows)))


def _slot_row(key: SeriesKey, row: Amounts) -> TotalRow:
    begin_utc = at_utc(int(row.start_ms[0]))
    name = slot_name(begin_utc)
    thousandths, share = total_of(row)
    return TotalRow(
        period=name,
        begin_utc=begin_utc,
        quantity=key[1],
        value=exact(thousandths),
        share=share,
        measured_percent=100 * int(row.seconds[0, SHARE_NUMBERS[SlotShare.MEASURED]]) / SLOT_S,
        figure=str(FigureId(INTERVAL, name, key[0], key[1].value)),
    )


def _row(house: House, figure: FigureId, name: str, amount: Amount, scope: Scope, call: Call) -> TotalRow:
    gone = (call.now_utc - amount.period.start_utc) / (amount.period.end_utc - amount.period.start_utc)
    return TotalRow(
        period=name,
        begin_utc=amount.period.start_utc,
        quantity=Quantity(figure.quantity),
        value=of_amount(amount),
        share=amount.share,
        measured_percent=100 * amount.shares.of(SlotShare.MEASURED),
        figure=str(figure),
        reliability=amount.reliability(min(max(gone, 0.0), 1.0), rises=_rises(house, scope)),
    )


def _rises(house: House, scope: Scope) -> bool:
    """Return whether nothing that a scope counts is taken away from it, however deep in the formulas of its meters."""
    inventory = house.inventory()
    behind = (meter for source in scope.sources for meter in meters_behind(inventory, source).values())
    return all(term.factor >= 0 for meter in behind for term in meter.terms)


async def _smallest(house: House, figure: FigureId, scope: Scope, span: Span) -> dict[str, dict[str, int]]:
    """Return what each source counted in the quarter hours of a day or month, in the days of a year, in thousandths."""
    resolution = Resolution.DAY if span.each is Resolution.MONTH else Resolution.SLOT
    keys = [(source, Quantity(figure.quantity)) for source in scope.sources]
    found = await interval_store(house).amounts(resolution, keys, span.period)
    return {
        key[0]: {
            slot_name(at_utc(start_ms)): thousandths
            for start_ms, thousandths in zip(rows.start_ms.tolist(), rows.thousandths.tolist(), strict=True)
        }
        for key, rows in found.items()
    }
