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
class GridFetched:
    """Who was `asked`, which files (by their digests) came of it, and how many values in them were new or changed.

    `note` says why something is missing.
    """

    asked: str
    intensity_file: str
    intensity_new: int
    intensity_changed: int
    prices_file: str
    prices_new: int
    prices_changed: int
    note: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetched:
    """What a publisher gave: a file by its digest, with new and changed values; or why nothing was taken."""

    digest: str = ""
    new: int = 0
    changed: int = 0
    reason: Finding | None = None


async def fetch_grid(house: House, request: JobWork, call: Call) -> GridFetched:
    """Ask the publishers of the settings for what is missing up to today; what they do not give, a later run asks for.

    A publisher that cannot be reached is no failure of the service: the run is done, and its note says why.
    """
    del request
    publishers = house.downloads.intensity, house.downloads.prices
    intensity = await _fetched(house, publishers[0], await _intensities(house), _take_intensity, call)
    prices = await _fetched(house, publishers[1], await _prices(house), _take_prices, call)
    asked = ", ".join(each.url for each in publishers if each is not None)
    reason = intensity.reason or prices.reason if asked else Finding.of("downloads.off")
    return GridFetched(
        asked=asked,
        intensity_file=intensity.digest,
        intensity_new=intensity.new,
        intensity_changed=intensity.changed,
        prices_file=prices.digest,
        prices_new=prices.new,
        prices_changed=prices.changed,
        note=None if reason is None else Told.of(reason),
    )


Taking = Callable[[House, KeptFile, Call], Awaitable[tuple[int, int]]]
"""Takes a file in and returns how many values in it were new, and how many changed."""


async def _fetched(
    house: House, publisher: Publisher | None, sources: Collection[str], take: Taking, call: Call
) -> _Fetched:
    if publisher is None:
        return _Fetched()
    call.progress(0.0, Finding.of("downloads.asking", url=publisher.url))
    last = house.day(call.now_utc)
    first = await _first(house, sources, last)
    try:
        content = await publisher.ask(first, last)
        file = await inbox_of(house).keep(f"{FETCHED}-{first}-{last}.json", _whole(content))
        new, changed = await take(house, file, call)
    except ServiceError as error:
        return _Fetched(reason=error.finding)
    return _Fetched(digest=file.digest, new=new, changed=changed)


async def _first(house: House, sources: Collection[str], last: date) -> date:
    """Return the first day to ask for: a little before the newest value that is kept."""
    there = [house.day(each.at_utc) for each in await house.query.last(sources)] if sources else []
    return max(last - DAYS_BACK, min(max(there), last) - REVISED) if there else last - DAYS_BACK


async def _intensities(house: House) -> list[str]:
    within = house.downloads.boundary
    return [each.source for each in await all_series(house) if (each.name, each.boundary) == (FETCHED, within)]


async def _prices(house: House) -> list[str]:
    return [each.source for each in await all_prices(house) if each.name == FETCHED]


async def _take_intensity(house: House, file: KeptFile, call: Call) -> tuple[int, int]:
    request = ImportIntensity(upload=file.digest, boundary=house.downloads.boundary, series=FETCHED)
    (taken,) = (await import_intensity(house, request, call)).series
    return taken.new, taken.changed


async def _take_prices(house: House, file: KeptFile, call: Call) -> tuple[int, int]:
    taken = await import_prices(house, ImportPrices(upload=file.digest, series=FETCHED), call)
    return taken.new, taken.changed


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
