"""The peaks of sites in a month with what charging drew in them, and the price of power there."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from core.errors import NotFoundError
from core.inventory import Medium, Station
from core.texts import Finding
from energy.register_walk import epoch_ms
from fleet.costs.peak_shares import PowerPrice, SitePeak
from fleet.vehicle_days.sums import ZERO, Value
from operations.house import Call, House
from operations.loads.peaks import details_of, power_price
from operations.loads.reading import ReadLoad, read_load
from operations.loads.rows import PeakDetail


async def peaks_of(house: House, stations: Collection[Station], period: str, call: Call) -> tuple[SitePeak, ...]:
    """Return the peak of each site with charge points in a month like `2026-10`, by site."""
    if house.intervals is None:
        return ()
    names = sorted({each.site for each in stations})
    return tuple([await _peak(house, name, stations, period, call) for name in names])


async def _peak(house: House, name: str, stations: Collection[Station], period: str, call: Call) -> SitePeak:
    site = house.inventory().sites[name]
    try:
        read = await read_load(house, f"site:{name}", period, Medium.ELECTRICITY, call, back=False)
    except NotFoundError as error:
        return SitePeak(site=name, name=site.name, charging_w=error.finding, price=error.finding)
    peak = (await details_of(house, read))[0]
    own = {each.source for each in stations if each.site == name}
    return SitePeak(
        site=name,
        name=site.name,
        peak_w=peak.value,
        charging_w=_charging_w(peak, own),
        price=_price(house, read, peak),
        figure=peak.figure,
    )


def _charging_w(peak: PeakDetail, stations: Collection[str]) -> Value:
    """Return what stations drew in a peak."""
    if peak.value is None:
        return Finding.of("fleet_costs.no_peak")
    parts = [part.value for part in peak.parts if part.source in stations]
    if not parts:
        return Finding.of("fleet_costs.no_peak_share")
    known = [each for each in parts if each is not None]
    return sum(known, ZERO) if len(known) == len(parts) else Finding.of("fleet_costs.peak_share_unknown")


def _price(house: House, read: ReadLoad, peak: PeakDetail) -> PowerPrice | Finding:
    if peak.at_utc is None:
        return Finding.of("fleet_costs.no_peak")
    found = power_price(house.inventory(), read.scope, epoch_ms(peak.at_utc))
    return found if isinstance(found, Finding) else PowerPrice(eur_per_kw=Decimal(found.eur), yearly=not found.monthly)
