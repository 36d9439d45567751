"""Accounts of municipalities and operators from what was settled: every sum is that of its parts, to the cent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from core.texts import Finding
from renewables.accounts import AccountKind, AccountLine, SettledPlant, ShareAccount
from renewables.settled import Settled, SettledPart
from renewables.statement import Party

ZERO: Final = Decimal("0.00")
PURPOSE_LENGTH: Final = 140
"""So many characters the purpose of a transfer may have (SEPA)."""

NAME_LENGTH: Final = 40
_END_OF_NAME: Final = re.compile(r",| \(| vom ")
"""Where in a citation the law's name ends."""

_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def municipality_accounts(
    year: int, settled: Iterable[SettledPlant], parties: Mapping[str, Party]
) -> tuple[ShareAccount, ...]:
    """Return the account of each party that has a part, by key."""
    lines: dict[str, list[AccountLine]] = {}
    for each in settled:
        for part in each.settled.parts:
            lines.setdefault(part.key, []).append(AccountLine(settlement=each, part=part))
    return tuple(_of_municipality(year, key, lines[key], parties.get(key)) for key in sorted(lines))


def operator_accounts(year: int, settled: Iterable[SettledPlant]) -> tuple[ShareAccount, ...]:
    """Return the account of each operator of plants, by name."""
    lines: dict[str, list[AccountLine]] = {}
    for each in settled:
        lines.setdefault(operator_id(each.plant.operator), []).append(AccountLine(settlement=each))
    found = (_of_operator(year, name, several) for name, several in lines.items())
    return tuple(sorted(found, key=lambda account: account.name))


def operator_id(name: str) -> str:
    """Return an operator's id: its name in small letters of ASCII, `windpark-hoehe-gmbh-co-kg`."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_UMLAUTS))
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-") or "operator"


def _of_municipality(year: int, key: str, lines: Sequence[AccountLine], party: Party | None) -> ShareAccount:
    parts = [(each.settlement.settled, each.part) for each in lines if each.part is not None]
    return ShareAccount(
        kind=AccountKind.MUNICIPALITY,
        id=party.id if party else key,
        name=party.name if party else parts[0][1].name,
        key=key,
        year=year,
        lines=tuple(lines),
        owed_eur=_sum(part.amount_eur for settled, part in parts if settled.owed),
        paid_eur=_sum(part.paid_eur for settled, part in parts if settled.owed),
        reimbursable_eur=_sum(part.reimbursable_eur for settled, part in parts if settled.owed),
        draft=any(settled.draft for settled, _ in parts),
        revision=1,
    )


def _of_operator(year: int, name: str, lines: Sequence[AccountLine]) -> ShareAccount:
    settled = [each.settlement.settled for each in lines]
    return ShareAccount(
        kind=AccountKind.OPERATOR,
        id=name,
        name=lines[0].settlement.plant.operator,
        key="",
        year=year,
        lines=tuple(lines),
        owed_eur=_sum(each.total_eur or ZERO for each in settled if each.owed),
        paid_eur=_sum(paid_by(each) for each in settled),
        reimbursable_eur=_sum(each.reimbursable_eur or ZERO for each in settled if each.owed),
        draft=any(each.draft for each in settled),
        revision=1,
    )


def paid_by(settled: Settled) -> Decimal:
    """Return what is to be paid: the sum of what the parties get, nothing where nothing is owed or split."""
    return _sum(part.paid_eur for part in settled.parts) if settled.owed else ZERO


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearAmounts:
    """What falls into a calendar year: earned in it, to be paid in it, paid back by the grid operator in it."""

    year: int
    accrued_eur: Decimal
    paid_eur: Decimal
    refunded_eur: Decimal


def by_year(account: ShareAccount) -> tuple[YearAmounts, ...]:
    """Return an account's amounts by the years of accrual, payment and refund, which are never added.

    A year in which there is nothing is left out.
    """
    accrued = _years(account, lambda each: each.settlement.settled.year, _paid)
    paid = _years(account, lambda each: each.settlement.settled.payment_year, _paid)
    refunded = _years(account, lambda each: each.settlement.settled.refund_year, _refunded)
    return tuple(
        YearAmounts(
            year=year,
            accrued_eur=accrued.get(year, ZERO),
            paid_eur=paid.get(year, ZERO),
            refunded_eur=refunded.get(year, ZERO),
        )
        for year in sorted({*accrued, *paid, *refunded})
        if accrued.get(year) or paid.get(year) or refunded.get(year)
    )


def _years(
    account: ShareAccount, year_of: Callable[[AccountLine], int | None], amount_of: Callable[[AccountLine], Decimal]
) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for line in account.lines:
        year = year_of(line)
        if year is not None and line.settlement.settled.owed:
            found[year] = found.get(year, ZERO) + amount_of(line)
    return found


def _paid(line: AccountLine) -> Decimal:
    return line.part.paid_eur if line.part is not None else paid_by(line.settlement.settled)


def _refunded(line: AccountLine) -> Decimal:
    return line.part.reimbursable_eur if line.part is not None else line.settlement.settled.reimbursable_eur or ZERO


def short_citation(citation: str) -> str:
    """Return the name of a law as it stands at the beginning of a citation: `EEG 2023 § 6`."""
    return _END_OF_NAME.split(citation)[0][:NAME_LENGTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One transfer from an operator to a municipality for one plant, one rule and one year.

    With `findings` it is of a draft and not to be made.
    """

    payer: str
    payee: str
    key: str
    amount_eur: Decimal
    law: str
    citation: str
    rule: str
    plant: str
    plant_name: str
    year: int
    payment_year: int
    revision: int
    findings: tuple[Finding, ...] = ()


def payments(settled: Iterable[SettledPlant], parties: Mapping[str, Party]) -> tuple[Payment, ...]:
    """Return what is to be transferred, by payer, payee and plant; parts of nothing make no transfer."""
    found = [
        _payment(each, part, parties.get(part.key))
        for each in settled
        if each.settled.owed
        for part in each.settled.parts
        if part.paid_eur > 0
    ]
    return tuple(sorted(found, key=lambda each: (each.payer, each.key, each.plant, each.rule)))


def _payment(each: SettledPlant, part: SettledPart, party: Party | None) -> Payment:
    rule = each.settled.rule
    return Payment(
        payer=each.plant.operator,
        payee=party.name if party else part.name,
        key=part.key,
        amount_eur=part.paid_eur,
        law=rule.law,
        citation=rule.citation,
        rule=rule.id,
        plant=each.plant.id,
        plant_name=each.plant.name,
        year=each.settled.year,
        payment_year=each.settled.payment_year,
        revision=each.version,
        findings=each.settled.findings,
    )
