"""Which of a plant's energy counts: that of the months for which a contract runs, and whether that can be at all."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from core.inventory.renewables import Contract, Plant
from core.texts import Finding
from renewables.energy_base import BaseMonth, EnergyBase

LONG = 7
"""A month is written with seven characters (`2025-03`); what is shorter is a whole year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Whole watt-hours. `fictitious`: power that was not fed in counts. `negative_wh` None: nobody says."""

    fed_in_wh: int
    fictitious_wh: int
    negative_wh: int | None
    fictitious: bool


NOTHING = Counted(fed_in_wh=0, fictitious_wh=0, negative_wh=0, fictitious=False)


def counted(base: EnergyBase, contract: Contract | None, *, fictitious: bool) -> Counted | None:
    """Return what counts of a year, of the months in which a contract runs; None if nothing is known of them."""
    months = [month for month in base.months if contract is None or _runs(contract, month)]
    known = [month.fed_in_wh for month in months if month.fed_in_wh is not None]
    if months and not known:
        return None
    negative = [month.negative_wh for month in months if month.negative_wh is not None]
    return Counted(
        fed_in_wh=sum(known),
        fictitious_wh=sum(energy for month in months for _, energy in month.fictitious_wh),
        negative_wh=sum(negative) if negative else None,
        fictitious=fictitious,
    )


def doubts_about(base: EnergyBase, plant: Plant, year: int) -> Iterator[Finding]:
    """Yield what is wrong with a year's energies.

    Whoever made the base and found something has looked at every month already; then nothing is said twice.
    """
    yield from base.findings
    if base.findings:
        return
    missing = [month.month for month in base.months if month.fed_in_wh is None]
    if missing:
        yield Finding.of("shares.months_missing", months=", ".join(missing), count=len(missing))
    fed_in, negative = base.fed_in_wh or 0, base.negative_wh or 0
    energies = [fed_in, negative, *(energy for month in base.months for _, energy in month.fictitious_wh)]
    if min(energies) < 0:
        yield Finding.of("shares.energy_negative", energy_kwh=min(energies) / 1000)
        return
    if negative > fed_in:
        yield Finding.of("shares.negative_more", negative_kwh=negative / 1000, energy_kwh=fed_in / 1000)
    most_wh = plant.power_w * _hours(plant, year)
    if fed_in + base.fictitious_wh > most_wh:
        yield Finding.of(
            "shares.energy_impossible",
            energy_kwh=(fed_in + base.fictitious_wh) / 1000,
            most_kwh=most_wh / 1000,
            power_kw=plant.power_w / 1000,
        )


def part_of_year(contract: Contract, base: EnergyBase, plant: Plant) -> tuple[Sequence[Finding], Sequence[Finding]]:
    """Return what is open, and what is worth knowing, about a contract that runs for a part of a year only.

    One that begins no later than the plant cuts no month: before its first day the plant fed in nothing.
    """
    left_out = [month.month for month in base.months if not _runs(contract, month)]
    notes = [Finding.of("shares.contract_months", contract=contract.id, months=", ".join(left_out))] if left_out else []
    begins = contract.valid_from if contract.valid_from > plant.commissioned else None
    within = [day for day in (begins, contract.valid_to) if day and _inside(day, base)]
    return [Finding.of("shares.contract_within", contract=contract.id, day=day.isoformat()) for day in within], notes


def _runs(contract: Contract, month: BaseMonth) -> bool:
    first, last = _days(month.month)
    return contract.valid_from <= last and (contract.valid_to is None or first < contract.valid_to)


def _inside(day: date, base: EnergyBase) -> bool:
    """Return whether a day cuts a month, or a year of which no months are known."""
    return any(first < day <= last for first, last in (_days(month.month) for month in base.months))


def _days(month: str) -> tuple[date, date]:
    year = int(month[:4])
    if len(month) < LONG:
        return date(year, 1, 1), date(year, 12, 31)
    number = int(month[5:7])
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])


def _hours(plant: Plant, year: int) -> int:
    """Return the hours of the year from a plant's first day on."""
    first = max(date(year, 1, 1), plant.commissioned)
    return max(0, (date(year + 1, 1, 1) - first).days) * 24
