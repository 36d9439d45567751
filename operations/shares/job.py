"""Settlements of shares: each year that is over once operators have stated it, and whatever changes after that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from core.errors import NotFoundError, RequestError
from core.inventory.renewables import Plant
from core.texts import Finding
from operations.house import Call, House
from operations.schedule import JobWork
from operations.shares.forecasting import forecast_year
from operations.shares.keeping import keep_accounts, keep_shares, read_year
from operations.shares.settling import plants_of, settle_year
from operations.shares.shares import Year, settled_years
from renewables.statement import SHARES, PlantShares

STATED_BY: Final = (2, 28)
"""Month and day by which operators state the year before to the grid operator (EEG § 71(1) Nr. 1)."""

YEARS_BACK: Final = 3
"""Years that were settled are settled again each night for so long: statements and corrections come late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleShares:
    """Which `year` to settle (the last one over), and `only` which plants by their ids (all)."""

    year: Year | None = None
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesSettled:
    """How many plants were settled, of how many there is a new version, how many are drafts, how many accounts new.

    A draft is one about which something is open.
    """

    year: int
    plants: int
    versions: int
    drafts: int
    accounts: int


@dataclass(slots=True, kw_only=True)
class SharesWorked:
    """Of how many settlements (`versions`) and forecasts of plants there are new versions after a night."""

    versions: int = 0
    forecasts: int = 0


async def settle_shares(house: House, request: SettleShares, call: Call) -> SharesSettled:
    """Settle a year of plants and keep what is new as versions; the same inputs make no new one.

    Raises `RequestError` for a year that is not over, `NotFoundError` for a plant that there is not, or not one that
    a law is about.
    """
    over = house.day(call.now_utc).year - 1
    year = request.year or over
    if year > over:
        raise RequestError("shares.year_not_over", year=year, last=over)
    plants = plants_of(house.inventory(), house.laws(), year, request.only)
    missing = sorted({*request.only} - {each.id for each in plants})
    if missing:
        raise NotFoundError("shares.plant_unknown", plants=", ".join(missing)[:200], year=year)
    return await settle_and_keep(house, year, plants, call, whole=not request.only)


async def settle_and_keep(house: House, year: int, plants: list[Plant], call: Call, *, whole: bool) -> SharesSettled:
    """Settle plants and keep what is new. With `whole` plants that were settled before and are no more are emptied."""
    settled = await settle_year(house, year, plants, call)
    if whole:
        settled += await _gone(house, year, settled)
    versions = 0
    for number, shares in enumerate(settled):
        call.progress(0.7 + 0.25 * number / len(settled), Finding.of("shares.keeping", count=len(settled)))
        versions += await keep_shares(house, shares, SHARES, call)
    return SharesSettled(
        year=year,
        plants=len(plants),
        versions=versions,
        drafts=sum(each.draft for each in settled),
        accounts=await keep_accounts(house, year, call),
    )


async def _gone(house: House, year: int, settled: Iterable[PlantShares]) -> list[PlantShares]:
    """Return plants that were settled for the year and that it had not, as is known now: nothing is owed for them."""
    there = {each.plant.id for each in settled}
    kept = (await read_year(house, year)).plants
    return [
        replace(each.shares, settled=(), left_out=(), areas=(), base=None, contracts=(), findings=())
        for each in kept
        if each.shares.plant.id not in there
    ]


async def work_shares(house: House, request: JobWork, call: Call) -> SharesWorked:
    """Settle the year before, once operators had to state it, and those settled before; forecast the one going on."""
    today = date.fromisoformat(request.period)
    done = SharesWorked()
    for year in await years_due(house, today):
        plants = plants_of(house.inventory(), house.laws(), year)
        found = await settle_and_keep(house, year, plants, call, whole=True)
        done.versions += found.versions
    done.forecasts = await forecast_year(house, today, call)
    return done


async def years_due(house: House, today: date) -> list[int]:
    """Return the years to be settled on a day, the oldest first."""
    kept = {year for year in await settled_years(house, SHARES) if today.year - YEARS_BACK <= year < today.year}
    if today > date(today.year, *STATED_BY):
        kept.add(today.year - 1)
    return sorted(kept)
