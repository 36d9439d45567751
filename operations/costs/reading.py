"""Reading what costs stand on: the quarter hours of the supply meters of a site, priced by its tariffs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import NotFoundError
from core.intervals import Resolution, SeriesKey
from core.inventory import EnergyBasis, Inventory, Medium, Meter, MeterRole, Site, Tariff
from core.periods import Period
from core.quantities import Quantity
from core.texts import Finding
from energy.charges import Charge, charges_of, known_share, uncovered, unknown_months
from energy.loads import ENOUGH_KNOWN, Member, load_of, slots_in
from energy.peaks import Peak
from energy.series import Amounts
from energy.tariffs import Account, Terms, account_of, terms_of
from operations.evidence.witnesses import interval_store
from operations.house import Call, House
from operations.loads.reading import elapsed

PERCENT: Final = 100
_DAY: Final = timedelta(days=1)
_ALWAYS_MS: Final = (-(2**62), 2**62)

_BILLED: Final = {
    Medium.ELECTRICITY: Quantity.ENERGY_IMPORT_WH,
    Medium.HEAT: Quantity.HEAT_WH,
    Medium.WATER: Quantity.VOLUME_M3,
    Medium.GAS: Quantity.FUEL_HO_WH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What some days cost by the meters of a site: exact charges, and what is to be said of them."""

    first: date
    end: date
    charges: tuple[Charge, ...]
    used: Decimal
    known: float
    measured: float
    reason: Finding | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCosts:
    """The accounts of a site's supply meters of a medium, one per meter and calendar year.

    `until` is the day that has not gone entirely (or has not begun). `silent` are meters that counted nothing that
    could be priced.
    """

    site: Site
    medium: Medium
    quantity: Quantity
    until: date
    meters: tuple[Meter, ...]
    accounts: tuple[Account, ...]
    silent: tuple[Meter, ...]

    @property
    def unit(self) -> str:
        """Return in what is billed."""
        return "m³" if self.quantity is Quantity.VOLUME_M3 else "kWh"

    def bill(self, first: date, end: date) -> Bill:
        """Return what the days from `first` until before `end` cost, or why that is not computed."""
        here = [each for each in self.accounts if each.first < end and first < each.end]
        shares = [each.shares(first, end) for each in here]
        span_s = sum(each.span_s for each in shares)
        known = sum(known_share(each) * each.span_s for each in shares) / span_s if span_s else 0.0
        measured = sum(each.measured_s for each in shares) / span_s if span_s else 0.0
        silent = [each.name for each in self.silent if each.valid_from < end and (each.valid_to or end) > first]
        gaps = [gap for each in here for gap in uncovered(each, first, end)]
        charges = tuple(charge for each in here for charge in charges_of(each, first, end))
        return Bill(
            first=first,
            end=min(end, max((each.end for each in here), default=first)),
            charges=charges,
            used=sum((each.used(first, end) for each in here), Decimal(0)),
            known=known,
            measured=measured,
            reason=self._why_not(here, silent, known, covered=any(_covered(each, first, end) for each in here)),
            findings=(
                *(
                    Finding.of("costs.no_tariff", begin=str(begin), last=str(last))
                    for begin, last in dict.fromkeys(gaps)
                ),
                *(finding for each in here for finding in self._of_peaks(each, first, end)),
                *((_not_counted(silent, self.medium),) if here and silent else ()),
            ),
        )

    def _of_peaks(self, account: Account, first: date, end: date) -> Iterator[Finding]:
        """Yield what is to be said of the peaks that a meter pays for."""
        meter = next(each.name for each in self.meters if each.source == account.source)
        by_year = any(tariff and tariff.power_eur_per_kw_year for tariff in account.tariffs)
        months = unknown_months(account, first, end)
        if by_year and isinstance(account.peak, Finding):
            yield Finding.of("costs.no_peak", meter=meter)
        if months:
            yield Finding.of("costs.no_peaks", meter=meter, months=", ".join(f"{month:%Y-%m}" for month in months))
        charged = (*((account.peak,) if by_year else ()), *account.peaks.values())
        if self.medium is not Medium.ELECTRICITY and any(isinstance(peak, Peak) for peak in charged):
            yield Finding.of("costs.peak_as_measured", meter=meter)

    def _why_not(
        self, here: Sequence[Account], silent: Sequence[str], known: float, *, covered: bool
    ) -> Finding | None:
        if not here and silent:
            return _not_counted(silent, self.medium)
        if not here or not known:
            return Finding.of("costs.nothing_known")
        if known < ENOUGH_KNOWN:
            params = {"known": round(PERCENT * known, 1), "needed": round(PERCENT * ENOUGH_KNOWN)}
            return Finding.of("costs.too_little_known", **params)
        return None if covered else Finding.of("costs.no_tariff_at_all")


