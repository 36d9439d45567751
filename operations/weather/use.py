"""What a site used of what heats, month by month, and what it would have in usual weather."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import RequestError
from core.evidence import FigureId
from core.intervals import Amount, Resolution
from core.inventory import HEATING, Inventory, Medium, Meter, Site, WeatherStation
from core.periods import Period
from core.quantities import Quantity
from core.readings import SlotShare
from core.texts import Finding
from energy.steady_use import SteadyAmount, days_unsaid, steady_amounts
from energy.weather import Corrected, DegreeDays, UsedMonth, correct, degree_days
from operations.costs.reading import months_of, supply_meters
from operations.evidence.figures import SITE
from operations.evidence.interval import exact
from operations.house import Call, House
from operations.intervals.counting import totals_of
from operations.values import Told
from operations.weather.rows import CorrectedUse, SteadyShare
from operations.weather.temperatures import daily_means, station_of

WEATHER: Final = "weather"

_COUNTED: Final = {
    Medium.HEAT: (Quantity.HEAT_WH,),
    Medium.GAS: (Quantity.FUEL_HO_WH, Quantity.VOLUME_M3),
    Medium.OIL: (Quantity.FUEL_HI_WH, Quantity.FUEL_HO_WH, Quantity.VOLUME_M3),
    Medium.PELLETS: (Quantity.FUEL_HI_WH, Quantity.FUEL_HO_WH),
    Medium.ELECTRICITY: (Quantity.ENERGY_IMPORT_WH,),
    Medium.WATER: (Quantity.VOLUME_M3,),
}
"""By what use is told: the first that is known. A gas meter's m³ are corrected as well as its kWh."""


_PER_KWH: Final = 1_000_000
"""What a kWh counts, in thousandths of a Wh."""


@dataclass(frozen=True, slots=True)
class MeterUse:
    """What a supply meter counted month by month, the first and last cut to the days on which it was there."""

    meter: Meter
    months: tuple[UsedMonth, ...]

    @property
    def days(self) -> tuple[date, date]:
        """Return the first day and the one after the last."""
        last = self.months[-1]
        return self.months[0].first, last.first + timedelta(days=last.days)


