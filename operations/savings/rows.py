"""What vehicles avoided as programs get it: figures with their terms, bands, reasons, and the ids that explain them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from core.evidence import FigureId
from core.factors import Boundary
from core.inventory.mobility import Drive
from core.texts import Finding
from fleet.savings.emission_terms import Account, Resolution
from fleet.savings.statement import (
    FIGURES,
    SAVINGS,
    FactorUsed,
    Light,
    SavedDoubt,
    SavedFigure,
    SavedLine,
    SavingsStatement,
    SummedFigure,
    VehicleSavings,
)
from fleet.savings.timed import SeriesUsed
from operations.calc.formula import savings_formula
from operations.calc.rows import PER_UNITS, BandPart, BandRow, FactorUse, TermRow, in_unit
from operations.values import Told

VEHICLE: Final = "vehicle:"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRow:
    """A figure; `avoided_g` None: not computed, for `reasons`. `computed` and `not_computed` count vehicles.

    Only a vehicle's own figure has a `formula` and its terms. `figure` is the id that explains it.
    """

    name: str
    figure: str
    boundary: Boundary
    account: Account
    resolution: Resolution
    avoided_g: Decimal | None
    provisional: bool
    computed: int
    not_computed: int
    formula: str
    lines: tuple[TermRow, ...]
    uncertainty: BandRow | None
    reasons: tuple[Told, ...]
    notes: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedVehicle:
    """A vehicle's month; `headline` is what it avoided with Vorkette, by location and the year's average."""

    vehicle: str
    name: str
    group: str
    site: str
    drive: Drive
    distance_m: Decimal | None
    grid_wh: Decimal
    pv_wh: Decimal
    own_fuel_l: Decimal | None
    reliable: bool | None
    known_percent: Decimal | None
    headline: SavedRow
    notes: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsVersion:
    """A version of the month's statement, and why there is it after the one before."""

    version: int
    made_at_utc: datetime
    made_by: str
    reason: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRow:
    """A scope that there are savings of, with its name for people."""

    scope: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSavings:
    """What a scope avoided in a month, by the version that says so; `light` and `coverage_percent` are the fleet's."""

    period: str
    scope: str
    name: str
    first: date
    last: date
    final: bool
    version: int
    made_at_utc: datetime
    digest: str
    coverage_percent: Decimal
    light: Light
    distance_m: Decimal | None
    grid_wh: Decimal
    pv_wh: Decimal
    figures: tuple[SavedRow, ...]
    vehicles: tuple[SavedVehicle, ...]
    factors: tuple[FactorUsed, ...]
    series: tuple[SeriesUsed, ...]
    versions: tuple[SavingsVersion, ...]
    months: tuple[str, ...]
    scopes: tuple[ScopeRow, ...]


def figure_id(period: str, scope: str, name: str) -> str:
    """Return the id of a figure as it stands now."""
    quantity, *variant = name.split(".")
    return str(FigureId(SAVINGS, period, scope, quantity, tuple(variant)))


def saved_terms(statement: SavingsStatement, figure: SavedFigure) -> tuple[TermRow, ...]:
    """Return the terms of a figure, each with its factor."""
    return tuple(_term(line, statement.factor(line.factor)) for line in figure.lines)


def _term(line: SavedLine, factor: FactorUsed | None) -> TermRow:
    return TermRow(
        term=line.term,
        subject=line.subject,
        amount=in_unit(line.amount, line.per),
        unit=PER_UNITS[line.per],
        co2e_g=line.co2e_g,
        factor=_use(factor, provisional=line.provisional) if factor else None,
        g_per_kwh=line.g_per_kwh,
        distance_km=None if line.distance_m is None else line.distance_m / 1000,
        per_100km=None if line.per_100km is None else in_unit(line.per_100km, line.per),
    )


def _use(factor: FactorUsed, *, provisional: bool) -> FactorUse:
    return FactorUse(
        id=factor.id,
        subject=factor.subject,
        value=factor.value,
        unit=factor.unit,
        boundary=factor.boundary,
        reference=None,
        year=factor.year,
        edition=factor.edition,
        status=factor.status,
        provenance=factor.provenance,
        source=factor.source,
        provisional=provisional,
    )


def _summed(figure: SummedFigure, period: str, scope: str) -> SavedRow:
    boundary, account, resolution = FIGURES[figure.name]
    none = (Finding.of("savings.none_computed", count=figure.not_computed),)
    reasons = () if figure.value_g is not None else (*none, *figure.reasons)
    return SavedRow(
        name=figure.name,
        figure=figure_id(period, scope, figure.name),
        boundary=boundary,
        account=account,
        resolution=resolution,
        avoided_g=figure.value_g,
        provisional=figure.provisional,
        computed=figure.computed,
        not_computed=figure.not_computed,
        formula="",
        lines=(),
        uncertainty=_band(figure, ()),
        reasons=_told(reasons),
        notes=_told(figure.notes),
    )


def figure_row(
    statement: SavingsStatement, scope: str, vehicle: VehicleSavings | None, figure: SavedFigure | SummedFigure
) -> SavedRow:
    """Return a figure of a scope: of a vehicle with its terms, of several as their sum."""
    if vehicle is not None and isinstance(figure, SavedFigure):
        return _own(statement, vehicle, figure)
    assert isinstance(figure, SummedFigure)  # noqa: S101 - only vehicles have figures of their own
    return _summed(figure, statement.period, scope)


def _own(statement: SavingsStatement, vehicle: VehicleSavings, figure: SavedFigure) -> SavedRow:
    boundary, account, resolution = FIGURES[figure.name]
    lines = saved_terms(statement, figure)
    return SavedRow(
        name=figure.name,
        figure=figure_id(statement.period, f"{VEHICLE}{vehicle.vehicle}", figure.name),
        boundary=boundary,
        account=account,
        resolution=resolution,
        avoided_g=figure.value_g,
        provisional=figure.provisional,
        computed=int(figure.value_g is not None),
        not_computed=int(figure.value_g is None),
        formula=savings_formula(lines, figure.value_g),
        lines=lines,
        uncertainty=_band(figure, figure.doubts),
        reasons=_told(figure.reasons),
        notes=_told(figure.notes),
    )


def _band(figure: SavedFigure | SummedFigure, doubts: Iterable[SavedDoubt]) -> BandRow | None:
    if figure.low_g is None or figure.high_g is None:
        return None
    parts = tuple(
        BandPart(doubt=each.doubt, rule=each.rule, percent=each.percent, co2e_g=each.co2e_g) for each in doubts
    )
    width = (figure.high_g - figure.low_g) / 2
    return BandRow(low_g=figure.low_g, high_g=figure.high_g, half_width_g=width, parts=parts)


def vehicle_row(statement: SavingsStatement, vehicle: VehicleSavings) -> SavedVehicle:
    """Return a vehicle's month with its headline."""
    return SavedVehicle(
        vehicle=vehicle.vehicle,
        name=vehicle.name,
        group=vehicle.group,
        site=vehicle.site,
        drive=vehicle.drive,
        distance_m=vehicle.distance_m,
        grid_wh=vehicle.grid_wh,
        pv_wh=vehicle.pv_wh,
        own_fuel_l=vehicle.own_fuel_l,
        reliable=vehicle.reliable,
        known_percent=vehicle.known_percent,
        headline=_own(statement, vehicle, vehicle.figures[0]),
        notes=_told(vehicle.notes),
    )


def _told(findings: Iterable[Finding]) -> tuple[Told, ...]:
    return tuple(Told.of(finding) for finding in findings)
