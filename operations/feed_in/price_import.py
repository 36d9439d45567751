"""Day-ahead prices: files that are taken in, and which series there are."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from core.errors import RequestError, UnavailableError
from core.periods import SLOT, Period
from core.ports import Batch, Page, ReadingSink
from core.readings import Reading
from energy.register_walk import at_utc, epoch_ms
from ingest.price_files import PriceFile, price_file_at
from operations.arrivals.import_reading import inbox_of, kept_file, off_loop
from operations.evidence.witnesses import interval_store
from operations.feed_in.price_rows import ImportPrices, ListPrices, PriceRow, PricesImported
from operations.feed_in.prices import PRICE, PriceSeries, all_prices
from operations.house import Call, House
from operations.values import Told, page_of

PROBLEMS_SHOWN: Final = 50
AT_ONCE: Final = 2000
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")


async def import_prices(house: House, request: ImportPrices, call: Call) -> PricesImported:
    """Keep the prices of a file; the same file again changes nothing.

    Raises `NotFoundError` for an unknown file, `FormatError` for what is no such file, `RequestError` where all of it
    lies in the future.
    """
    if house.sink is None:
        raise UnavailableError("intensity.no_store")
    if request.series and not _NAME.match(request.series):
        raise RequestError("intensity.name_invalid", name=request.series[:80])
    file = await off_loop(house, price_file_at, inbox_of(house).path(kept_file(house, request.upload).digest))
    series = PriceSeries(request.series or file.format.value, file.resolution_min)
    rows = _readings(series, file, epoch_ms(call.now_utc))
    if not rows:
        raise RequestError("intensity.all_ahead")
    known = await _known(house, series, Period(rows[0].at_utc, rows[-1].at_utc + SLOT))
    new = [row for row in rows if row.at_utc not in known]
    changed = [row for row in rows if known.get(row.at_utc, row.value) != row.value]
    if not request.dry_run:
        await _put(house.sink, [*new, *changed], call)
    shown = file.problems[:PROBLEMS_SHOWN]
    return PricesImported(
        series=series.name,
        format=file.format,
        dry_run=request.dry_run,
        resolution_min=series.resolution_min,
        values=len(rows),
        new=len(new),
        changed=len(changed),
        below_zero=sum(row.value < 0 for row in rows),
        ahead=len(file.eur_per_mwh) - len(rows),
        first_utc=rows[0].at_utc,
        last_utc=rows[-1].at_utc,
        problems=tuple(map(Told.of, shown)),
        problems_left_out=len(file.problems) - len(shown),
    )


async def list_prices(house: House, request: ListPrices, call: Call) -> Page[PriceRow]:
    """Return the series of day-ahead prices by name."""
    del call
    there = await all_prices(house)
    if not there:
        return Page((), 0)
    last = {each.source: each for each in await house.query.last([each.source for each in there])}
    first = await interval_store(house).firsts([(each.source, PRICE) for each in there])
    rows = [
        PriceRow(
            series=each.name,
            resolution_min=each.resolution_min,
            first_utc=at_utc(first[each.source, PRICE]),
            last_utc=last[each.source].at_utc,
            last_eur_per_mwh=last[each.source].value,
        )
        for each in there
    ]
    return page_of(rows, [f"{row.series}/{row.resolution_min}" for row in rows], request.limit, request.cursor)


def _readings(series: PriceSeries, file: PriceFile, now_ms: int) -> list[Reading]:
    there = sorted((at_ms, price) for at_ms, price in file.eur_per_mwh.items() if at_ms <= now_ms)
    return [Reading(series.source, PRICE, at_utc(at_ms), price) for at_ms, price in there]


async def _known(house: House, series: PriceSeries, period: Period) -> dict[object, float]:
    key = series.source, PRICE
    samples = (await interval_store(house).samples([key], period)).get(key)
    if samples is None:
        return {}
    return {at_utc(at_ms): value for at_ms, value in zip(samples.at_ms.tolist(), samples.value.tolist(), strict=True)}


async def _put(sink: ReadingSink, rows: list[Reading], call: Call) -> None:
    left = iter(rows)
    while some := tuple(islice(left, AT_ONCE)):
        await sink.put(Batch(some, call.now_utc))
