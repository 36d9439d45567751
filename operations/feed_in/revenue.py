"""What plants of the district itself made, used, fed in and earned: those at its sites.

What they feed in is what the operator's settlement or a feed-in meter says, else what the meters of the connection
say; several plants behind one share it by installed power (EEG § 24(3)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from core.errors import NotFoundError
from core.exact import decimal_of
from core.fleet import PvAllocation
from core.inventory.renewables import Plant
from core.periods import Period
from energy.register_walk import epoch_ms
from operations.evidence.figures import SITE
from operations.feed_in.base import energy_bases
from operations.feed_in.prices import Prices, read_prices
from operations.feed_in.revenue_rows import PlantRevenue, RevenueMonth, RevenueOf, ShowRevenue
from operations.feed_in.statements import known_plant
from operations.house import Call, House
from operations.loads.reading import elapsed
from operations.roofs.share import Connection, pv_behind
from operations.values import Told
from renewables.base.presence import months_of
from renewables.base.sharing import share_out
from renewables.energy_base import EnergyBase
from renewables.revenue import Earned, OwnMonth, cents, earned_by, known_sum

THOUSANDTHS_PER_MWH: Final = 1_000_000_000
MICRO_PER_EUR: Final = 1_000_000


@dataclass(slots=True)
class _Flow:
    """What a connection made, used itself and fed in within a month, in thousandths of Wh, and what that was worth."""

    made: int = 0
    exported: int = 0
    negative: int | None = None
    worth_eur: Fraction | None = None


@dataclass(frozen=True, slots=True)
class _Site:
    """The months of a site's connections, by the meters of the roofs behind each."""

    flows: Mapping[tuple[str, ...], Mapping[str, _Flow]] = field(default_factory=dict)

    def behind(self, plant: Plant) -> tuple[tuple[str, ...], Mapping[str, _Flow]]:
        """Return the connection a plant's meter is behind."""
        for meters, months in self.flows.items():
            if plant.meter in meters:
                return meters, months
        return (), {}


async def show_revenue(house: House, request: ShowRevenue, call: Call) -> RevenueOf:
    """Return what own plants earned in a year. Raises `NotFoundError` or `ForbiddenError` for what was asked for."""
    year = request.year or house.day(call.now_utc).year - 1
    plants = _own(house, request, call)
    bases = await energy_bases(house, [plant.id for plant in plants], year)
    sites = {site: await _site(house, site, year, call) for site in sorted({plant.site or "" for plant in plants})}
    rows = tuple(_row(house, plant, bases[plant.id], sites[plant.site or ""]) for plant in plants)
    return RevenueOf(
        year=year,
        plants=rows,
        paid_eur=_eur(row.paid_eur for row in rows),
        market_eur=_eur(row.market_eur for row in rows),
    )


def _own(house: House, request: ShowRevenue, call: Call) -> list[Plant]:
    """Return the own plants that were asked for, of those that the actor may see."""
    if request.plant is not None:
        plant = known_plant(house, request.plant)
        call.must_see(plant.site)
        if plant.site is None:
            raise NotFoundError("feed_in.not_own", plant=plant.name)
        return [plant]
    if request.site is not None:
        if request.site not in house.inventory().sites:
            raise NotFoundError("sites.unknown", id=request.site[:80])
        call.must_see(request.site)
    found = [each for each in house.inventory().plants.values() if each.site is not None and call.actor.sees(each.site)]
    return sorted((each for each in found if request.site in (None, each.site)), key=lambda each: each.id)


async def _site(house: House, site: str, year: int, call: Call) -> _Site:
    months = months_of(year, ZoneInfo(house.time_zone))
    spans = list(months.values())
    whole = Period(spans[0].start_utc, spans[-1].end_utc)
    period = (
        elapsed(whole, call.now_utc) if whole.start_utc < call.now_utc else Period(whole.start_utc, whole.start_utc)
    )
    if house.intervals is None or not period.duration:
        return _Site()
    found = await pv_behind(house, SITE + site, period, call, PvAllocation.PRO_RATA)
    prices = await read_prices(house, whole)
    return _Site(
        {
            tuple(meter.id for meter in each.makers): {
                name: flow for name, month in months.items() if (flow := _flow(each, month, prices)) is not None
            }
            for each in found.connections
        }
    )