async def read_costs(
    house: House, site_id: str, medium: Medium, years: Sequence[int], call: Call, *, meter: str | None = None
) -> ReadCosts:
    """Return the accounts of a site's supply meters (or of one) in some years, as far as these have gone.

    Raises `NotFoundError` for an unknown site or one where the medium is not metered, `ForbiddenError`.
    """
    inventory, site = house.inventory(), seen_site(house, site_id, call)
    zone = ZoneInfo(site.time_zone)
    meters = [each for each in supply_meters(inventory, site.id) if each.medium is medium and meter in (None, each.id)]
    if not meters:
        raise NotFoundError("costs.nothing_metered", site=site.id, medium=medium.value)
    tariffs = [each for each in inventory.tariffs.values() if each.medium is medium and site.id in each.sites]
    quantity = billed_quantity(inventory, meters[0], tariffs)
    sold = any(each.export_eur_per_kwh is not None for each in tariffs)
    spans = [_year(year, zone, call.now_utc) for year in years]
    keys: list[SeriesKey] = [(each.source, quantity) for each in meters]
    keys += [(each.source, Quantity.ENERGY_EXPORT_WH) for each in meters] if sold else []
    whole = Period(min(span.start_utc for span in spans), max(span.end_utc for span in spans))
    found = await interval_store(house).amounts(Resolution.SLOT, keys, whole)
    state, volume = _state(inventory, site), quantity is Quantity.VOLUME_M3
    terms = cache(lambda period: terms_of(slots_in(period), zone, tariffs, state, volume=volume))
    accounts = [
        account
        for each in meters
        for span in spans
        if (account := _account(each, quantity, _valid(each, span, zone), found, terms)) is not None
    ]
    return ReadCosts(
        site=site,
        medium=medium,
        quantity=quantity,
        until=min(call.now_utc.astimezone(zone).date(), date(max(years) + 1, 1, 1)),
        meters=tuple(meters),
        accounts=tuple(accounts),
        silent=tuple(each for each in meters if (each.source, quantity) not in found),
    )


def seen_site(house: House, site_id: str, call: Call) -> Site:
    """Return a site that the actor may see. Raises `NotFoundError` or `ForbiddenError`."""
    site = house.inventory().sites.get(site_id)
    if site is None:
        raise NotFoundError("sites.unknown", id=site_id[:80])
    call.must_see(site.id)
    return site


def supply_meters(inventory: Inventory, site: str) -> list[Meter]:
    """Return the meters of a site at the supplier's border: each is a delivery point with a bill of its own."""
    return [each for each in inventory.meters.values() if each.site == site and each.role is MeterRole.SUPPLY]


def media_of(inventory: Inventory, site: str) -> tuple[Medium, ...]:
    """Return the media that a site is supplied with, in the order of `Medium`."""
    there = {meter.medium for meter in supply_meters(inventory, site)}
    return tuple(medium for medium in Medium if medium in there)


def billed_quantity(inventory: Inventory, meter: Meter, tariffs: Iterable[Tariff]) -> Quantity:
    """Return in what a meter is billed: gas by kWh Ho, oil and pellets on the basis of their fuel or by volume."""
    if any(each.energy_eur_per_m3 is not None for each in tariffs):
        return Quantity.VOLUME_M3
    if meter.medium in _BILLED:
        return _BILLED[meter.medium]
    fuel = inventory.fuels.get(meter.fuel or "")
    return Quantity.FUEL_HO_WH if fuel and fuel.basis is EnergyBasis.HO else Quantity.FUEL_HI_WH


def months_of(first: date, end: date) -> Iterator[tuple[date, date]]:
    """Yield the calendar months that touch the days from `first` until before `end`, cut to them."""
    borders = [first]
    while borders[-1] < end:
        following = (borders[-1].replace(day=1) + timedelta(days=31)).replace(day=1)
        borders.append(min(following, end))
    yield from pairwise(borders)


def _account(
    meter: Meter,
    quantity: Quantity,
    period: Period | None,
    found: dict[SeriesKey, Amounts],
    terms_in: Callable[[Period], Terms | None],
) -> Account | None:
    """Return the account of a meter from its first day to its last in a year; None where it counted nothing."""
    amounts = found.get((meter.source, quantity))
    terms = None if period is None or amounts is None else terms_in(period)
    if period is None or terms is None:
        return None
    sold = found.get((meter.source, Quantity.ENERGY_EXPORT_WH))
    load = load_of([Member(amounts, *_ALWAYS_MS)], period)
    exported = load_of([Member(sold, *_ALWAYS_MS)], period) if sold is not None else None
    return account_of(meter.source, load, exported, terms)


def _valid(meter: Meter, span: Period, zone: ZoneInfo) -> Period | None:
    begin = max(span.start_utc, _midnight(meter.valid_from, zone))
    end = span.end_utc if meter.valid_to is None else min(span.end_utc, _midnight(meter.valid_to, zone))
    return Period(begin, end) if begin < end else None


def _year(year: int, zone: ZoneInfo, now_utc: datetime) -> Period:
    """Return a year as far as its quarter hours are over."""
    begin, end = _midnight(date(year, 1, 1), zone), _midnight(date(year + 1, 1, 1), zone)
    return elapsed(Period(begin, end), now_utc)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _state(inventory: Inventory, site: Site) -> str:
    calendar = inventory.calendars.get(site.calendar or "")
    municipality = inventory.municipalities.get(site.municipality)
    return calendar.state if calendar else municipality.state if municipality else ""


def _covered(account: Account, first: date, end: date) -> bool:
    return any(account.tariffs[account.rows(first, end)])


def _not_counted(silent: Sequence[str], medium: Medium) -> Finding:
    names = ", ".join(silent)
    if medium in (Medium.GAS, Medium.OIL, Medium.PELLETS):
        return Finding.of("costs.no_fuel_energy", meters=names)
    return Finding.of("costs.not_counted", meters=names)
