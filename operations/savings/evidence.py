"""Where what was avoided comes from: vehicles, terms, factors, and the days, sessions, papers and readings below them.

All of it is answered from the statement, so also after the readings have been deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.errors import NotFoundError, RequestError
from core.evidence import Citation, CitedKind, Explanation, FigureId
from core.factors import Boundary
from core.periods import local_day
from core.quantities import Quantity
from core.statements import Statement, StatementKey
from core.texts import Finding
from fleet.savings.emission_terms import Term
from fleet.savings.statement import (
    FIGURES,
    FLEET,
    FactorUsed,
    SavedFigure,
    SavedLine,
    SavingsStatement,
    SummedFigure,
    VehicleSavings,
)
from operations.calc.formula import savings_formula
from operations.evidence.freezing import beside_today, name_of
from operations.evidence.leaves import of_parts
from operations.fleet.figures import VEHICLE_DAY
from operations.house import Call, House
from operations.savings.job import read_statement
from operations.savings.rows import VEHICLE, saved_terms
from operations.savings.savings import seen_vehicles, stated
from operations.savings.slot_evidence import sessions_by_slots


async def explain_savings(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where a figure of a statement of savings comes from; with a version, of that one, beside today's."""
    if name_of(figure) not in FIGURES:
        raise RequestError("evidence.quantity_unknown", quantity=name_of(figure)[:80])
    key = StatementKey(figure.report, figure.period, FLEET)
    kept = await house.ledger.statement(key, figure.version)
    if kept is None and figure.version is not None:
        raise NotFoundError("evidence.version_unknown", id=str(figure))
    if kept is not None and read_statement(kept) is None:
        call.must_see(None)
        return _tampered(figure)
    kept, statement = await stated(house, figure.period, figure.version)
    found = _explained(house, statement, figure, call)
    return found if figure.version is None else await _frozen(house, found, kept, figure, call)


def _tampered(figure: FigureId) -> Explanation:
    return Explanation(
        title=Finding.of("evidence.unreadable"),
        figure=str(figure),
        findings=(Finding.of("evidence.not_intact"),),
        frozen=True,
        intact=False,
    )


async def _frozen(house: House, then: Explanation, kept: Statement, figure: FigureId, call: Call) -> Explanation:
    """Return what a version froze, and what the newest one says."""
    _, newest = await stated(house, figure.period)
    today = _explained(house, newest, replace(figure, version=None), call)
    return beside_today(then, kept, replace(today, title=Finding.of("evidence.today"), parts=()))


def _explained(house: House, statement: SavingsStatement, figure: FigureId, call: Call) -> Explanation:
    vehicles = seen_vehicles(statement, figure.scope, call)
    name = name_of(figure)
    if figure.scope.startswith(VEHICLE):
        found = vehicles[0].figure(name)
        assert found is not None  # noqa: S101 - every vehicle has every figure
        return _of_vehicle(house, statement, vehicles[0], found, figure)
    summed = statement.scope(figure.scope)
    row = summed.figure(name) if summed else None
    assert row is not None  # noqa: S101 - every scope has every figure
    return _of_scope(row, vehicles, figure)


def _of_scope(row: SummedFigure, vehicles: tuple[VehicleSavings, ...], figure: FigureId) -> Explanation:
    parts = [_part(each, row.name, replace(figure, scope=f"{VEHICLE}{each.vehicle}")) for each in vehicles]
    left_out = (Finding.of("savings.some_not_computed", count=row.not_computed),) if row.not_computed else ()
    return Explanation(
        title=Finding.of("savings.figure_of", scope=figure.scope, period=figure.period),
        figure=str(figure),
        value=row.value_g,
        unit="g",
        how=Finding.of("savings.how_sum"),
        findings=left_out,
        parts=of_parts(parts, Finding.of("savings.its_vehicles", count=len(parts))),
    )


def _part(vehicle: VehicleSavings, name: str, figure: FigureId) -> Explanation:
    found = vehicle.figure(name)
    return Explanation(
        title=Finding.of("savings.of_vehicle", name=vehicle.name),
        figure=str(figure),
        value=found.value_g if found else None,
        unit="g",
        findings=found.reasons if found else (),
    )


def _of_vehicle(
    house: House, statement: SavingsStatement, vehicle: VehicleSavings, found: SavedFigure, figure: FigureId
) -> Explanation:
    boundary, account, resolution = FIGURES[found.name]
    lines = [_line(house, statement, vehicle, line, boundary) for line in found.lines]
    rules = [
        Explanation(
            title=Finding.of("savings.doubt", doubt=part.doubt.value),
            value=part.co2e_g,
            unit="g",
            citation=Citation(kind=CitedKind.RULE, reference=part.rule, value=part.percent, unit="%"),
        )
        for part in found.doubts
    ]
    return Explanation(
        title=Finding.of("savings.figure_of", scope=vehicle.name, period=figure.period),
        figure=str(figure),
        value=found.value_g,
        unit="g",
        how=Finding.of(f"savings.how_{boundary.value}"),
        findings=(*found.reasons, *found.notes, *vehicle.notes),
        parts=(*lines, *rules),
        details={
            "account": account.value,
            "resolution": resolution.value,
            "formula": savings_formula(saved_terms(statement, found), found.value_g),
        },
    )