def _flow(connection: Connection, month: Period, prices: Prices | None) -> _Flow | None:
    """Return the flows of a month; None unless each of its quarter hours is known."""
    ends = [epoch_ms(month.start_utc), epoch_ms(month.end_utc)]
    part = slice(*np.searchsorted(connection.start_ms, ends).tolist())
    slots = (ends[1] - ends[0]) // 900_000
    if part.stop - part.start < slots or not connection.known[part].all():
        return None
    exported = connection.allocation.exported[part]
    flow = _Flow(made=int(connection.made[part].sum()), exported=int(exported.sum()))
    if prices is not None and prices.known(month):
        eur_per_mwh = prices.eur_per_mwh[prices.during(month)]
        flow.negative = int(exported[eur_per_mwh < 0].sum())
        micro = np.rint(eur_per_mwh * MICRO_PER_EUR).astype(np.int64)
        worth = sum(map(int.__mul__, exported.tolist(), micro.tolist()))
        flow.worth_eur = Fraction(worth, THOUSANDTHS_PER_MWH * MICRO_PER_EUR)
    return flow


def _row(house: House, plant: Plant, base: EnergyBase, site: _Site) -> PlantRevenue:
    inventory, (meters, flows) = house.inventory(), site.behind(plant)
    power = {each.id: Fraction(each.power_w) for each in inventory.plants.values() if each.meter in meters}
    months = [_month(plant, each.month, base, flows.get(each.month), power) for each in base.months]
    earned = [earned_by(plant, month) for month in months]
    missing = tuple(month.month for month, said in zip(months, earned, strict=True) if said.paid_eur is None)
    reasons = [said.reason for said in earned if said.reason is not None]
    name = plant.site or ""
    return PlantRevenue(
        plant=plant.id,
        name=plant.name,
        site=name,
        site_name=inventory.sites[name].name if name in inventory.sites else name,
        marketing=plant.marketing,
        value_ct_per_kwh=plant.value_ct_per_kwh,
        generation_wh=_wh(month.generation_wh for month in months),
        self_use_wh=_wh(month.self_use_wh for month in months),
        fed_in_wh=_wh(month.fed_in_wh for month in months),
        negative_wh=_wh(month.negative_wh for month in months),
        paid_eur=_eur(said.paid_eur for said in earned),
        market_eur=_eur(None if month.market_eur is None else cents(month.market_eur) for month in months),
        months_missing=missing,
        reason=Told.of(reasons[0]) if reasons else None,
        notes=tuple(Told.of(each) for each in dict.fromkeys(note for said in earned for note in said.notes)),
        months=tuple(_told(month, said) for month, said in zip(months, earned, strict=True)),
    )


def _month(plant: Plant, name: str, base: EnergyBase, flow: _Flow | None, power: Mapping[str, Fraction]) -> OwnMonth:
    """Return a plant's month: fed in as the energy base has it, else its part of what the connection's meters say."""
    said = next(month for month in base.months if month.month == name)
    if flow is None or plant.id not in power:
        return OwnMonth(month=name, fed_in_wh=said.fed_in_wh, negative_wh=said.negative_wh)
    exported, made = (share_out(round(Fraction(each, 1000)), power)[plant.id] for each in (flow.exported, flow.made))
    negative = None if flow.negative is None else share_out(round(Fraction(flow.negative, 1000)), power)[plant.id]
    fed_in = exported if said.fed_in_wh is None else said.fed_in_wh
    worth = None if flow.worth_eur is None else flow.worth_eur * power[plant.id] / sum(power.values())
    return OwnMonth(
        month=name,
        generation_wh=made,
        self_use_wh=max(made - fed_in, 0),
        fed_in_wh=fed_in,
        negative_wh=said.negative_wh if said.negative_wh is not None else negative,
        market_eur=None if worth is None else decimal_of(worth),
    )


def _told(month: OwnMonth, earned: Earned) -> RevenueMonth:
    return RevenueMonth(
        month=month.month,
        generation_wh=month.generation_wh,
        self_use_wh=month.self_use_wh,
        fed_in_wh=month.fed_in_wh,
        negative_wh=month.negative_wh,
        paid_eur=earned.paid_eur,
        market_eur=None if month.market_eur is None else cents(month.market_eur),
        reason=None if earned.reason is None else Told.of(earned.reason),
    )


def _eur(values: Iterable[Decimal | None]) -> Decimal | None:
    found = known_sum(values)
    return None if found is None else Decimal(found)


def _wh(values: Iterable[int | None]) -> int | None:
    found = known_sum(values)
    return None if found is None else int(found)
