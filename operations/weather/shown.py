"""Degree days of a site's weather station, consumption in usual weather, and files of the weather service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from core.errors import NotFoundError, RequestError, UnavailableError
from core.inventory import Medium, WeatherStation
from core.periods import Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from energy.weather import UsedMonth, degree_days
from ingest.climate import ClimateFile, climate_in
from operations.arrivals.import_reading import inbox_of, kept_file, off_loop
from operations.costs.reading import seen_site
from operations.evidence.interval import exact
from operations.house import Call, House
from operations.values import Told
from operations.weather.rows import DegreeMonth, Weather, WeatherImported
from operations.weather.temperatures import reading_of
from operations.weather.use import Corrections, heating_media, read_use, use_row, year_of

PROBLEMS_SHOWN: Final = 50
AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowWeather:
    """Which weather: of a site by its id, in a calendar year (else the last twelve whole months), for a medium."""

    id: str
    year: int | None = None
    medium: Medium | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWeather:
    """A file of daily climate values (text or zip) that was handed in, by its digest, for the weather station of an id.

    The command line takes its path.
    """

    id: str
    upload: str = field(metadata={"upload": True})


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

    Raises `NotFoundError` for an unknown station or file, `ForbiddenError`, `FormatError` for what is no such file,
    `RequestError` for that of another station.
    """
    station = house.inventory().weather_stations.get(request.id)
    if station is None:
        raise NotFoundError("weather.unknown", id=request.id[:80])
    if house.sink is None:
        raise UnavailableError("weather.no_store")
    path = inbox_of(house).path(kept_file(house, request.upload).digest)
    file = await off_loop(house, climate_in, path)
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
