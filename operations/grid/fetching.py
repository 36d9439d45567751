"""The job that asks publishers for the grid's intensity and day-ahead prices, and takes their answers in as files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from core.errors import ServiceError
from core.imports import KeptFile
from core.texts import Finding
from ingest.downloads import Publisher
from operations.arrivals.import_reading import inbox_of
from operations.feed_in.price_import import import_prices
from operations.feed_in.price_rows import ImportPrices
from operations.feed_in.prices import all_prices
from operations.grid.intensity import import_intensity
from operations.grid.rows import ImportIntensity
from operations.grid.series import all_series
from operations.house import Call, House
from operations.schedule import JobWork
from operations.values import Told

FETCHED: Final = "energy-charts"
"""The name of the series in which it is kept: that of files of the same publisher."""

DAYS_BACK: Final = timedelta(days=31)
"""So far back is asked at first, and after a long while without an answer; older days come from files."""

REVISED: Final = timedelta(days=2)
"""So many days that are there already are asked for again: forecasts become measurements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a publisher was asked for and gave: a file by its `digest`, with `new` and `changed` values of `values`.

    `reason`: why nothing was taken.
    """

    url: str
    first: date
    last: date
    digest: str = ""
    values: int = 0
    new: int = 0
    changed: int = 0
    reason: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GridFetched:
    """What publishers gave; None where nobody is to be asked. `note` says why something is missing."""

    intensity: Fetched | None
    prices: Fetched | None
    note: Told | None


async def fetch_grid(house: House, request: JobWork, call: Call) -> GridFetched:
    """Ask the publishers of the settings for what is missing up to today; what they do not give, a later run asks for.

    A publisher that cannot be reached is no failure of the service: the run is done, and its note says why.
    """
    del request
    asked = house.downloads
    intensity = await _fetched(house, asked.intensity, await _intensities(house), _take_intensity, call)
    prices = await _fetched(house, asked.prices, await _prices(house), _take_prices, call)
    reasons = [each.reason for each in (intensity, prices) if each is not None and each.reason is not None]
    off = None if asked.intensity or asked.prices else Told.of(Finding.of("downloads.off"))
    return GridFetched(intensity=intensity, prices=prices, note=reasons[0] if reasons else off)


Taking = Callable[[House, KeptFile, Call], Awaitable[tuple[int, int, int]]]
"""Takes a file in and returns how many values it had, how many new ones and how many changed ones."""


async def _fetched(
    house: House, publisher: Publisher | None, sources: Collection[str], take: Taking, call: Call
) -> Fetched | None:
    if publisher is None:
        return None
    call.progress(0.0, Finding.of("downloads.asking", url=publisher.url))
    last = house.day(call.now_utc)
    first = await _first(house, sources, last)
    try:
        content = await publisher.ask(first, last)
        file = await inbox_of(house).keep(f"{FETCHED}-{first}-{last}.json", _whole(content))
        values, new, changed = await take(house, file, call)
    except ServiceError as error:
        return Fetched(url=publisher.url, first=first, last=last, reason=Told.of(error.finding))
    return Fetched(
        url=publisher.url, first=first, last=last, digest=file.digest, values=values, new=new, changed=changed
    )


async def _first(house: House, sources: Collection[str], last: date) -> date:
    """Return the first day to ask for: a little before the newest value that is kept."""
    there = [house.day(each.at_utc) for each in await house.query.last(sources)] if sources else []
    return max(last - DAYS_BACK, min(max(there), last) - REVISED) if there else last - DAYS_BACK


async def _intensities(house: House) -> list[str]:
    within = house.downloads.boundary
    return [each.source for each in await all_series(house) if (each.name, each.boundary) == (FETCHED, within)]


async def _prices(house: House) -> list[str]:
    return [each.source for each in await all_prices(house) if each.name == FETCHED]


async def _take_intensity(house: House, file: KeptFile, call: Call) -> tuple[int, int, int]:
    request = ImportIntensity(upload=file.digest, boundary=house.downloads.boundary, series=FETCHED)
    (taken,) = (await import_intensity(house, request, call)).series
    return taken.values, taken.new, taken.changed


async def _take_prices(house: House, file: KeptFile, call: Call) -> tuple[int, int, int]:
    taken = await import_prices(house, ImportPrices(upload=file.digest, series=FETCHED), call)
    return taken.values, taken.new, taken.changed


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
