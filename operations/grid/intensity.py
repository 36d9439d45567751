"""The grid's intensity in quarter hours or hours: files that are taken in, which series there are, and their course."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from core.errors import NotFoundError, RequestError, UnavailableError
from core.factors import Boundary
from core.facts import Notice
from core.periods import SLOT, Period
from core.ports import Batch, Page
from core.readings import Reading, ReadingQuality
from core.texts import Finding
from energy.loads import slots_in
from energy.register_walk import at_utc, epoch_ms
from energy.series import QUALITY_CODES
from fleet.savings.intensity import intensity_of_generation
from ingest.grid_files import GridFile, GridFormat, Intensity, IntensitySeries, grid_file_at
from operations.arrivals.import_reading import inbox_of, kept_file, off_loop
from operations.evidence.figures import span_of
from operations.evidence.witnesses import interval_store
from operations.grid.rows import (
    ImportIntensity,
    IntensityImported,
    IntensityOf,
    IntensityPoint,
    IntensityRow,
    ListIntensity,
    ShowIntensity,
    TakenSeries,
)
from operations.grid.series import BOUNDARIES, QUANTITY, GridSeries, all_series, read_series
from operations.house import Call, House
from operations.values import Told, page_of

PROBLEMS_SHOWN: Final = 50
AT_ONCE: Final = 2000
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")


async def import_intensity(house: House, request: ImportIntensity, call: Call) -> IntensityImported:
    """Keep the intensities of a file; the same file again changes nothing.

    Raises `NotFoundError` for an unknown file, `FormatError` for what is no such file, `RequestError` where the
    boundary is missing or contradicts the file, or a technology has no factor.
    """
    if house.sink is None:
        raise UnavailableError("intensity.no_store")
    if request.series and not _NAME.match(request.series):
        raise RequestError("intensity.name_invalid", name=request.series[:80])
    if request.boundary not in (None, *BOUNDARIES):
        raise RequestError("intensity.boundary_invalid", boundary=request.boundary or "")
    path = inbox_of(house).path(kept_file(house, request.upload).digest)
    file = await off_loop(house, grid_file_at, path)
    found = _within(await _series_of(house, file, request, call.now_utc), request.boundary)
    now_ms = epoch_ms(call.now_utc)
    taken = [
        await _take(house, series, request, file, now_ms, call) for series in found if min(series.values) <= now_ms
    ]
    if not taken:
        raise RequestError("intensity.all_ahead")
    shown = file.problems[:PROBLEMS_SHOWN]
    return IntensityImported(
        format=file.format,
        dry_run=request.dry_run,
        series=tuple(taken),
        ahead=sum(at > now_ms for series in found for at in series.values),
        problems=tuple(map(Told.of, shown)),
        problems_left_out=len(file.problems) - len(shown),
        findings=tuple(Told.of(each) for each in _remarks(file, taken)),
    )


async def list_intensity(house: House, request: ListIntensity, call: Call) -> Page[IntensityRow]:
    """Return the series of the grid's intensity by name."""
    del call
    there = [each for each in await all_series(house) if request.boundary in (None, each.boundary)]
    if not there:
        return Page((), 0)
    last = {each.source: each for each in await house.query.last([each.source for each in there])}
    first = await interval_store(house).firsts([(each.source, QUANTITY) for each in there])
    rows = [
        IntensityRow(
            id=each.id,
            name=each.name,
            boundary=each.boundary,
            resolution_min=each.resolution_min,
            first_utc=at_utc(first[each.source, QUANTITY]),
            last_utc=last[each.source].at_utc,
            last_g_per_kwh=last[each.source].value,
        )
        for each in there
    ]
    return page_of(rows, [row.id for row in rows], request.limit, request.cursor)


async def show_intensity(house: House, request: ShowIntensity, call: Call) -> IntensityOf:
    """Return the course of a series by hours. Raises `NotFoundError` for an unknown one, `RequestError`."""
    series = next((each for each in await all_series(house) if each.id == request.id), None)
    if series is None:
        raise NotFoundError("intensity.unknown", id=request.id[:80])
    zone = ZoneInfo(house.time_zone)
    span = span_of(request.period or f"{call.now_utc.astimezone(zone):%Y-%m}", zone)
    period = Period(span.period.start_utc, max(span.period.start_utc, min(span.period.end_utc, call.now_utc)))
    start_ms = slots_in(period)
    value, known, forecast = (await read_series(house, series, period)).at(start_ms)
    there = value[known]
    return IntensityOf(
        id=series.id,
        name=series.name,
        boundary=series.boundary,
        resolution_min=series.resolution_min,
        period=span.name,
        begin_utc=period.start_utc,
        end_utc=period.end_utc,
        known_percent=100 * float(known.mean()) if len(known) else 0.0,
        forecast_percent=100 * float(forecast.mean()) if len(known) else 0.0,
        mean_g_per_kwh=round(float(there.mean()), 3) if len(there) else None,
        least_g_per_kwh=float(there.min()) if len(there) else None,
        greatest_g_per_kwh=float(there.max()) if len(there) else None,
        points=tuple(_hours(start_ms, value, forecast)),
    )


