"""What the meters of a place counted of a carrier, in a year, its months and the year before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.evidence import FigureId
from core.intervals import Amount, Resolution
from core.inventory import Medium, Meter
from core.quantities import Quantity
from core.texts import Finding
from core.units import unit_of
from operations.evidence.figures import TOTAL, Span
from operations.intervals.counting import totals_of
from operations.loads.scopes import valid_in
from operations.reports.figures import Ground, ReportFigure, not_told, of_amount
from operations.reports.place import ReportedPlace

MONTHS: Final = range(1, 13)
ALL: Final = ""
"""All meters of a use together."""


@dataclass(frozen=True, slots=True)
class Use:
    """What meters of a place count of a carrier, in a quantity."""

    place: ReportedPlace
    medium: Medium
    quantity: Quantity
    meters: tuple[Meter, ...]

    @property
    def name(self) -> str:
        """Return the name of the figure of the year."""
        return f"{self.quantity.value}.{self.medium.value}"

    def there(self, span: Span) -> tuple[Meter, ...]:
        """Return the meters that were there in a year."""
        return tuple(meter for meter in self.meters if valid_in(meter, span.period, self.place.zone))

    def key(self, span: Span) -> tuple[str, str, str]:
        """Return what tells this use in a year from all others."""
        return self.place.scope, self.name, span.name


@dataclass(frozen=True, slots=True)
class YearCount:
    """What meters counted in a year and its months: each of them (by source), and all together."""

    whole: Mapping[str, Amount]
    months: Mapping[str, tuple[Amount, ...]]


YearCounts = Mapping[tuple[str, str, str], YearCount]


async def count_years(uses: Iterable[Use]) -> YearCounts:
    """Return what was counted in the year and the year before, asked for all places at once.

    A use in a year without a meter is left out.
    """
    alike: dict[tuple[Quantity, Span, ZoneInfo], list[Use]] = defaultdict(list)
    for use in uses:
        for span in (use.place.span, use.place.before):
            if use.there(span):
                alike[use.quantity, span, use.place.zone].append(use)
    found: dict[tuple[str, str, str], YearCount] = {}
    for (quantity, span, zone), members in alike.items():
        groups: dict[str, tuple[str, ...]] = {}
        for use in members:
            sources = tuple(meter.source for meter in use.there(span))
            groups |= {_together(use): sources, **{source: (source,) for source in sources}}
        asked = (members[0].place.house, groups, quantity, span.period, zone)
        whole, months = await totals_of(*asked), await totals_of(*asked, Resolution.MONTH)
        for use in members:
            names = {ALL: _together(use), **{meter.source: meter.source for meter in use.there(span)}}
            found[use.key(span)] = YearCount(
                {name: whole[group][0] for name, group in names.items()},
                {name: months[group] for name, group in names.items()},
            )
    return found


def totals_with_last_year(use: Use, counts: YearCounts) -> list[ReportFigure]:
    """Return what some meters counted in the year and the year before, each with its months."""
    place = use.place
    return [*_year(use, use.name, place.span, counts), *_year(use, f"{use.name}.last_year", place.before, counts)]


def _together(use: Use) -> str:
    return f"{use.place.scope} {use.medium.value}"


def _year(use: Use, name: str, span: Span, counts: YearCounts) -> Iterator[ReportFigure]:
    there, counted = use.there(span), counts.get(use.key(span))
    unit, how = unit_of(use.quantity), Finding.of("reports.how_total", count=len(there))
    if counted is None:
        yield not_told(name, unit, how, Finding.of("reports.no_meter", year=span.name))
    else:
        yield _told(name, use.quantity, how, there, span.name, counted.whole)
    by_month = {} if counted is None else _by_month(counted.months, use.place.zone)
    for month in MONTHS:
        of_month, period = f"{name}.m{month:02}", f"{span.name}-{month:02}"
        if period in by_month:
            yield _told(of_month, use.quantity, how, there, period, by_month[period])
        else:
            yield not_told(of_month, unit, how, Finding.of("reports.nothing_known"))


def _told(
    name: str,
    quantity: Quantity,
    how: Finding,
    meters: tuple[Meter, ...],
    period: str,
    amounts: Mapping[str, Amount],
) -> ReportFigure:
    """Return what meters counted together, on the ground of what each of them did."""
    unit = unit_of(quantity)
    grounds = [
        Ground(
            figure=str(FigureId(TOTAL, period, meter.source, quantity.value)),
            name=meter.name,
            value=_exact(amounts[meter.source]) if meter.source in amounts else None,
            unit=unit,
        )
        for meter in meters
    ]
    return of_amount(name, unit, how, amounts[ALL], grounds, {meter.source: meter.name for meter in meters})


def _by_month(months: Mapping[str, tuple[Amount, ...]], zone: ZoneInfo) -> dict[str, dict[str, Amount]]:
    """Return what each of the meters counted in every month (`2026-10`) in which anything is known of all together."""
    return {
        f"{whole.period.start_utc.astimezone(zone):%Y-%m}": {
            name: amount for name, found in months.items() for amount in found if amount.period == whole.period
        }
        for whole in months[ALL]
        if whole.thousandths is not None
    }


def _exact(amount: Amount) -> Decimal | None:
    return None if amount.thousandths is None else Decimal(amount.thousandths) / 1000
