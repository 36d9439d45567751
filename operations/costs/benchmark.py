"""What sites use per square metre, beside the other sites of their kind in the district.

There are no values from elsewhere to compare with: none are published under a licence that lets them be
given on with their source, and none is made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median, quantiles
from typing import Final

from core.inventory import HEATING, Inventory, Medium, Site, SiteKind
from core.quantities import Quantity
from core.texts import Finding
from energy.weather import Corrected
from operations.costs.compare_rows import Benchmark, BenchmarkRow, KindRow
from operations.costs.reading import PERCENT, supply_meters
from operations.evidence.interval import exact
from operations.house import Call, House
from operations.values import Told
from operations.weather.use import read_use, year_of

QUARTILES_FROM: Final = 4
"""Of fewer sites there are no quartiles."""

_STEP: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowBenchmark:
    """Which sites: of a kind, in a calendar year that is over (else the last twelve whole months), of a medium."""

    medium: Medium = Medium.ELECTRICITY
    year: int | None = None
    kind: SiteKind | None = None


async def show_benchmark(house: House, request: ShowBenchmark, call: Call) -> Benchmark:
    """Return all sites that the actor may see beside each other. Raises `RequestError` for a year that is not over."""
    inventory = house.inventory()
    sites = [
        site
        for site in inventory.sites.values()
        if call.actor.sees(site.id)
        and request.kind in (None, site.kind)
        and any(meter.medium is request.medium for meter in supply_meters(inventory, site.id))
    ]
    found = [await _row(house, site, request, call) for site in sites]
    quantity = _common(found)
    items = [row if each is quantity else _otherwise(row) for each, row in found]
    kinds = _kinds(items)
    first, end = _days(house, request, call)
    return Benchmark(
        period=str(request.year or f"{end - timedelta(days=1):%Y-%m}"),
        first=first,
        last=end - timedelta(days=1),
        medium=request.medium,
        quantity=quantity,
        kinds=kinds,
        items=tuple(sorted((_related(row, kinds) for row in items), key=_order)),
        findings=(Told.of(Finding.of("benchmark.own_only")),),
    )


async def _row(house: House, site: Site, request: ShowBenchmark, call: Call) -> tuple[Quantity, BenchmarkRow]:
    first, end = year_of(site, request.year, call)
    read = await read_use(house, site, request.medium, first, end)
    area_m2 = _area_m2(house.inventory(), site, end)
    known = [month.thousandths for month in read.months]
    used = exact(sum(each or 0 for each in known)) if None not in known else None
    corrected = read.outcome if request.medium in HEATING else None
    row = BenchmarkRow(
        site=site.id,
        site_name=site.name,
        kind=site.kind,
        area_m2=area_m2,
        used=used,
        per_m2=_per(used, area_m2),
        corrected_per_m2=_per(exact(corrected.corrected), area_m2) if isinstance(corrected, Corrected) else None,
        of_median_percent=None,
        reason=None,
    )
    return read.quantity, replace(row, reason=_why_not(row))


def _why_not(row: BenchmarkRow) -> Told | None:
    if not row.area_m2:
        return Told.of(Finding.of("benchmark.no_area"))
    return Told.of(Finding.of("benchmark.use_unknown")) if row.used is None else None


def _per(value: Decimal | None, area_m2: float | None) -> Decimal | None:
    return None if value is None or not area_m2 else (value / Decimal(str(area_m2))).quantize(_STEP)


def _area_m2(inventory: Inventory, site: Site, day: date) -> float | None:
    """Return the floor area of a site, None where a building of it does not tell its own."""
    there = [each.floor_area_m2 for each in inventory.buildings.values() if each.site == site.id and each.valid_on(day)]
    return sum(each or 0.0 for each in there) if there and all(there) else None


def _kinds(items: Iterable[BenchmarkRow]) -> tuple[KindRow, ...]:
    values: dict[SiteKind, list[Decimal]] = {}
    for row in items:
        if row.per_m2 is not None:
            values.setdefault(row.kind, []).append(row.per_m2)
    return tuple(_kind(kind, sorted(values[kind])) for kind in SiteKind if kind in values)


def _kind(kind: SiteKind, values: Sequence[Decimal]) -> KindRow:
    lower, upper = None, None
    if len(values) >= QUARTILES_FROM:
        lower, _, upper = (each.quantize(_STEP) for each in quantiles(values, n=4, method="inclusive"))
    return KindRow(
        kind=kind,
        sites=len(values),
        lowest=values[0],
        lower_quartile=lower,
        median=median(values).quantize(_STEP),
        upper_quartile=upper,
        highest=values[-1],
    )


def _related(row: BenchmarkRow, kinds: Sequence[KindRow]) -> BenchmarkRow:
    kind = next((each for each in kinds if each.kind is row.kind), None)
    if kind is None or row.per_m2 is None or kind.sites == 1 or not kind.median:
        return row
    return replace(row, of_median_percent=float(PERCENT * row.per_m2 / kind.median))


def _order(row: BenchmarkRow) -> tuple[int, Decimal, str]:
    return list(SiteKind).index(row.kind), -(row.per_m2 or Decimal(0)), row.site


def _days(house: House, request: ShowBenchmark, call: Call) -> tuple[date, date]:
    today = house.day(call.now_utc)
    if request.year:
        return date(request.year, 1, 1), date(request.year + 1, 1, 1)
    end = today.replace(day=1)
    return end.replace(year=end.year - 1), end


def _common(found: Sequence[tuple[Quantity, BenchmarkRow]]) -> Quantity:
    """Return in what all are compared: energy where any site has it, as its volume says less."""
    known = {quantity for quantity, row in found if row.used is not None}
    first = found[0][0] if found else Quantity.ENERGY_IMPORT_WH
    return next((quantity for quantity in Quantity if quantity in known - {Quantity.VOLUME_M3}), first)


def _otherwise(row: BenchmarkRow) -> BenchmarkRow:
    """Return the row of a site whose use is known in another unit only."""
    reason = Told.of(Finding.of("benchmark.other_unit"))
    return replace(row, used=None, per_m2=None, corrected_per_m2=None, reason=reason)
