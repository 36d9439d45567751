"""Shares of a year, as they were settled: all of them, one municipality, operator or plant, and how that changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from annotated_types import Ge, Le

from core.errors import NotFoundError
from core.statements import Statement, StatementFilter, StatementKey
from core.texts import Finding
from operations.house import Call, House
from operations.shares.keeping import (
    AT_ONCE,
    KeptShares,
    SharesYear,
    parties_of,
    plants_in,
    read_shares,
    read_year,
    scope_of,
)
from operations.shares.rows import (
    BaseRow,
    RuleNotHeld,
    SettledAreas,
    SettlementRow,
    SharePlant,
    ShareSum,
    areas_row,
    base_rows,
    not_held,
    plant_row,
    settlement_row,
    sum_row,
    told,
)
from operations.values import Told
from renewables.accounting import YearAmounts, by_year, municipality_accounts, operator_accounts
from renewables.accounts import AccountLine, ShareAccount
from renewables.statement import FORECAST, PLANT, SHARES

Year = Annotated[int, Ge(2000), Le(2100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShares:
    """Which shares: of a `year` (the newest settled); with `forecast` of the year going on, as it is estimated."""

    year: Year | None = None
    forecast: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesListed:
    """A year by municipality, operator and plant. `paid_eur` is what operators pay and municipalities get.

    `drafts` counts plants about which something is open. `settled_years` are those there are, the newest first.
    """

    year: int
    forecast: bool
    until: str
    owed_eur: Decimal
    paid_eur: Decimal
    offered_eur: Decimal
    reimbursable_eur: Decimal
    drafts: int
    municipalities: tuple[ShareSum, ...]
    operators: tuple[ShareSum, ...]
    plants: tuple[SharePlant, ...]
    settled_years: tuple[int, ...]
    settled_at_utc: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowShares:
    """Whose shares: of `municipality:<id>`, `operator:<id>` or `plant:<id>`, of a `year` (the newest settled)."""

    id: str
    year: Year | None = None
    forecast: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesShown:
    """What was settled for somebody or something, what is `open` first; `months`, `areas` and `not_held` of plants.

    `revision` is that of the account, of a plant the version of its settlement.
    """

    scope: str
    name: str
    key: str
    year: int
    forecast: bool
    until: str
    draft: bool
    open: tuple[Told, ...]
    revision: int
    owed_eur: Decimal
    paid_eur: Decimal
    reimbursable_eur: Decimal
    amounts: tuple[YearAmounts, ...]
    figure: str
    settlements: tuple[SettlementRow, ...]
    months: tuple[BaseRow, ...]
    areas: tuple[SettledAreas, ...]
    not_held: tuple[RuleNotHeld, ...]
    remarks: tuple[Told, ...]
    settled_years: tuple[int, ...]


async def list_shares(house: House, request: ListShares, _call: Call) -> SharesListed:
    """Return a year's shares by municipality, operator and plant; empty where nothing has been settled."""
    kind = FORECAST if request.forecast else SHARES
    years = await settled_years(house, kind)
    year = request.year or next(iter(years), 0)
    found = await read_year(house, year, kind)
    plants = tuple(plant_row(each) for each in found.plants)
    none = Decimal("0.00")
    return SharesListed(
        year=year,
        forecast=request.forecast,
        until=max((each.shares.until for each in found.plants), default=""),
        owed_eur=sum((each.owed_eur for each in found.operators), none),
        paid_eur=sum((each.paid_eur for each in found.operators), none),
        offered_eur=sum((each.offered_eur for each in plants), none),
        reimbursable_eur=sum((each.reimbursable_eur for each in found.operators), none),
        drafts=sum(each.draft for each in plants),
        municipalities=tuple(map(sum_row, found.municipalities)),
        operators=tuple(map(sum_row, found.operators)),
        plants=plants,
        settled_years=years,
        settled_at_utc=max((each.statement.made_at_utc for each in found.plants), default=None),
    )


async def show_shares(house: House, request: ShowShares, _call: Call) -> SharesShown:
    """Return what was settled for a municipality, an operator or a plant. Raises `NotFoundError` without any."""
    kind = FORECAST if request.forecast else SHARES
    years = await settled_years(house, kind)
    found = await read_year(house, request.year or next(iter(years), 0), kind)
    if request.id.startswith(PLANT):
        return _of_plant(found, plant_in(found, request.id), years)
    return _of_account(found, account_in(found, request.id), years)


def account_in(found: SharesYear, scope: str) -> ShareAccount:
    """Return an account of a year by its scope or, of a municipality, its key. Raises `NotFoundError`."""
    account = next((each for each in found.accounts if scope in (scope_of(each), each.key or "–")), None)
    if account is None:
        raise NotFoundError("shares.unknown", id=scope[:80], year=found.year or "–")
    return account


def plant_in(found: SharesYear, scope: str) -> KeptShares:
    """Return a plant's year by its scope. Raises `NotFoundError`."""
    kept = next((each for each in found.plants if scope == f"{PLANT}{each.shares.plant.id}"), None)
    if kept is None:
        raise NotFoundError("shares.unknown", id=scope[:80], year=found.year or "–")
    return kept


