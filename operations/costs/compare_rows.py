"""This year beside the last, and places beside each other, as programs get it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.inventory import Medium, SiteKind
from core.quantities import Quantity
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRow:
    """What was counted in a span of days and in the same one a year before, in the unit of the quantity.

    None where it is not known throughout. `change_percent` is of last year's; `reason` says why there is none.
    `figure` is None while the month or year goes on: its total holds more than the whole days that are compared.
    """

    period: str
    first: date
    last: date
    days: int
    value: Decimal | None
    former_first: date
    former_last: date
    former_days: int
    former: Decimal | None
    change: Decimal | None
    change_percent: float | None
    measured_percent: float
    figure: str | None
    reason: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A meter, building or site this year and last, as far as this one has gone in whole days, and what it is made of.

    `by_weekdays`: each day is compared with the one 52 weeks before it instead of that of the same date.
    """

    scope: str
    name: str
    site: str
    site_name: str
    period: str
    medium: Medium
    media: tuple[Medium, ...]
    quantity: Quantity
    by_weekdays: bool
    whole: ComparedRow
    rows: tuple[ComparedRow, ...]
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkRow:
    """What a site used in a year per square metre of its buildings; None where it is not computed (`reason`).

    `corrected_per_m2` is that in usual weather, for what heats. `of_median_percent` relates it to the median of the
    sites of its kind.
    """

    site: str
    site_name: str
    kind: SiteKind
    area_m2: float | None
    used: Decimal | None
    per_m2: Decimal | None
    corrected_per_m2: Decimal | None
    of_median_percent: float | None
    reason: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """How the district's own sites of a kind lie: median, and quartiles where there are at least four."""

    kind: SiteKind
    sites: int
    lowest: Decimal
    lower_quartile: Decimal | None
    median: Decimal
    upper_quartile: Decimal | None
    highest: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """All sites beside each other in a year of a medium, per m² in the unit of `quantity`."""

    period: str
    first: date
    last: date
    medium: Medium
    quantity: Quantity
    kinds: tuple[KindRow, ...]
    items: tuple[BenchmarkRow, ...]
    findings: tuple[Told, ...]
