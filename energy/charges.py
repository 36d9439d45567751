"""What the account of a delivery point comes to over some days: charges by what is paid for.

Sums are exact; nothing is rounded here. A base price and a yearly power price are charged by day, a 365th (366th)
each; a monthly power price (Monatsleistungspreis, StromNEV § 19 (1)) by the peak of each month, and by the month's
days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from core.intervals import Shares
from core.inventory import Tariff
from core.readings import SlotShare
from core.texts import Finding
from energy.peaks import THOUSANDTHS_PER_KW, Peak
from energy.tariffs import DAY, Account, CostKind, Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a delivery point costs for one thing by one price; revenue is negative.

    `used` is in kWh or m³ for energy and export, days for the base price, kW for power. `days` is for
    how many days it is charged, `price_eur` the price as the tariff says it, `at_ms` the peak's begin.
    `monthly`: power by the peak of the month, and its price is that of a month.
    """

    source: str
    kind: CostKind
    tariff: str
    window: str
    used: Decimal
    days: int
    price_eur: Decimal
    amount_eur: Decimal
    at_ms: int | None = None
    monthly: bool = False


def charges_of(account: Account, first: date, end: date) -> tuple[Charge, ...]:
    """Return what the days from `first` until before `end` cost, by what is paid for.

    Power by year is charged by the highest quarter hour of the account, power by month by that of the month.
    What no tariff covers costs nothing here: `uncovered` names it.
    """
    rows = account.rows(first, end)
    return (*_by_use(account, rows), *_by_year(account, rows), *_by_month(account, rows))


def daily_costs(account: Account, first: date, end: date) -> list[Decimal | None]:
    """Return what each of the account's days from `first` until before `end` costs, None without a tariff.

    It is what `charges_of` come to for that day; of a month's days each costs the same by one tariff, but for use.
    """
    rows = account.rows(first, end)
    eur = [_sign(price) * price.eur / account.per_unit if price.tariff else Decimal(0) for price in account.prices]
    fixed: dict[tuple[date, str], Decimal] = {}
    found: list[Decimal | None] = []
    for number, counted in enumerate(account.counted[rows].tolist(), rows.start):
        tariff = account.tariffs[number]
        if tariff is None:
            found.append(None)
            continue
        day = slice(number, number + 1)
        held = month_of(account.first + number * DAY), tariff.id
        if held not in fixed:
            charges = (*_by_year(account, day), *_by_month(account, day))
            fixed[held] = sum((each.amount_eur for each in charges), Decimal(0))
        used = (price * thousandths for price, thousandths in zip(eur, counted, strict=True) if thousandths)
        found.append(sum(used, fixed[held]))
    return found


def uncovered(account: Account, first: date, end: date) -> tuple[tuple[date, date], ...]:
    """Return the runs of days (first, last) without a tariff."""
    rows = account.rows(first, end)
    days = [(account.first + (rows.start + n) * DAY, each) for n, each in enumerate(account.tariffs[rows])]
    runs = [[day for day, _ in run] for missing, run in groupby(days, key=lambda each: each[1] is None) if missing]
    return tuple((run[0], run[-1]) for run in runs)


def unknown_months(account: Account, first: date, end: date) -> tuple[date, ...]:
    """Return the months touched that are charged by a peak nobody knows, by their first days."""
    if not account.peaks:
        return ()
    months = {day for (day, tariff), _ in _held(account, account.rows(first, end), month_of) if _monthly(tariff)}
    return tuple(month for month, peak in account.peaks.items() if month in months and isinstance(peak, Finding))


def known_share(shares: Shares) -> float:
    """Return how much of some days is known, 0 to 1."""
    return 1 - shares.of(SlotShare.MISSING) if shares.span_s else 0.0


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def _year_of(day: date) -> date:
    return date(day.year, 1, 1)


def _monthly(tariff: Tariff) -> bool:
    return bool(tariff.power_eur_per_kw_month)


def _by_use(account: Account, rows: slice) -> Iterator[Charge]:
    counted = account.counted[rows].sum(axis=0).tolist()
    for price, thousandths in zip(account.prices, counted, strict=True):
        if price.tariff and thousandths:
            used = Decimal(thousandths) / account.per_unit
            yield Charge(
                source=account.source,
                kind=price.kind,
                tariff=price.tariff,
                window=price.window,
                used=used,
                days=rows.stop - rows.start,
                price_eur=price.eur,
                amount_eur=_sign(price) * used * price.eur,
            )


def _sign(price: Price) -> int:
    return -1 if price.kind is CostKind.EXPORT else 1


def _by_year(account: Account, rows: slice) -> Iterator[Charge]:
    for (year, tariff), days in _held(account, rows, _year_of):
        whole = (date(year.year + 1, 1, 1) - year).days
        if tariff.base_eur_per_year:
            yield Charge(
                source=account.source,
                kind=CostKind.BASE,
                tariff=tariff.id,
                window="",
                used=Decimal(days),
                days=days,
                price_eur=tariff.base_eur_per_year,
                amount_eur=tariff.base_eur_per_year * days / whole,
            )
        if tariff.power_eur_per_kw_year and isinstance(account.peak, Peak):
            yield _power(account, tariff, account.peak, tariff.power_eur_per_kw_year, days, whole)


def _by_month(account: Account, rows: slice) -> Iterator[Charge]:
    if not account.peaks:
        return  # no tariff charges by month
    for (month, tariff), days in _held(account, rows, month_of):
        peak = account.peaks.get(month)
        if tariff.power_eur_per_kw_month and isinstance(peak, Peak):
            whole = ((month + 31 * DAY).replace(day=1) - month).days
            yield _power(account, tariff, peak, tariff.power_eur_per_kw_month, days, whole, monthly=True)


def _power(
    account: Account, tariff: Tariff, peak: Peak, price_eur: Decimal, days: int, whole: int, *, monthly: bool = False
) -> Charge:
    """Return what a peak costs for some days of the `whole` ones that its price is for."""
    kw = Decimal(peak.thousandths) / THOUSANDTHS_PER_KW
    return Charge(
        source=account.source,
        kind=CostKind.POWER,
        tariff=tariff.id,
        window="",
        used=kw,
        days=days,
        price_eur=price_eur,
        amount_eur=price_eur * kw * days / whole,
        at_ms=peak.at_ms,
        monthly=monthly,
    )


def _held(account: Account, rows: slice, span_of: Callable[[date], date]) -> Iterator[tuple[tuple[date, Tariff], int]]:
    """Yield each tariff by the spans (year or month, by its first day) it holds in, with the number of days."""
    held: dict[tuple[date, str], list[Tariff]] = {}
    for number, each in enumerate(account.tariffs[rows], rows.start):
        if each is not None:
            held.setdefault((span_of(account.first + number * DAY), each.id), []).append(each)
    for (span, _), days in held.items():
        yield (span, days[0]), len(days)
