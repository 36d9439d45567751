"""Degree days of a site's weather station, consumption in usual weather, and files of the weather service."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import FormatError, NotFoundError, RequestError, UnavailableError
from core.evidence import FigureId
from core.intervals import Resolution
from core.inventory import Inventory, Medium, MeterRole, Site, WeatherStation
from core.periods import Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading, SlotShare
from core.texts import Finding
from energy.weather import Corrected, DegreeDays, UsedMonth, correct, degree_days
from ingest.climate import ClimateFile, read_climate
from operations.costs.reading import months_of, seen_site, supply_meters
from operations.evidence.figures import SITE
from operations.evidence.interval import exact
from operations.house import Call, House
from operations.intervals.counting import totals_of
from operations.values import Told
from operations.weather.rows import CorrectedUse, DegreeMonth, Weather, WeatherImported
from operations.weather.temperatures import HEATING, daily_means, reading_of, station_of

WEATHER: Final = "weather"
PROBLEMS_SHOWN: Final = 50
AT_ONCE: Final = 2000

_COUNTED: Final = {
    Medium.HEAT: (Quantity.HEAT_WH,),
    Medium.GAS: (Quantity.FUEL_HO_WH, Quantity.VOLUME_M3),
    Medium.OIL: (Quantity.FUEL_HI_WH, Quantity.FUEL_HO_WH, Quantity.VOLUME_M3),
    Medium.PELLETS: (Quantity.FUEL_HI_WH, Quantity.FUEL_HO_WH),
    Medium.ELECTRICITY: (Quantity.ENERGY_IMPORT_WH,),
    Medium.WATER: (Quantity.VOLUME_M3,),
}
"""By what use is told: the first that is known. A gas meter's m³ are corrected as well as its kWh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowWeather:
    """Which weather: of a site by its id, in a calendar year (else the last twelve whole months), for a medium."""

    id: str
    year: int | None = None
    medium: Medium | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWeather:
    """A file of daily climate values for the weather station of an id: its text, or text or zip in base64.

    The command line reads it from a file where it is given as `@FILE`.
    """

    id: str
    content: str = field(metadata={"file": True})


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
    months: tuple[UsedMonth, ...]

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
        return correct(self.months, self.actual, self.station.degree_days_kd)


async def show_weather(house: House, request: ShowWeather, call: Call) -> Weather:
    """Return degree days and consumption in usual weather. Raises `NotFoundError` or `ForbiddenError`."""
    inventory, site = house.inventory(), seen_site(house, request.id, call)
    media = heating_media(inventory, site.id)
    if request.medium not in (None, *media):
        raise NotFoundError("costs.nothing_metered", site=site.id, medium=request.medium or "")
    first, end = year_of(site, request.year, call)
    medium = request.medium or next(iter(media), None)
    read = await read_use(house, site, medium, first, end)
    actual, station = read.actual, read.station
    return Weather(
        site=site.id,
        site_name=site.name,
        period=read.name,
        first=first,
        last=end - timedelta(days=1),
        station=station.id if station else None,
        station_name=station.name if station else None,
        degree_days_kd=round(actual.kd, 1),
        days=actual.days,
        days_known=actual.known,
        heating_days=actual.heating,
        usual_kd=station.degree_days_kd if station else None,
        reference=station.reference if station else "",
        media=media,
        use=use_row(read) if medium else None,
        months=tuple(_month(read, month) for month in read.months),
        findings=() if station else (Told.of(Finding.of("weather.no_station", site=site.name)),),
    )


async def import_weather(house: House, request: ImportWeather, call: Call) -> WeatherImported:
    """Keep the daily means of a file as readings of a weather station; the same file again changes nothing.

    Raises `NotFoundError`, `ForbiddenError`, `FormatError` for what is no such file, `RequestError` for that of
    another station.
    """
    station = house.inventory().weather_stations.get(request.id)
    if station is None:
        raise NotFoundError("weather.unknown", id=request.id[:80])
    if house.sink is None:
        raise UnavailableError("weather.no_store")
    file = read_climate(_content(request.content))
    if station.number and file.station and file.station != station.number.lstrip("0"):
        raise RequestError("weather.other_station", found=file.station, expected=station.number)
    today = call.now_utc.date()
    rows = [reading_of(station, day, mean) for day, mean in sorted(file.means_c.items()) if day < today]
    known = await _known(house, rows)
    new = [row for row in rows if known.get(row.at_utc) != row.value]
    left = iter(new)
    while some := tuple(islice(left, AT_ONCE)):
        await house.sink.put(Batch(some, call.now_utc))
    return _imported(station, file, rows, len(new))


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
    quantity, months = await _used(house, site, medium, first, end)
    return Corrections(
        site=site,
        station=station,
        medium=medium,
        quantity=quantity,
        first=first,
        end=end,
        means_c=means,
        months=months,
    )


