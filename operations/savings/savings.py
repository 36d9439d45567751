"""What vehicles avoided in a month, as it was stated: for the fleet, a group, a site or one vehicle."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from core.errors import NotFoundError, RequestError
from core.evidence import FigureId
from core.factors import Boundary
from core.inventory.mobility import Drive
from core.statements import Statement, StatementFilter, StatementKey
from core.texts import Finding
from fleet.emission_terms import Account, Resolution
from fleet.savings import (
    FIGURES,
    FLEET,
    SAVINGS,
    FactorUsed,
    Light,
    SavedDoubt,
    SavedFigure,
    SavingsStatement,
    SummedFigure,
    VehicleSavings,
)
from fleet.scopes import SITE
from operations.calc.formula import savings_formula
from operations.calc.rows import BandPart, BandRow, TermRow
from operations.house import Call, House
from operations.savings.job import read_statement
from operations.savings.rows import saved_terms
from operations.values import Told

VEHICLE: Final = "vehicle:"
VERSIONS_SHOWN: Final = 50
MONTHS_SHOWN: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSavings:
    """Which savings: of a `month` (the newest stated) and a `scope` (the fleet), as one `version` has them (newest)."""

    month: str | None = None
    scope: str | None = None
    version: int | None = None


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
    versions: tuple[SavingsVersion, ...]
    months: tuple[str, ...]
    scopes: tuple[ScopeRow, ...]


async def show_savings(house: House, request: ShowSavings, call: Call) -> ShownSavings:
    """Return what a scope avoided in a month.

    Raises `NotFoundError` where nothing is stated, `ForbiddenError` outside of the actor's sites, `RequestError`.
    """
    months = await _months(house)
    period = _month(request.month) or next(iter(months), "")
    scope = request.scope or FLEET
    kept, statement = await stated(house, period, request.version)
    vehicles = seen_vehicles(statement, scope, call)
    single = statement.vehicle(scope.removeprefix(VEHICLE)) if scope.startswith(VEHICLE) else None
    whole = single or statement.scope(scope) or statement.fleet
    rows = [_row(statement, scope, single, each) for each in whole.figures]
    return ShownSavings(
        period=period,
        scope=scope,
        name=_name(house, scope, vehicles),
        first=statement.first,
        last=statement.last,
        final=statement.final,
        version=kept.version,
        made_at_utc=kept.made_at_utc,
        digest=kept.digest,
        coverage_percent=statement.coverage_percent,
        light=statement.light,
        distance_m=whole.distance_m,
        grid_wh=whole.grid_wh,
        pv_wh=whole.pv_wh,
        figures=tuple(rows),
        vehicles=tuple(_vehicle(statement, each) for each in vehicles),
        factors=statement.factors,
        versions=tuple([each async for each in _versions(house, period)]),
        months=months,
        scopes=tuple(_scopes(house, statement, call)),
    )


async def stated(house: House, period: str, version: int | None = None) -> tuple[Statement, SavingsStatement]:
    """Return a version of a month's statement (None: the newest). Raises `NotFoundError` where nothing is stated."""
    kept = await house.ledger.statement(StatementKey(SAVINGS, period, FLEET), version)
    statement = read_statement(kept) if kept else None
    if kept is None or statement is None:
        raise NotFoundError("savings.not_stated", month=period or "–")
    return kept, statement


def seen_vehicles(statement: SavingsStatement, scope: str, call: Call) -> tuple[VehicleSavings, ...]:
    """Return the vehicles of a scope. Raises `NotFoundError`, `ForbiddenError` outside of the actor's sites."""
    if scope.startswith(VEHICLE):
        found = statement.vehicle(scope.removeprefix(VEHICLE))
        if found is None:
            raise NotFoundError("savings.scope_unknown", scope=scope[:80])
        call.must_see(found.site)
        return (found,)
    summed = statement.scope(scope)
    if summed is None:
        raise NotFoundError("savings.scope_unknown", scope=scope[:80])
    call.must_see(scope.removeprefix(SITE) if scope.startswith(SITE) else None)
    names = frozenset(summed.vehicles)
    return tuple(each for each in statement.vehicles if each.vehicle in names)


def figure_id(period: str, scope: str, name: str) -> str:
    """Return the id of a figure as it stands now."""
    quantity, *variant = name.split(".")
    return str(FigureId(SAVINGS, period, scope, quantity, tuple(variant)))


def _month(text: str | None) -> str | None:
    if not text:
        return None
    try:
        return f"{date.fromisoformat(f'{text}-01'):%Y-%m}"
    except ValueError as error:
        raise RequestError("vehicle_days.month_invalid", month=text[:40]) from error


async def _months(house: House) -> tuple[str, ...]:
    wanted = StatementFilter(kind=SAVINGS, scope=FLEET, limit=MONTHS_SHOWN, with_body=False)
    return tuple(sorted({each.key.period for each in (await house.ledger.statements(wanted)).items}, reverse=True))


async def _versions(house: House, period: str) -> AsyncIterator[SavingsVersion]:
    wanted = StatementFilter(
        kind=SAVINGS, period=period, scope=FLEET, all_versions=True, limit=VERSIONS_SHOWN, with_body=False
    )
    for each in (await house.ledger.statements(wanted)).items:
        yield SavingsVersion(
            version=each.version,
            made_at_utc=each.made_at_utc,
            made_by=each.made_by,
            reason=each.reason,
            digest=each.digest,
        )


def _summed(figure: SummedFigure, period: str, scope: str) -> SavedRow:
    boundary, account, resolution = FIGURES[figure.name]
    reasons = () if figure.value_g is not None else (Finding.of("savings.none_computed", count=figure.not_computed),)
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
        notes=(),
    )


def _row(
    statement: SavingsStatement, scope: str, vehicle: VehicleSavings | None, figure: SavedFigure | SummedFigure
) -> SavedRow:
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


def _vehicle(statement: SavingsStatement, vehicle: VehicleSavings) -> SavedVehicle:
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


def _scopes(house: House, statement: SavingsStatement, call: Call) -> Iterator[ScopeRow]:
    for each in statement.scopes:
        site = each.scope.removeprefix(SITE) if each.scope.startswith(SITE) else None
        if call.actor.sees(site):
            yield ScopeRow(scope=each.scope, name=_name(house, each.scope, seen_vehicles(statement, each.scope, call)))


def _name(house: House, scope: str, vehicles: Sequence[VehicleSavings]) -> str:
    """Return what people call a scope; the fleet has no name of its own."""
    if scope.startswith(SITE):
        site = house.inventory().sites.get(scope.removeprefix(SITE))
        return site.name if site else scope
    if scope.startswith(VEHICLE):
        return vehicles[0].name
    return "" if scope == FLEET else vehicles[0].group


def _told(findings: Iterable[Finding]) -> tuple[Told, ...]:
    return tuple(Told.of(finding) for finding in findings)