@dataclass(frozen=True, slots=True)
class Steady:
    """What does not depend on the weather: what was said of which meters, those of which it was not, and why not."""

    amounts: tuple[tuple[Meter, SteadyAmount], ...]
    rest: tuple[MeterUse, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """The use of a site in a year of days from `first` until before `end`, and the degree days it is related to."""

    site: Site
    station: WeatherStation | None
    medium: Medium | None
    quantity: Quantity
    first: date
    end: date
    means_c: Mapping[date, float]
    uses: tuple[MeterUse, ...]

    @property
    def months(self) -> tuple[UsedMonth, ...]:
        """Return what all meters counted together in each month, None where one that was there is not known."""
        return together(self.uses, self.first, self.end)

    @property
    def steady(self) -> Steady:
        """Return what does not depend on the weather as the inventory says it."""
        per_kwh = None if self.quantity is Quantity.VOLUME_M3 else _PER_KWH
        amounts: list[tuple[Meter, SteadyAmount]] = []
        rest, findings = [], []
        for use in self.uses:
            found = _said(use, per_kwh)
            if isinstance(found, Finding):
                rest.append(use)
                findings += [found] if use.meter.steady else []
            else:
                amounts += [(use.meter, each) for each in found]
                findings += _too_much(use, found)
        unsaid = [use.meter.name for use in rest if not use.meter.steady]
        if unsaid:
            findings.insert(0, Finding.of("weather.no_share", meters=", ".join(unsaid)))
        return Steady(tuple(amounts), tuple(rest), tuple(findings))

    @property
    def name(self) -> str:
        """Return the year's name, of twelve months those of the last one."""
        whole_year = (self.first.month, self.first.day) == (1, 1)
        return str(self.first.year) if whole_year else f"{self.end - timedelta(days=1):%Y-%m}"

    @property
    def actual(self) -> DegreeDays:
        """Return the year's degree days."""
        return degree_days(self.means_c, self.first, self.end)

    @property
    def outcome(self) -> Corrected | Finding:
        """Return the corrected use or why there is none."""
        if self.station is None:
            return Finding.of("weather.no_station", site=self.site.name)
        steady = self.steady
        return correct(
            self.months,
            self.actual,
            self.station.degree_days_kd,
            configured=sum(each.thousandths for _, each in steady.amounts),
            rest=together(steady.rest, self.first, self.end) if steady.rest else (),
        )


def heating_media(inventory: Inventory, site: str) -> tuple[Medium, ...]:
    """Return the media that a site is supplied with and that heat."""
    there = {meter.medium for meter in supply_meters(inventory, site)}
    return tuple(medium for medium in HEATING if medium in there)


def year_of(site: Site, year: int | None, call: Call) -> tuple[date, date]:
    """Return the days of a calendar year, or of the last twelve whole months. Raises `RequestError` if not over."""
    today = call.now_utc.astimezone(ZoneInfo(site.time_zone)).date()
    if year is None:
        end = today.replace(day=1)
        return end.replace(year=end.year - 1), end
    if not 2000 <= year < today.year:  # noqa: PLR2004 - what is degree days must be over, and within the calendar
        raise RequestError("weather.year_open", year=str(year))
    return date(year, 1, 1), date(year + 1, 1, 1)


async def read_use(house: House, site: Site, medium: Medium | None, first: date, end: date) -> Corrections:
    """Return what is known of temperature and use of a site in a year."""
    inventory, zone = house.inventory(), ZoneInfo(site.time_zone)
    station = station_of(inventory, site)
    means = await daily_means(house, station, first, end, zone) if station else {}
    quantity, uses = await _used(house, site, medium, first, end)
    return Corrections(
        site=site,
        station=station,
        medium=medium,
        quantity=quantity,
        first=first,
        end=end,
        means_c=means,
        uses=uses,
    )


def _share_row(meter: Meter, amount: SteadyAmount) -> SteadyShare:
    part = amount.part
    return SteadyShare(
        meter=meter.id,
        meter_name=meter.name,
        name=part.name,
        percent=part.percent,
        kwh_per_year=part.kwh_per_year,
        valid_from=part.valid_from,
        valid_to=part.valid_to,
        reference=part.reference,
        amount=exact(amount.thousandths),
    )


def together(uses: Sequence[MeterUse], first: date, end: date) -> tuple[UsedMonth, ...]:
    """Return what meters counted together in each month; nothing is known of one without any of them."""
    months = []
    for begin, until in months_of(first, end):
        there = [month for use in uses for month in use.months if begin <= month.first < until]
        known = bool(there) and all(month.thousandths is not None for month in there)
        used = sum(month.thousandths or 0 for month in there) if known else None
        months.append(UsedMonth(begin, (until - begin).days, used))
    return tuple(months)


def use_row(read: Corrections) -> CorrectedUse:
    """Return consumption in usual weather as a row."""
    outcome = read.outcome
    known, steady = [month.thousandths for month in read.months], read.steady
    found = None if isinstance(outcome, Finding) else outcome
    assert read.medium is not None  # noqa: S101 - whoever calls has looked
    return CorrectedUse(
        medium=read.medium,
        quantity=read.quantity,
        used=exact(sum(each for each in known if each is not None)) if known and None not in known else None,
        base=exact(found.base) if found else None,
        heating=exact(found.heating) if found else None,
        factor=found.factor if found else None,
        corrected=exact(found.corrected) if found else None,
        summer_days=found.summer_days if found else None,
        configured=exact(found.configured) if found else None,
        shares=tuple(_share_row(meter, amount) for meter, amount in steady.amounts),
        findings=tuple(map(Told.of, steady.findings)),
        figure=str(FigureId(WEATHER, read.name, SITE + read.site.id, read.quantity.value, (read.medium.value,))),
        reason=Told.of(outcome) if isinstance(outcome, Finding) else None,
    )


def _said(use: MeterUse, per_kwh: int | None) -> tuple[SteadyAmount, ...] | Finding:
    """Return what is said of a meter's use, or why it does not hold for the whole time that the meter was there."""
    unsaid = days_unsaid(use.meter.steady, *use.days)
    if unsaid:
        return Finding.of("weather.share_partly", meter=use.meter.name, count=unsaid)
    found = steady_amounts(use.meter.steady, use.months, per_kwh)
    return Finding.of("weather.share_in_kwh", meter=use.meter.name) if found is None else found


def _too_much(use: MeterUse, amounts: Sequence[SteadyAmount]) -> list[Finding]:
    said, used = sum(each.thousandths for each in amounts), sum(month.thousandths or 0 for month in use.months)
    known = all(month.thousandths is not None for month in use.months)
    return [Finding.of("weather.share_above_use", meter=use.meter.name)] if known and said > used else []


async def _used(
    house: House, site: Site, medium: Medium | None, first: date, end: date
) -> tuple[Quantity, tuple[MeterUse, ...]]:
    """Return what the supply meters counted month by month, in the first quantity of the medium that is known."""
    found: tuple[Quantity, tuple[MeterUse, ...]] | None = None
    for quantity in _COUNTED.get(medium, ()) if medium else ():
        uses = await _uses(house, site, medium, quantity, first, end)
        found = found or (quantity, uses)
        if any(month.thousandths is not None for month in together(uses, first, end)):
            return quantity, uses
    return found or (Quantity.HEAT_WH, ())


async def _uses(
    house: House, site: Site, medium: Medium | None, quantity: Quantity, first: date, end: date
) -> tuple[MeterUse, ...]:
    zone = ZoneInfo(site.time_zone)
    meters = [each for each in supply_meters(house.inventory(), site.id) if each.medium is medium]
    at = [datetime.combine(day, time(), tzinfo=zone).astimezone(UTC) for day in (first, end)]
    groups = {each.id: (each.source,) for each in meters}
    counted = await totals_of(house, groups, quantity, Period(at[0], at[1]), zone, Resolution.MONTH)
    uses = (MeterUse(meter, tuple(_months(meter, counted[meter.id], first, end))) for meter in meters)
    return tuple(use for use in uses if use.months)


def _months(meter: Meter, counted: Sequence[Amount], first: date, end: date) -> Iterator[UsedMonth]:
    for (begin, until), amount in zip(months_of(first, end), counted, strict=True):
        since, to = max(begin, meter.valid_from), min(until, meter.valid_to or until)
        if since < to:
            known = amount.thousandths is not None and amount.share is not SlotShare.MISSING
            yield UsedMonth(since, (to - since).days, amount.thousandths if known else None)