async def _series_of(
    house: House, file: GridFile, request: ImportIntensity, now_utc: datetime
) -> Sequence[IntensitySeries]:
    """Return what a file says about intensities; of generation, weighted with the factors in force."""
    if file.series:
        return file.series
    if request.boundary is None:
        raise RequestError("intensity.boundary_missing", known=", ".join(BOUNDARIES))
    found = await off_loop(house, intensity_of_generation, file.generated_mwh, request.boundary, house.factors())
    if isinstance(found, Finding):
        await _remember(house, file, request, found, now_utc)
        raise RequestError(found.code, **dict(found.params))
    values = {at_ms: Intensity(g_per_kwh) for at_ms, g_per_kwh in found.items()}
    return [IntensitySeries(boundary=request.boundary, resolution_min=file.resolution_min, values=values)]


async def _remember(house: House, file: GridFile, request: ImportIntensity, why: Finding, now_utc: datetime) -> None:
    """Keep why a file was not taken in: whoever looks for its series is told."""
    if request.boundary is not None and not request.dry_run:
        series = GridSeries(request.series or file.format.value, request.boundary, file.resolution_min)
        await house.ledger.notice(
            [Notice(source=series.source, finding=why, first_seen_utc=now_utc, last_seen_utc=now_utc)]
        )


def _within(found: Sequence[IntensitySeries], boundary: Boundary | None) -> list[IntensitySeries]:
    """Return the series of a boundary; those of a file that does not say its own are of the one that was given."""
    if boundary is None and any(each.boundary is None for each in found):
        raise RequestError("intensity.boundary_missing", known=", ".join(BOUNDARIES))
    kept = [each for each in found if boundary is None or each.boundary in (None, boundary)]
    if not kept:
        said = ", ".join(sorted(each.boundary for each in found if each.boundary))
        raise RequestError("intensity.boundary_other", found=said, wanted=boundary or "")
    return kept


async def _take(
    house: House, found: IntensitySeries, request: ImportIntensity, file: GridFile, now_ms: int, call: Call
) -> TakenSeries:
    boundary = found.boundary or request.boundary
    assert boundary is not None  # noqa: S101 - `_within` has seen to it
    series = GridSeries(request.series or file.format.value, boundary, found.resolution_min)
    rows = [
        Reading(
            series.source,
            QUANTITY,
            at_utc(at_ms),
            each.g_per_kwh,
            ReadingQuality.ESTIMATED if each.forecast else ReadingQuality.MEASURED,
        )
        for at_ms, each in sorted(found.values.items())
        if at_ms <= now_ms
    ]
    known = await _known(house, series, Period(rows[0].at_utc, rows[-1].at_utc + SLOT))
    new = [row for row in rows if row.at_utc not in known]
    changed = [row for row in rows if row.at_utc in known and known[row.at_utc] != (row.value, row.quality)]
    if not request.dry_run:
        left = iter([*new, *changed])
        while some := tuple(islice(left, AT_ONCE)):
            await house.sink.put(Batch(some, call.now_utc))  # type: ignore[union-attr]
    return TakenSeries(
        id=series.id,
        boundary=boundary,
        resolution_min=series.resolution_min,
        values=len(rows),
        new=len(new),
        changed=len(changed),
        forecast=sum(row.quality is ReadingQuality.ESTIMATED for row in rows),
        first_utc=rows[0].at_utc,
        last_utc=rows[-1].at_utc,
    )


async def _known(house: House, series: GridSeries, period: Period) -> dict[datetime, tuple[float, ReadingQuality]]:
    samples = (await read_series(house, series, period)).samples
    qualities = {number: quality for quality, number in QUALITY_CODES.items()}
    rows = zip(samples.at_ms.tolist(), samples.value.tolist(), samples.quality.tolist(), strict=True)
    return {at_utc(at_ms): (value, qualities[quality]) for at_ms, value, quality in rows}


def _remarks(file: GridFile, taken: Sequence[TakenSeries]) -> Iterator[Finding]:
    if file.format is GridFormat.ELECTRICITY_MAPS and any(each.boundary is Boundary.DIRECT for each in taken):
        yield Finding.of("intensity.direct_counts_all_gases")
    if any(each.forecast for each in taken):
        yield Finding.of("intensity.forecast_taken", count=sum(each.forecast for each in taken))


def _hours(start_ms: np.ndarray, value: np.ndarray, forecast: np.ndarray) -> Iterator[IntensityPoint]:
    hour_ms = int(timedelta(hours=1) / timedelta(milliseconds=1))
    hours = start_ms // hour_ms
    for hour in np.unique(hours[~np.isnan(value)]).tolist():
        first, last = np.searchsorted(hours, [hour, hour + 1]).tolist()
        mean = round(float(np.nanmean(value[first:last])), 3)
        yield IntensityPoint(at_utc=at_utc(hour * hour_ms), g_per_kwh=mean, forecast=bool(forecast[first:last].any()))
