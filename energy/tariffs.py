"""What a delivery point used at which price of its site's tariffs: energy by time of use, export, and its peaks.

Sums are exact: quarter hours are integers, prices decimals. What it comes to stands in `energy.charges`; nothing
is rounded, a bill's month is rounded once, by `core.money.in_cents`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from core.intervals import Shares
from core.inventory import PriceWindow, Tariff, Weekday
from core.texts import Finding
from energy.calendars import LocalTime, holidays_in, local_time
from energy.loads import Flags, Load, Numbers
from energy.peaks import Peak, peak_of
from energy.series import SHARE_NUMBERS, Instants

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


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """What a delivery point used on each local day at each price, and what else it pays for.

    `counted` has a row per day (from `first`) and a column per price, in thousandths of Wh or m³; `seconds` a
    column per `SHARE_NUMBERS`. `tariffs` are those in force day by day. `peak` is the highest quarter hour,
    `peaks` those of the months (by their first days) in which a tariff charges by month.
    """

    source: str
    first: date
    prices: tuple[Price, ...]
    counted: Numbers
    seconds: Numbers
    tariffs: tuple[Tariff | None, ...]
    peak: Peak | Finding
    peaks: Mapping[date, Peak | Finding]
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


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """At which of `prices` quarter hours are paid for, by its place: what is taken, and what is fed in (-1: not).

    The same for all delivery points of a site. `days` counts the local days from `first`, slot by slot;
    `in_force` are the tariffs day by day.
    """

    first: date
    days: Numbers
    in_force: tuple[Tariff | None, ...]
    prices: tuple[Price, ...]
    taken: Numbers
    fed_in: Numbers
    per_unit: Decimal


def terms_of(
    start_ms: Instants, zone: ZoneInfo, tariffs: Sequence[Tariff], state: str, *, volume: bool = False
) -> Terms | None:
    """Return the terms of quarter hours without gaps, None of none.

    A quarter hour costs what the first window costs that its begin lies in, else the general price. On a
    public holiday only windows that name it count. Of two tariffs on a day the newer holds. `volume` says
    that the load is in m³, not in Wh; then only prices per m³ count.
    """
    if not len(start_ms):
        return None
    local = local_time(start_ms, zone)
    first = int(local.day[0])
    fitting = [each for each in tariffs if (each.energy_eur_per_m3 is not None) == volume]
    in_force = _in_force(fitting, first, int(local.day[-1]))
    prices: list[Price] = [Price(CostKind.ENERGY, "", "", Decimal(0))]
    taken = _places(local, holidays_in(local, state), in_force, first, prices)
    return Terms(
        first=EPOCH + first * DAY,
        days=local.day - first,
        in_force=tuple(in_force),
        taken=taken,
        fed_in=_export_places(local, in_force, first, prices),
        prices=tuple(prices),
        per_unit=_THOUSANDTHS_PER_M3 if volume else _THOUSANDTHS_PER_KWH,
    )


def account_of(source: str, load: Load, exported: Load | None, terms: Terms) -> Account:
    """Return the account of a delivery point over the days of its load, by the terms of just these quarter hours."""
    counted = [(load.thousandths, terms.taken)]
    if exported is not None and len(exported) == len(load):
        counted.append((exported.thousandths, terms.fed_in))
    prices = len(terms.prices)
    table = np.zeros(len(terms.in_force) * prices, np.int64)
    for thousandths, places in counted:
        paid = places >= 0
        np.add.at(table, terms.days[paid] * prices + places[paid], thousandths[paid])
    return Account(
        source=source,
        first=terms.first,
        prices=terms.prices,
        counted=table.reshape(len(terms.in_force), prices),
        seconds=np.add.reduceat(load.seconds, np.flatnonzero(np.diff(terms.days, prepend=-1))),
        tariffs=terms.in_force,
        peak=peak_of(load),
        peaks=dict(_peaks(load, terms)),
        per_unit=terms.per_unit,
    )


def _peaks(load: Load, terms: Terms) -> Iterator[tuple[date, Peak | Finding]]:
    """Yield the peak of each month in which some tariff charges by month."""
    first = terms.first
    charged = [(first + number * DAY).replace(day=1) for number, each in enumerate(terms.in_force) if _by_month(each)]
    for month in dict.fromkeys(charged):
        end = (month + 31 * DAY).replace(day=1)
        begin, stop = np.searchsorted(terms.days, [(month - first).days, (end - first).days]).tolist()
        yield month, peak_of(load.take(slice(begin, stop)))


def _by_month(tariff: Tariff | None) -> bool:
    return tariff is not None and bool(tariff.power_eur_per_kw_month)


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