def _line(
    house: House, statement: SavingsStatement, vehicle: VehicleSavings, line: SavedLine, boundary: Boundary
) -> Explanation:
    factor = statement.factor(line.factor)
    if line.term is Term.GRID_SLOTS:
        amounts: tuple[Explanation, ...] = tuple(_by_slots(statement, vehicle, line, boundary))
    else:
        amounts = tuple(_amounts(house, statement, vehicle, line))
    sign = 1 if line.term is Term.BASELINE else -1
    return Explanation(
        title=Finding.of(f"savings.term.{line.term.value}"),
        value=sign * line.co2e_g,
        unit="g",
        parts=(*amounts, *([_factor(factor)] if factor else [])),
    )


def _factor(factor: FactorUsed) -> Explanation:
    return Explanation(
        title=Finding.of("savings.factor", id=factor.id),
        value=factor.value,
        unit=factor.unit,
        citation=Citation(
            kind=CitedKind.FACTOR, reference=factor.id, value=factor.value, unit=factor.unit, edition=factor.edition
        ),
        details={
            "source": factor.source,
            "status": factor.status.value,
            **({"boundary": factor.boundary.value} if factor.boundary else {}),
            **({"year": str(factor.year)} if factor.year else {}),
        },
    )


def _amounts(
    house: House, statement: SavingsStatement, vehicle: VehicleSavings, line: SavedLine
) -> Iterator[Explanation]:
    period = statement.period
    if line.term is Term.BASELINE:
        yield _daily(vehicle, period, "distance_m", vehicle.distance_m, "m")
        yield from _odometer(house, vehicle)
        yield from _baseline(vehicle)
    elif line.term is Term.OWN_FUEL:
        yield _daily(vehicle, period, "fuel_l", vehicle.own_fuel_l, "l")
        yield from _papers(vehicle)
    else:
        yield Explanation(title=Finding.of("savings.energy"), value=line.amount, unit="Wh")
        if line.term is not Term.PV:
            yield _daily(vehicle, period, "own_charged_wh", vehicle.own_wh, "Wh")
            yield _daily(vehicle, period, "elsewhere_charged_wh", vehicle.elsewhere_wh, "Wh")
        yield from of_parts(
            tuple(_sessions(vehicle, of_roof=line.term is Term.PV)),
            Finding.of("savings.its_sessions", count=len(vehicle.inputs.sessions)),
        )


def _by_slots(
    statement: SavingsStatement, vehicle: VehicleSavings, line: SavedLine, boundary: Boundary
) -> Iterator[Explanation]:
    yield Explanation(title=Finding.of("savings.energy"), value=line.amount, unit="Wh")
    yield from sessions_by_slots(vehicle, statement.period, boundary)


def _daily(vehicle: VehicleSavings, period: str, name: str, value: Decimal | None, unit: str) -> Explanation:
    """Return a figure of the vehicle's month, by the id that explains it from its days."""
    return Explanation(
        title=Finding.of(f"vehicle_days.figure.{name}"),
        figure=str(FigureId(VEHICLE_DAY, period, f"{VEHICLE}{vehicle.vehicle}", name)),
        value=value,
        unit=unit,
    )


def _odometer(house: House, vehicle: VehicleSavings) -> Iterator[Explanation]:
    inputs, zone = vehicle.inputs, ZoneInfo(house.time_zone)
    ends: tuple[tuple[str, Decimal | None, date, bool], ...] = (
        ("savings.odometer_begin", inputs.odometer_begin_m, inputs.first, True),
        ("savings.odometer_end", inputs.odometer_end_m, inputs.last, False),
    )
    for code, value, day, begins in ends:
        if value is None:
            continue
        at_utc = local_day(day, zone).start_utc if begins else local_day(day, zone).end_utc
        reference = f"{VEHICLE}{vehicle.vehicle}/{Quantity.ODOMETER_M.value}"
        yield Explanation(
            title=Finding.of(code),
            value=value,
            unit="m",
            citation=Citation(kind=CitedKind.READING, reference=reference, value=value, unit="m", at_utc=at_utc),
        )


def _baseline(vehicle: VehicleSavings) -> Iterator[Explanation]:
    baseline = vehicle.baseline
    if baseline is not None:
        litres = baseline.fuel_l_per_100km
        reference = f"vehicles/{vehicle.vehicle}/baseline"
        yield Explanation(
            title=Finding.of("savings.baseline"),
            value=litres,
            unit="l/100 km",
            citation=Citation(kind=CitedKind.FACTOR, reference=reference, value=litres, unit="l/100 km"),
            details={"source": baseline.source, "basis": baseline.basis.value},
        )


def _papers(vehicle: VehicleSavings) -> Iterator[Explanation]:
    for number in vehicle.inputs.vouchers:
        yield Explanation(
            title=Finding.of("savings.voucher"), citation=Citation(kind=CitedKind.VOUCHER, reference=str(number))
        )


def _sessions(vehicle: VehicleSavings, *, of_roof: bool) -> Iterator[Explanation]:
    for session in vehicle.inputs.sessions:
        value = session.pv_wh if of_roof else session.energy_wh
        yield Explanation(
            title=Finding.of("savings.session", begun=session.begun.isoformat()),
            value=value,
            unit="Wh",
            citation=Citation(
                kind=CitedKind.SESSION,
                reference=session.id,
                value=session.energy_wh,
                unit="Wh",
                edition=str(session.valuation),
            ),
        )