def _of_plant(found: SharesYear, kept: KeptShares, years: tuple[int, ...]) -> SharesShown:
    shares, scope = kept.shares, f"{PLANT}{kept.shares.plant.id}"
    parties = parties_of([kept])
    rows = _owed_first(settlement_row(AccountLine(settlement=each), parties) for each in kept.settled)
    none, owed = Decimal("0.00"), [each.settled for each in shares.settled if each.settled.owed]
    own = [each for each in found.operators if any(line.settlement.plant.id == shares.plant.id for line in each.lines)]
    return SharesShown(
        scope=scope,
        name=shares.plant.name,
        key="",
        year=found.year,
        forecast=found.kind == FORECAST,
        until=shares.until,
        draft=shares.draft,
        open=told(shares.open),
        revision=kept.statement.version,
        owed_eur=sum((each.total_eur or none for each in owed), none),
        paid_eur=sum((part.paid_eur for each in owed for part in each.parts), none),
        reimbursable_eur=sum((each.reimbursable_eur or none for each in owed), none),
        amounts=tuple(amounts for each in own for amounts in by_year(_only(each, shares.plant.id))),
        figure=rows[0].figure if rows else "",
        settlements=rows,
        months=base_rows(shares.base),
        areas=tuple(map(areas_row, shares.areas)),
        not_held=not_held(shares),
        remarks=told(shares.notes),
        settled_years=years,
    )


def _owed_first(rows: Iterable[SettlementRow]) -> tuple[SettlementRow, ...]:
    """Return settlements with what is only offered last."""
    return tuple(sorted(rows, key=lambda row: not row.owed))


def _only(account: ShareAccount, plant: str) -> ShareAccount:
    """Return an account with the lines of one plant."""
    return replace(account, lines=tuple(line for line in account.lines if line.settlement.plant.id == plant))


def _of_account(found: SharesYear, account: ShareAccount, years: tuple[int, ...]) -> SharesShown:
    row, parties = sum_row(account), parties_of(found.plants)
    return SharesShown(
        scope=row.scope,
        name=account.name,
        key=account.key,
        year=found.year,
        forecast=found.kind == FORECAST,
        until=max((each.shares.until for each in found.plants), default=""),
        draft=account.draft,
        open=told(dict.fromkeys(_open(account))),
        revision=account.revision,
        owed_eur=account.owed_eur,
        paid_eur=account.paid_eur,
        reimbursable_eur=account.reimbursable_eur,
        amounts=by_year(account),
        figure=row.figure,
        settlements=_owed_first(settlement_row(line, parties) for line in account.lines),
        months=(),
        areas=(),
        not_held=(),
        remarks=(),
        settled_years=years,
    )


def _open(account: ShareAccount) -> Iterator[Finding]:
    for line in account.lines:
        yield from line.settlement.settled.findings


async def settled_years(house: House, kind: str) -> tuple[int, ...]:
    """Return the years of which something was settled, the newest first."""
    wanted = StatementFilter(kind=kind, limit=AT_ONCE, with_body=False)
    years: set[int] = set()
    while True:
        page = await house.ledger.statements(wanted)
        years |= {int(each.key.period) for each in page.items}
        if page.next_cursor is None:
            return tuple(sorted(years, reverse=True))
        wanted = StatementFilter(kind=kind, limit=AT_ONCE, with_body=False, cursor=page.next_cursor)


async def newest_year(house: House, year: int | None) -> int:
    """Return the year meant: the one asked for, or the newest settled. Raises `NotFoundError` where there is none."""
    found = year or next(iter(await settled_years(house, SHARES)), None)
    if found is None:
        raise NotFoundError("shares.nothing_settled")
    return found


async def plant_shares(house: House, year: int, plant: str, version: int | None, kind: str = SHARES) -> KeptShares:
    """Return a plant's year as a version has it (None: the newest). Raises `NotFoundError`."""
    kept = await house.ledger.statement(StatementKey(kind, str(year), f"{PLANT}{plant}"), version)
    shares = read_shares(kept) if kept else None
    if kept is None or shares is None:
        raise NotFoundError("shares.unknown", id=f"{PLANT}{plant}"[:80], year=year)
    return KeptShares(statement=kept, shares=shares)


async def account_at(house: House, kept: Statement) -> ShareAccount:
    """Return an account as a revision of it has it. Raises `NotFoundError` where what it stood on is gone."""
    year, versions = int(kept.key.period), plants_in(kept)
    plants = [
        await plant_shares(house, year, name.removeprefix(PLANT), version) for name, version in sorted(versions.items())
    ]
    settled = [settled for each in plants for settled in each.settled]
    accounts = (*municipality_accounts(year, settled, parties_of(plants)), *operator_accounts(year, settled))
    account = next((each for each in accounts if scope_of(each) == kept.key.scope), None)
    if account is None:
        raise NotFoundError("shares.unknown", id=kept.key.scope[:80], year=year)
    return replace(account, revision=kept.version)
