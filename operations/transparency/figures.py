"""What may be made public of settled years: sums by municipality, no drafts, nothing of a single contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from core.exact import EXACT, decimal_of
from core.factor_subjects import Subject
from core.factors import Boundary, Chosen, Per, Wanted
from core.texts import Finding
from operations.house import House
from operations.shares.keeping import KeptShares, SharesYear, read_year
from operations.shares.shares import settled_years
from renewables.accounting import ZERO
from renewables.accounts import AccountLine
from renewables.rules import Basis
from renewables.statement import SHARES, Party
from reports.public_data import PublicFactor, PublicRow, PublicShares, PublicStatus

OPERATORS_LEAST: Final = 3
"""Sums of contracts are told from so many operators on: of fewer each could reckon what the others agreed."""


async def public_shares(house: House, *, contract_sums: bool = False, licence: str = "") -> PublicShares:
    """Return what may be made public of all settled years.

    With `contract_sums` sums of contracts are told of fewer operators, too: whoever asks for that has their consent.
    """
    rows: list[PublicRow] = []
    settled_at = []
    for year in await settled_years(house, SHARES):
        found = await read_year(house, year)
        rows += _rows(house, found, contract_sums=contract_sums)
        settled_at += [each.statement.made_at_utc for each in found.plants]
    return PublicShares(rows=tuple(rows), settled_at_utc=max(settled_at, default=None), licence=licence.strip())


def _rows(house: House, found: SharesYear, *, contract_sums: bool) -> Iterator[PublicRow]:
    parties = {party.id: party for each in found.plants for party in each.shares.parties}
    homes = {each.shares.plant.id: _party(house, parties, each.shares.plant.municipality) for each in found.plants}
    accounts = {account.key: account for account in found.municipalities}
    names = {party.key: party.name for party in homes.values()}
    names |= {key: account.name for key, account in accounts.items()}
    factor = _factor(house, found.year)
    drafts = {each.shares.plant.id for each in found.plants if each.shares.draft}
    for key, name in sorted(names.items()):
        here = [each for each in found.plants if homes[each.shares.plant.id].key == key]
        lines = accounts[key].lines if key in accounts else ()
        row = _begun(house, found.year, Party(key=key, id=key, name=name), here)
        involved = {each.shares.plant.id for each in here} | {line.settlement.plant.id for line in lines}
        energies = [each.shares.base.fed_in_wh if each.shares.base else None for each in here]
        known = [energy for energy in energies if energy is not None]
        if not involved & drafts and len(known) == len(energies):
            yield _finished(row, sum(known), lines, factor, contract_sums=contract_sums)
        else:
            yield row


def _party(house: House, parties: dict[str, Party], municipality: str) -> Party:
    """Return a plant's municipality as it was frozen, or as the inventory has it."""
    known = parties.get(municipality)
    if known is not None:
        return known
    entry = house.inventory().municipalities.get(municipality)
    return Party(key=entry.key if entry else "", id=municipality, name=entry.name if entry else municipality)


def _begun(house: House, year: int, party: Party, plants: Sequence[KeptShares]) -> PublicRow:
    """Return what is told of a municipality whose year is not final."""
    powers_w = (Decimal(repr(each.shares.plant.power_w)) for each in plants)
    return PublicRow(
        year=year,
        key=party.key,
        name=party.name,
        state=_state(house, party.key, plants),
        status=PublicStatus.OPEN,
        plants=len(plants),
        power_kw=EXACT.scaleb(sum(powers_w, Decimal(0)), -3),
    )


def _finished(
    row: PublicRow, fed_in_wh: int, lines: Sequence[AccountLine], factor: Chosen | Finding, *, contract_sums: bool
) -> PublicRow:
    fed_in_kwh = EXACT.scaleb(Decimal(fed_in_wh), -3)
    final = replace(
        row,
        status=PublicStatus.FINAL,
        fed_in_kwh=fed_in_kwh,
        statutory_eur=_sum(line for line in _paid(lines) if _by_law(line)),
        contractual_eur=_contractual(lines, told=contract_sums),
    )
    if isinstance(factor, Finding):
        return replace(final, co2_reason=factor)
    said = _said(factor)
    return replace(final, co2_kg=EXACT.scaleb(EXACT.multiply(fed_in_kwh, said.g_per_kwh), -3), factor=said)


def _state(house: House, key: str, plants: Sequence[KeptShares]) -> str:
    entry = next((each for each in house.inventory().municipalities.values() if each.key == key), None)
    return entry.state if entry else plants[0].shares.state if plants else ""


def _paid(lines: Iterable[AccountLine]) -> list[AccountLine]:
    """Return what is paid."""
    return [line for line in lines if line.settlement.settled.owed and line.part and line.part.paid_eur]


def _by_law(line: AccountLine) -> bool:
    """Return whether the law owes it; an agreement in its place is a contract."""
    return line.settlement.settled.rule.basis is Basis.DUTY and line.settlement.contract is None


def _sum(lines: Iterable[AccountLine]) -> Decimal:
    return sum((line.part.paid_eur for line in lines if line.part), ZERO)


def _contractual(lines: Iterable[AccountLine], *, told: bool) -> Decimal | None:
    """Return what contracts come to; None where too few operators are behind it, or nothing was agreed."""
    agreed = [line for line in _paid(lines) if not _by_law(line)]
    operators = {line.settlement.plant.operator for line in agreed}
    return _sum(agreed) if told or len(operators) >= OPERATORS_LEAST else None


def _factor(house: House, year: int) -> Chosen | Finding:
    """Return what a kWh of the grid's mix emitted in a year: CO2 of the power stations, as with fleets."""
    return house.factors().find(Wanted(Subject.GRID, Boundary.DIRECT, date(year, 12, 31), per=Per.ENERGY))


def _said(chosen: Chosen) -> PublicFactor:
    return PublicFactor(
        id=chosen.factor.id,
        edition=chosen.factor.edition,
        g_per_kwh=decimal_of(chosen.factor.grams * 1000),
        provisional=chosen.provisional,
    )
