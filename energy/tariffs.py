"""What a delivery point costs by the tariffs of its site: energy by time of use, base price, power price, export.

Sums are exact: quarter hours are integers, prices decimals. Nothing is rounded here; a bill's month is
rounded once, by `core.money.in_cents`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from core.intervals import Shares
from core.inventory import PriceWindow, Tariff, Weekday
from core.readings import SlotShare
from core.texts import Finding
from energy.calendars import LocalTime, holidays_in, local_time
from energy.loads import Flags, Load, Numbers
from energy.peaks import THOUSANDTHS_PER_KW, Peak, peak_of
from energy.series import SHARE_NUMBERS

EPOCH: Final = date(1970, 1, 1)
DAY: Final = timedelta(days=1)
_DAYS: Final = tuple(Weekday)
_QUARTER_MIN: Final = 15
_THOUSANDTHS_PER_KWH: Final = Decimal(1_000_000)
_THOUSANDTHS_PER_M3: Final = Decimal(1000)


class CostKind(StrEnum):
    """What is paid for."""

    ENERGY = "energy"
    BASE = "base"
    POWER = "power"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class Price:
    """A price in EUR per kWh or m³: the general one of a tariff, or that of one of its windows."""

    kind: CostKind
    tariff: str
    window: str
    eur: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a delivery point costs for one thing by one price; revenue is negative.

    `used` is in kWh or m³ for energy and export, days for the base price, kW for power. `days` is for
    how many days it is charged, `price_eur` the price as the tariff says it, `at_ms` the peak's begin.
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


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """What a delivery point used on each local day at each price, and what else it pays for.

    `counted` has a row per day (from `first`) and a column per price, in thousandths of Wh or m³; `seconds` a
    column per `SHARE_NUMBERS`. `tariffs` are those in force day by day. `peak` is the highest quarter hour.
    """

    source: str
    first: date
    prices: tuple[Price, ...]
    counted: Numbers
    seconds: Numbers
    tariffs: tuple[Tariff | None, ...]
    peak: Peak | Finding
    per_unit: Decimal

    @property
    def end(self) -> date:
        """Return the day after the last."""
        return self.first + len(self.tariffs) * DAY

    def rows(self, first: date, end: date) -> slice:
        """Return the rows of the days from `first` until before `end`."""
        begin = max((first - self.first).days, 0)
        return slice(begin, max(min((end - self.first).days, len(self.tariffs)), begin))

    def shares(self, first: date, end: date) -> Shares:
        """Return what the quarter hours of some days stand on."""
        total = self.seconds[self.rows(first, end)].sum(axis=0).tolist()
        return Shares(**{f"{share.value}_s": total[number] for share, number in SHARE_NUMBERS.items()})

    def used(self, first: date, end: date) -> Decimal:
        """Return how many kWh or m³ were taken on some days, priced or not."""
        rows = self.counted[self.rows(first, end)]
        taken = [place for place, price in enumerate(self.prices) if price.kind is CostKind.ENERGY]
        return Decimal(int(rows[:, taken].sum())) / self.per_unit


def account_of(
    source: str,
    load: Load,
    exported: Load | None,
    zone: ZoneInfo,
    tariffs: Sequence[Tariff],
    state: str,
    *,
    volume: bool = False,
) -> Account | None:
    """Return the account of a delivery point over the days of its load, None where it has none.

    A quarter hour costs what the first window costs that its begin lies in, else the general price. On a
    public holiday only windows that name it count. Of two tariffs on a day the newer holds. `volume` says
    that the load is in m³, not in Wh; then only prices per m³ count.
    """
    if not len(load):
        return None
    local = local_time(load.start_ms, zone)
    first = int(local.day[0])
    fitting = [each for each in tariffs if (each.energy_eur_per_m3 is not None) == volume]
    in_force = _in_force(fitting, first, int(local.day[-1]))
    prices: list[Price] = [Price(CostKind.ENERGY, "", "", Decimal(0))]
    holidays = holidays_in(local, state)
    taken = _places(local, holidays, in_force, first, prices)
    counted = [(load.thousandths, taken)]
    if exported is not None and len(exported) == len(load):
        counted.append((exported.thousandths, _export_places(local, in_force, first, prices)))
    days = local.day - first
    table = np.zeros((len(in_force), len(prices)), np.int64)
    for thousandths, places in counted:
        paid = places >= 0
        np.add.at(table, (days[paid], places[paid]), thousandths[paid])
    seconds = np.zeros((len(in_force), len(SHARE_NUMBERS)), np.int64)
    np.add.at(seconds, days, load.seconds)
    per_unit = _THOUSANDTHS_PER_M3 if volume else _THOUSANDTHS_PER_KWH
    return Account(source, EPOCH + first * DAY, tuple(prices), table, seconds, tuple(in_force), peak_of(load), per_unit)


def charges_of(account: Account, first: date, end: date) -> tuple[Charge, ...]:
    """Return what the days from `first` until before `end` cost, by what is paid for.

    Base and power price are charged by day, a 365th (366th) of the year's each; power by the highest
    quarter hour of the account. What no tariff covers costs nothing here: `uncovered` names it.
    """
    rows = account.rows(first, end)
    return (*_by_use(account, rows), *_by_day(account, rows))


def uncovered(account: Account, first: date, end: date) -> tuple[tuple[date, date], ...]:
    """Return the runs of days (first, last) without a tariff."""
    rows = account.rows(first, end)
    days = [(account.first + (rows.start + n) * DAY, each) for n, each in enumerate(account.tariffs[rows])]
    runs = [[day for day, _ in run] for missing, run in groupby(days, key=lambda each: each[1] is None) if missing]
    return tuple((run[0], run[-1]) for run in runs)


def known_share(shares: Shares) -> float:
    """Return how much of some days is known, 0 to 1."""
    return 1 - shares.of(SlotShare.MISSING) if shares.span_s else 0.0


def days_in_year(year: int) -> int:
    """Return 365 or 366."""
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def _in_force(tariffs: Sequence[Tariff], first: int, last: int) -> list[Tariff | None]:
    newest = sorted(tariffs, key=lambda each: (each.valid_from, each.id), reverse=True)
    days = [EPOCH + day * DAY for day in range(first, last + 1)]
    return [next((each for each in newest if each.valid_on(day)), None) for day in days]


def _places(
    local: LocalTime, holidays: Flags, in_force: Sequence[Tariff | None], first: int, prices: list[Price]
) -> Numbers:
    """Return the place in `prices` (which grow) of what each slot costs; 0, which costs nothing, without a tariff."""
    places = np.zeros(len(local.day), np.int64)
    for tariff, days in _terms(in_force):
        slots = np.isin(local.day - first, days)
        general = tariff.energy_eur_per_kwh if tariff.energy_eur_per_m3 is None else tariff.energy_eur_per_m3
        places[slots] = len(prices)
        prices.append(Price(CostKind.ENERGY, tariff.id, "", general))
        for window in reversed(tariff.windows):
            places[slots & _within(window, local, holidays)] = len(prices)
            prices.append(Price(CostKind.ENERGY, tariff.id, window.name, window.energy_eur_per_kwh))
    return places


def _export_places(local: LocalTime, in_force: Sequence[Tariff | None], first: int, prices: list[Price]) -> Numbers:
    places = np.full(len(local.day), -1, np.int64)
    for tariff, days in _terms(in_force):
        if tariff.export_eur_per_kwh is not None:
            places[np.isin(local.day - first, days)] = len(prices)
            prices.append(Price(CostKind.EXPORT, tariff.id, "", tariff.export_eur_per_kwh))
    return places


def _terms(in_force: Sequence[Tariff | None]) -> Iterator[tuple[Tariff, list[int]]]:
    """Yield each tariff with the days (from the first) on which it holds."""
    for name in dict.fromkeys(each.id for each in in_force if each):
        days = [day for day, each in enumerate(in_force) if each and each.id == name]
        found = in_force[days[0]]
        assert found is not None  # noqa: S101 - these days were chosen by it
        yield found, days


def _within(window: PriceWindow, local: LocalTime, holidays: Flags) -> Flags:
    kinds = np.where(holidays, _DAYS.index(Weekday.HOLIDAY), local.weekday)
    begins, ends = _minutes(window.begins), _minutes(window.ends) or 24 * 60
    minute = local.quarter * _QUARTER_MIN
    return np.isin(kinds, [_DAYS.index(day) for day in window.days]) & (minute >= begins) & (minute < ends)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _by_use(account: Account, rows: slice) -> Iterator[Charge]:
    counted = account.counted[rows].sum(axis=0).tolist()
    for price, thousandths in zip(account.prices, counted, strict=True):
        if price.tariff and thousandths:
            used = Decimal(thousandths) / account.per_unit
            sign = -1 if price.kind is CostKind.EXPORT else 1
            yield Charge(
                source=account.source,
                kind=price.kind,
                tariff=price.tariff,
                window=price.window,
                used=used,
                days=rows.stop - rows.start,
                price_eur=price.eur,
                amount_eur=sign * used * price.eur,
            )


def _by_day(account: Account, rows: slice) -> Iterator[Charge]:
    for (year, tariff), days in _years(account, rows):
        if tariff.base_eur_per_year:
            used = Decimal(days)
            yield _daily(account, CostKind.BASE, tariff, used, days, tariff.base_eur_per_year, Decimal(1), year)
        if tariff.power_eur_per_kw_year and isinstance(account.peak, Peak):
            kw = Decimal(account.peak.thousandths) / THOUSANDTHS_PER_KW
            yield _daily(account, CostKind.POWER, tariff, kw, days, tariff.power_eur_per_kw_year, kw, year)


def _daily(
    account: Account,
    kind: CostKind,
    tariff: Tariff,
    used: Decimal,
    days: int,
    price_eur: Decimal,
    times: Decimal,
    year: int,
) -> Charge:
    amount = price_eur * times * days / days_in_year(year)
    at_ms = account.peak.at_ms if kind is CostKind.POWER and isinstance(account.peak, Peak) else None
    return Charge(
        source=account.source,
        kind=kind,
        tariff=tariff.id,
        window="",
        used=used,
        days=days,
        price_eur=price_eur,
        amount_eur=amount,
        at_ms=at_ms,
    )


def _years(account: Account, rows: slice) -> Iterator[tuple[tuple[int, Tariff], int]]:
    """Yield each tariff by calendar year with the number of days it holds."""
    days = [((account.first + (rows.start + n) * DAY).year, each) for n, each in enumerate(account.tariffs[rows])]
    names = dict.fromkeys((year, each.id) for year, each in days if each)
    for year, name in names:
        held = [each for when, each in days if each and (when, each.id) == (year, name)]
        yield (year, held[0]), len(held)
