"""A statement of savings as a workbook: raw terms of every vehicle, with formulas up to the sums."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.factors import UNITS, Per
from core.statements import Statement
from core.texts import Catalogue, Language, catalogue
from fleet.savings.emission_terms import Term
from fleet.savings.statement import (
    FLEET,
    FactorUsed,
    SavedFigure,
    SavedLine,
    SavingsStatement,
    ScopeSavings,
    SummedFigure,
    VehicleSavings,
)
from operations.calc.rows import PER_UNITS, in_unit
from operations.house import Call, House
from operations.reports.export_rows import FileRef
from operations.reports.exports import ref_of, shelf_of
from operations.reports.made import heavy
from operations.savings.rows import VEHICLE, figure_id
from operations.savings.savings import asked_month, scope_name, seen_vehicles, stated
from reports.savings_workbook import (
    FACTOR_HEAD,
    FIGURE_HEAD,
    TERM_HEAD,
    FactorSaid,
    SavingsBook,
    SumSaid,
    TermSaid,
    savings_workbook_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSavings:
    """Which savings: of a `month` (the newest stated) and a `scope` (the fleet), as one `version` has them (newest)."""

    month: str | None = None
    scope: str | None = None
    version: int | None = None
    language: Language = "de"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsExported:
    """A workbook of a month's version: of how many `vehicles`, with how many `terms`."""

    file: FileRef
    period: str
    version: int
    vehicles: int
    terms: int


async def export_savings(house: House, request: ExportSavings, call: Call) -> SavingsExported:
    """Return a workbook of a scope's month. Raises `NotFoundError`, `ForbiddenError` outside of the actor's sites."""
    texts, shelf = catalogue(request.language), shelf_of(house)
    kept, statement = await stated(house, await asked_month(house, request.month), request.version)
    scope = request.scope or FLEET
    vehicles = seen_vehicles(statement, scope, call)
    book = _book(house, texts, kept, statement, scope, vehicles)
    content = await heavy(house, savings_workbook_of, book)
    name = f"kreiswatt-{texts.say('savings.file')}-{statement.period}-{scope.replace(':', '-')}-r{kept.version}.xlsx"
    draft = await asyncio.to_thread(shelf.draft, call.now_utc)
    try:
        await asyncio.to_thread((draft / name).write_bytes, content)
        file = await asyncio.to_thread(shelf.keep, draft, draft / name, call.actor.name, call.now_utc)
    finally:
        await asyncio.to_thread(shelf.drop, draft)
    return SavingsExported(
        file=ref_of(file),
        period=statement.period,
        version=kept.version,
        vehicles=len(vehicles),
        terms=len(book.terms),
    )


def _book(
    house: House,
    texts: Catalogue,
    kept: Statement,
    statement: SavingsStatement,
    scope: str,
    vehicles: Sequence[VehicleSavings],
) -> SavingsBook:
    name = scope_name(house, scope, vehicles) or texts.say("console.savings.fleet")
    title = texts.say("savings.figure_of", scope=name, period=statement.period)
    about = (
        (title, texts.say("savings.book.how")),
        (texts.say("console.savings.column_version"), f"{kept.version}, {kept.digest}"),
        (texts.say("console.savings.column_made"), kept.made_at_utc.isoformat(sep=" ", timespec="seconds")),
        *((texts.say("savings.series", id=each.id), each.boundary.value) for each in statement.series),
        (texts.say("savings.book.left_out"), texts.say("console.savings.operational")),
    )
    sheets = {each: texts.say(f"savings.book.{each}") for each in ("about", "figures", "terms", "factors")}
    columns = {each: texts.say(f"savings.book.{each}") for each in (*FACTOR_HEAD, *TERM_HEAD, *FIGURE_HEAD)}
    terms = tuple(term for each in vehicles for term in _terms(statement, each))
    used = {term.factor for term in terms}
    return SavingsBook(
        title=title,
        made_at_utc=kept.made_at_utc,
        labels=columns | sheets,
        about=about,
        factors=tuple(_factor(each) for each in statement.factors if each.id in used),
        terms=terms,
        figures=tuple(_sums(texts, statement, statement.scope(scope), name, vehicles, kept.version)),
    )


def _terms(statement: SavingsStatement, vehicle: VehicleSavings) -> Iterator[TermSaid]:
    """Yield the terms of the figures of a vehicle that are computed; the others have no sum."""
    for figure in vehicle.figures:
        if figure.value_g is not None:
            for line in figure.lines:
                yield _term(statement, vehicle, figure, line)


def _term(statement: SavingsStatement, vehicle: VehicleSavings, figure: SavedFigure, line: SavedLine) -> TermSaid:
    factor = statement.factor(line.factor)
    sign = 1 if line.term is Term.BASELINE else -1
    return TermSaid(
        vehicle=vehicle.vehicle,
        name=vehicle.name,
        group=vehicle.group,
        site=vehicle.site,
        figure=figure.name,
        term=line.term.value,
        distance_km=None if line.distance_m is None else float(line.distance_m) / 1000,
        per_100km=None if line.per_100km is None else float(in_unit(line.per_100km, line.per)),
        amount=float(in_unit(line.amount, line.per)),
        unit=PER_UNITS[line.per],
        factor=line.factor,
        g_per=float(_grams_per(factor)) if factor else float(line.g_per_kwh or 0),
        sign=sign,
        co2e_g=float(sign * line.co2e_g),
    )


def _factor(factor: FactorUsed) -> FactorSaid:
    return FactorSaid(
        id=factor.id,
        subject=factor.subject.value,
        value=float(factor.value),
        unit=factor.unit,
        boundary=factor.boundary.value if factor.boundary else "",
        year=factor.year,
        edition=factor.edition,
        status=factor.status.value,
        source=factor.source,
        g_per=float(_grams_per(factor)),
    )


def _grams_per(factor: FactorUsed) -> Decimal:
    """Return the grams per kWh, litre or kilogram."""
    unit = UNITS[factor.unit]
    return factor.value * (unit.grams or Decimal(0)) * (1000 if unit.per is Per.ENERGY else 1)


def _sums(
    texts: Catalogue,
    statement: SavingsStatement,
    whole: ScopeSavings | None,
    name: str,
    vehicles: Sequence[VehicleSavings],
    version: int,
) -> Iterator[SumSaid]:
    """Yield the figures of several vehicles together, then those of each."""
    if whole is not None:
        for summed in whole.figures:
            counts = (summed.computed, summed.not_computed)
            yield _sum(texts, statement, whole.scope, name, summed, counts, version)
    for vehicle in vehicles:
        scope = f"{VEHICLE}{vehicle.vehicle}"
        for figure in vehicle.figures:
            counts = (int(figure.value_g is not None), int(figure.value_g is None))
            yield _sum(texts, statement, scope, vehicle.name, figure, counts, version)


def _sum(
    texts: Catalogue,
    statement: SavingsStatement,
    scope: str,
    name: str,
    figure: SavedFigure | SummedFigure,
    counts: tuple[int, int],
    version: int,
) -> SumSaid:
    return SumSaid(
        scope=scope,
        name=name,
        figure=figure.name,
        avoided_g=None if figure.value_g is None else float(figure.value_g),
        computed=counts[0],
        not_computed=counts[1],
        note=" ".join(texts.tell(each) for each in (*figure.reasons, *figure.notes)),
        id=f"{figure_id(statement.period, scope, figure.name)}@r{version}",
        vehicle=scope.removeprefix(VEHICLE) if scope.startswith(VEHICLE) else "",
    )