def use_row(read: Corrections) -> CorrectedUse:
    """Return consumption in usual weather as a row."""
    outcome = read.outcome
    known = [month.thousandths for month in read.months]
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
        figure=str(FigureId(WEATHER, read.name, SITE + read.site.id, read.quantity.value, (read.medium.value,))),
        reason=Told.of(outcome) if isinstance(outcome, Finding) else None,
    )


async def _used(
    house: House, site: Site, medium: Medium | None, first: date, end: date
) -> tuple[Quantity, tuple[UsedMonth, ...]]:
    """Return what the supply meters counted month by month, in the first quantity of the medium that is known."""
    quantities = _COUNTED.get(medium, ()) if medium else ()
    found: tuple[Quantity, tuple[UsedMonth, ...]] | None = None
    for quantity in quantities:
        months = await _months(house, site, medium, quantity, first, end)
        found = found or (quantity, months)
        if any(month.thousandths is not None for month in months):
            return quantity, months
    empty = tuple(UsedMonth(begin, (until - begin).days, None) for begin, until in months_of(first, end))
    return found or (Quantity.HEAT_WH, empty)


async def _months(
    house: House, site: Site, medium: Medium | None, quantity: Quantity, first: date, end: date
) -> tuple[UsedMonth, ...]:
    zone = ZoneInfo(site.time_zone)
    meters = [
        each
        for each in house.inventory().meters.values()
        if each.site == site.id and each.medium is medium and each.role is MeterRole.SUPPLY
    ]
    at = [datetime.combine(day, time(), tzinfo=zone).astimezone(UTC) for day in (first, end)]
    groups = {each.id: (each.source,) for each in meters}
    counted = await totals_of(house, groups, quantity, Period(at[0], at[1]), zone, Resolution.MONTH)
    months = []
    for place, (begin, until) in enumerate(months_of(first, end)):
        each = [
            counted[meter.id][place]
            for meter in meters
            if meter.valid_from < until and (meter.valid_to is None or begin < meter.valid_to)
        ]
        whole = bool(each) and all(one.thousandths is not None and one.share is not SlotShare.MISSING for one in each)
        used = sum(one.thousandths or 0 for one in each) if whole else None
        months.append(UsedMonth(begin, (until - begin).days, used))
    return tuple(months)


def _month(read: Corrections, month: UsedMonth) -> DegreeMonth:
    end = month.first + timedelta(days=month.days)
    found = degree_days(read.means_c, month.first, end)
    means = [mean for day, mean in read.means_c.items() if month.first <= day < end]
    return DegreeMonth(
        period=f"{month.first:%Y-%m}",
        degree_days_kd=round(found.kd, 1),
        days=found.days,
        days_known=found.known,
        heating_days=found.heating,
        mean_c=round(sum(means) / len(means), 1) if means else None,
        used=None if month.thousandths is None else exact(month.thousandths),
    )


def _content(text: str) -> bytes:
    """Return what was given as text, or as base64 of text or zip."""
    if ";" in text[:200]:
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError("weather.not_a_file") from error


async def _known(house: House, rows: Sequence[Reading]) -> dict[datetime, float]:
    if not rows:
        return {}
    period = Period(rows[0].at_utc, rows[-1].at_utc + timedelta(days=1))
    kept = await house.query.readings(rows[0].source, Quantity.TEMPERATURE_C, period)
    return {each.at_utc: each.value for each in kept}


def _imported(station: WeatherStation, file: ClimateFile, rows: Sequence[Reading], new: int) -> WeatherImported:
    shown = file.problems[:PROBLEMS_SHOWN]
    return WeatherImported(
        id=station.id,
        station_number=file.station,
        days=len(rows),
        new=new,
        first=rows[0].at_utc.date() if rows else None,
        last=rows[-1].at_utc.date() if rows else None,
        missing=file.missing,
        problems=tuple(map(Told.of, shown)),
        problems_left_out=len(file.problems) - len(shown),
    )
