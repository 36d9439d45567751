"""What can be wrong with calendars, tariffs, fuels and budgets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from itertools import combinations

from config.shelves import Shelves, Written, entries_of, overlap, place_of, twins
from core.inventory import Budget, Calendar, Fuel, Medium, Opening, PriceWindow, Tariff
from core.texts import Finding

FUELS = (Medium.GAS, Medium.OIL, Medium.PELLETS)
"""The media that are burnt."""


def check_supplies(shelves: Shelves) -> Iterator[Finding]:
    """Yield what is wrong with when places are in use, and with what things cost and hold."""
    for written, calendar in entries_of(shelves, Calendar):
        yield from _calendar(written, calendar)
    for written, tariff in entries_of(shelves, Tariff):
        yield from _windows(written, tariff)
        yield from _prices(written, tariff)
    for written, fuel in entries_of(shelves, Fuel):
        yield from _fuel(written, fuel)
    yield from _tariffs(shelves)
    yield from twins(entries_of(shelves, Budget), _spending, "config.budget_twice", "year")


def _calendar(written: Written, calendar: Calendar) -> Iterator[Finding]:
    for place, opening in enumerate(calendar.openings):
        yield from _hours(written, "openings", place, opening)
    for place, rest in enumerate(calendar.breaks):
        if rest.last < rest.first:
            params = {"found": str(rest.last), "start": str(rest.first)}
            yield written.finding("config.break_reversed", "breaks", place, "last", **params)


def _hours(written: Written, key: str, place: int, hours: Opening | PriceWindow) -> Iterator[Finding]:
    if hours.ends != time() and hours.ends <= hours.begins:
        params = {"found": f"{hours.ends:%H:%M}", "start": f"{hours.begins:%H:%M}"}
        yield written.finding("config.hours_reversed", key, place, "ends", **params)


def _windows(written: Written, tariff: Tariff) -> Iterator[Finding]:
    for place, window in enumerate(tariff.windows):
        yield from _hours(written, "windows", place, window)
        clash = next((earlier for earlier in tariff.windows[:place] if _clash(earlier, window)), None)
        if clash:
            days = ", ".join(day for day in window.days if day in clash.days)
            yield written.finding("config.windows_overlap", "windows", place, other=clash.name, days=days)


def _clash(one: PriceWindow, other: PriceWindow) -> bool:
    same_day = bool(set(one.days) & set(other.days))
    return same_day and one.begins < _end(other) and other.begins < _end(one)


def _end(window: PriceWindow) -> time:
    return time.max if window.ends == time() else window.ends


def _prices(written: Written, tariff: Tariff) -> Iterator[Finding]:
    by_volume, by_energy = tariff.energy_eur_per_m3 is not None, bool(tariff.energy_eur_per_kwh or tariff.windows)
    if tariff.medium is Medium.WATER and by_energy:
        yield written.finding("config.price_impossible", "energy_eur_per_kwh", medium=tariff.medium)
    if tariff.medium in (Medium.ELECTRICITY, Medium.HEAT, Medium.GAS, Medium.PELLETS) and by_volume:
        yield written.finding("config.price_impossible", "energy_eur_per_m3", medium=tariff.medium)
    if tariff.medium is not Medium.ELECTRICITY and tariff.export_eur_per_kwh is not None:
        yield written.finding("config.price_impossible", "export_eur_per_kwh", medium=tariff.medium)
    if tariff.power_eur_per_kw_year and tariff.power_eur_per_kw_month:
        yield written.finding("config.power_priced_twice", "power_eur_per_kw_month")


def _fuel(written: Written, fuel: Fuel) -> Iterator[Finding]:
    if fuel.medium not in FUELS:
        yield written.finding("config.not_a_fuel", "medium", found=fuel.medium, expected=", ".join(FUELS))
    seen: set[str] = set()
    for place, month in enumerate(fuel.months):
        if month.month in seen:
            yield written.finding("config.month_twice", "months", place, "month", found=month.month)
        seen.add(month.month)


def _tariffs(shelves: Shelves) -> Iterator[Finding]:
    for (first, one), (second, other) in combinations(entries_of(shelves, Tariff), 2):
        common = sorted(set(one.sites) & set(other.sites))
        if one.medium == other.medium and common and overlap(one, other):
            yield second.finding(
                "config.tariff_twice", "sites", other=one.id, found=", ".join(common), **place_of(first)
            )


def _spending(budget: Budget) -> object:
    return budget.site, budget.medium, budget.year
