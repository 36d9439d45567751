"""Reading what is exported, piece by piece, so that a year of many meters needs no more memory than a day of one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from core.errors import NotFoundError
from core.intervals import Amount, Resolution, SeriesKey, Shares
from core.inventory import Inventory
from core.periods import Period
from core.quantities import PROPERTIES, Kind, Quantity
from core.readings import SlotShare
from core.units import unit_of
from energy.register_walk import epoch_ms
from energy.series import QUALITY_CODES, SHARE_NUMBERS, Amounts, Means, Samples
from operations.evidence.figures import SITE
from operations.evidence.witnesses import interval_store
from operations.house import Call, House
from operations.intervals.counting import totals_of
from operations.intervals.plans import zone_of
from operations.reports.export_rows import ExportResolution
from reports.columns import Block

PIECE: Final = timedelta(days=31)
ROWS: Final = 10_000
"""So many rows are written at once."""

_SHARES: Final = tuple(SHARE_NUMBERS)
_QUALITIES: Final = {number: quality for quality, number in QUALITY_CODES.items()}
_PERCENT: Final = 100
_THOUSAND: Final = 1000


@dataclass(frozen=True, slots=True)
class Series:
    """A series to be exported: what it is, and how its file names it.

    Programs get a quantity under its own name, and so in the unit that the name ends in (`for_programs`); people
    in the unit they read, with `words` for the rest.
    """

    key: SeriesKey
    name: str
    site: str
    zone: ZoneInfo
    words: Callable[[StrEnum], str]
    for_programs: bool = False

    @property
    def unit(self) -> str:
        """Return the unit of the values."""
        return unit_of(self.quantity) if self.for_programs else PROPERTIES[self.quantity].shown_unit

    @property
    def divisor(self) -> float:
        """Return what stored values are divided by."""
        return 1 if self.for_programs else PROPERTIES[self.quantity].divisor

    @property
    def quantity(self) -> Quantity:
        """Return what is measured."""
        return self.key[1]

    def block(self, at_ms: list[int], *values: list[Any]) -> Block:
        """Return rows with what is the same in all of them."""
        count = len(at_ms)
        called = self.words(self.quantity)
        same = (self.key[0], self.name, self.site, called, self.unit)
        return Block(f"{self.name} {called}", self.zone, (at_ms, *([each] * count for each in same), *values))


async def series_of(
    house: House,
    sources: tuple[str, ...],
    quantities: tuple[Quantity, ...],
    words: Callable[[StrEnum], str],
    call: Call,
    *,
    for_programs: bool,
) -> tuple[Series, ...]:
    """Return the series that are asked for and may be seen, by source; of no sources named, all of them.

    Raises `NotFoundError` for a source or site that nobody knows, `ForbiddenError` for one out of scope.
    """
    inventory, zone = house.inventory(), ZoneInfo(house.time_zone)
    there = {value.source for value in await house.query.last()} | {each.source for each in inventory.meters.values()}
    wanted = sorted(_named(inventory, there, sources, call) if sources else _seen(inventory, there, call))
    return tuple(
        Series(
            (source, quantity),
            inventory.name_of(source),
            _site_name(inventory, source),
            zone_of(inventory, source, zone),
            words,
            for_programs,
        )
        for source in wanted
        for quantity in quantities or Quantity
    )


async def readings_of(house: House, series: Series, period: Period) -> AsyncIterator[Block]:
    """Yield the readings of a series in a period, in pieces."""
    store = interval_store(house)
    for piece in period.slots(PIECE):
        found = (await store.samples([series.key], piece)).get(series.key)
        for samples in _cut(found):
            yield _of_samples(series, samples)


async def intervals_of(
    house: House, series: Series, period: Period, resolution: ExportResolution
) -> AsyncIterator[Block]:
    """Yield what a series came to in each quarter hour, day or month of a period, in pieces."""
    if resolution is ExportResolution.MONTH:
        async for block in _months(house, series, period):
            yield block
        return
    store, each = interval_store(house), Resolution(resolution.value)
    counts = series.quantity.kind in {Kind.REGISTER, Kind.SESSION}
    for piece in period.slots(PIECE if each is Resolution.SLOT else 12 * PIECE):
        if counts:
            for amounts in _cut((await store.amounts(each, [series.key], piece)).get(series.key)):
                yield _of_amounts(series, amounts)
        else:
            for means in _cut((await store.means(each, [series.key], piece)).get(series.key)):
                yield _of_means(series, means)


async def _months(house: House, series: Series, period: Period) -> AsyncIterator[Block]:
    source, quantity = series.key
    if quantity.kind in {Kind.REGISTER, Kind.SESSION}:
        found = await totals_of(house, {source: (source,)}, quantity, period, series.zone, Resolution.MONTH)
        known = [amount for amount in found[source] if amount.thousandths is not None]
        if known:
            yield _of_totals(series, known)
        return
    for course in await house.query.series([source], quantity, period, Resolution.MONTH, series.zone):
        columns = [
            [value / series.divisor for value in each] for each in (course.value, course.minimum, course.maximum)
        ]
        measured = [_PERCENT * part for part in course.measured]
        unknown: list[list[Any]] = [[None] * len(measured) for _ in _SHARES[1:]]
        yield series.block(list(course.at_ms), *columns, [""] * len(measured), measured, *unknown)


def _of_samples(series: Series, rows: Samples) -> Block:
    values = (rows.value / series.divisor).tolist()
    return series.block(rows.at_ms.tolist(), values, [series.words(_QUALITIES[code]) for code in rows.quality.tolist()])


def _of_amounts(series: Series, rows: Amounts) -> Block:
    none: list[Any] = [None] * len(rows)
    values = (rows.thousandths / (_THOUSAND * series.divisor)).tolist()
    borders = np.maximum(rows.begins, rows.ends).tolist()
    known = [series.words(_SHARES[number]) for number in borders]
    return series.block(rows.start_ms.tolist(), values, none, none, known, *_percents(rows.seconds))


def _of_means(series: Series, rows: Means) -> Block:
    columns = [(each / series.divisor).tolist() for each in (rows.mean, rows.minimum, rows.maximum)]
    return series.block(rows.start_ms.tolist(), *columns, [""] * len(rows), *_percents(rows.seconds))


def _of_totals(series: Series, known: list[Amount]) -> Block:
    divisor = _THOUSAND * series.divisor
    none: list[Any] = [None] * len(known)
    return series.block(
        [epoch_ms(amount.period.start_utc) for amount in known],
        [(amount.thousandths or 0) / divisor for amount in known],
        none,
        none,
        [series.words(amount.share) for amount in known],
        *([_part(amount.shares, share) for amount in known] for share in _SHARES),
    )


def _part(shares: Shares, share: SlotShare) -> float:
    return _PERCENT * shares.of(share)


def _percents(seconds: Any) -> list[list[float]]:
    span = np.maximum(seconds.sum(axis=1), 1)
    return [(_PERCENT * seconds[:, number] / span).tolist() for number in range(len(_SHARES))]


def _cut(rows: Any) -> Iterator[Any]:
    for begin in range(0, 0 if rows is None else len(rows), ROWS):
        yield rows.take(slice(begin, begin + ROWS))


def _named(inventory: Inventory, there: set[str], sources: tuple[str, ...], call: Call) -> set[str]:
    found: set[str] = set()
    for name in sources:
        if name.startswith(SITE):
            found |= _of_site(inventory, there, name.removeprefix(SITE), call)
        elif name in there:
            call.must_see(inventory.site_of(name))
            found.add(name)
        else:
            raise NotFoundError("evidence.scope_unknown", scope=name[:80])
    return found


def _of_site(inventory: Inventory, there: set[str], site: str, call: Call) -> set[str]:
    if site not in inventory.sites:
        raise NotFoundError("sites.unknown", id=site[:80])
    call.must_see(site)
    return {source for source in there if inventory.site_of(source) == site}


def _seen(inventory: Inventory, there: set[str], call: Call) -> set[str]:
    return {source for source in there if call.actor.sees(inventory.site_of(source))}


def _site_name(inventory: Inventory, source: str) -> str:
    site = inventory.sites.get(inventory.site_of(source) or "")
    return site.name if site else ""
