"""What vehicles avoided in a month, as it was stated: for the fleet, a group, a site or one vehicle."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.errors import NotFoundError, RequestError
from core.statements import Statement, StatementFilter, StatementKey
from fleet.savings.scopes import SITE
from fleet.savings.statement import (
    FLEET,
    SAVINGS,
    SavingsStatement,
    VehicleSavings,
)
from operations.house import Call, House
from operations.savings.job import read_statement
from operations.savings.rows import VEHICLE, SavingsVersion, ScopeRow, ShownSavings, figure_row, vehicle_row

VERSIONS_SHOWN: Final = 50
MONTHS_SHOWN: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSavings:
    """Which savings: of a `month` (the newest stated) and a `scope` (the fleet), as one `version` has them (newest)."""

    month: str | None = None
    scope: str | None = None
    version: int | None = None


async def show_savings(house: House, request: ShowSavings, call: Call) -> ShownSavings:
    """Return what a scope avoided in a month.

    Raises `NotFoundError` where nothing is stated, `ForbiddenError` outside of the actor's sites, `RequestError`.
    """
    months = await _months(house)
    period = await asked_month(house, request.month)
    scope = request.scope or FLEET
    kept, statement = await stated(house, period, request.version)
    vehicles = seen_vehicles(statement, scope, call)
    single = statement.vehicle(scope.removeprefix(VEHICLE)) if scope.startswith(VEHICLE) else None
    whole = single or statement.scope(scope) or statement.fleet
    rows = [figure_row(statement, scope, single, each) for each in whole.figures]
    return ShownSavings(
        period=period,
        scope=scope,
        name=scope_name(house, scope, vehicles),
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
        vehicles=tuple(vehicle_row(statement, each) for each in vehicles),
        factors=statement.factors,
        series=statement.series,
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


async def asked_month(house: House, text: str | None) -> str:
    """Return the month meant (None: the newest stated, empty without any). Raises `RequestError` for what is none."""
    if not text:
        return next(iter(await _months(house)), "")
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


def _scopes(house: House, statement: SavingsStatement, call: Call) -> Iterator[ScopeRow]:
    for each in statement.scopes:
        site = each.scope.removeprefix(SITE) if each.scope.startswith(SITE) else None
        if call.actor.sees(site):
            yield ScopeRow(
                scope=each.scope, name=scope_name(house, each.scope, seen_vehicles(statement, each.scope, call))
            )


def scope_name(house: House, scope: str, vehicles: Sequence[VehicleSavings]) -> str:
    """Return what people call a scope; the fleet has no name of its own."""
    if scope.startswith(SITE):
        site = house.inventory().sites.get(scope.removeprefix(SITE))
        return site.name if site else scope
    if scope.startswith(VEHICLE):
        return vehicles[0].name
    return "" if scope == FLEET else vehicles[0].group
