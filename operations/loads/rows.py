"""Loads, their peaks and base loads as programs get them. All rates are in the unit of `quantity` (W, m³/h)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.inventory import Medium
from core.quantities import Quantity
from core.readings import SlotShare
from energy.creep import Against
from energy.profiles import DayKind, Season
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOf:
    """What a load is of: a meter, building or site in a period, as far as that has gone, and how well it is known.

    `measured_percent` is what of it was measured, `known_percent` where anything at all is known.
    `calendar` is the name of the calendar that says when the place is in use, None where there is none.
    """

    scope: str
    name: str
    site: str
    site_name: str
    period: str
    begin_utc: datetime
    end_utc: datetime
    time_zone: str
    medium: Medium
    media: tuple[Medium, ...]
    quantity: Quantity
    meters: tuple[str, ...]
    calendar: str | None
    known_percent: float
    measured_percent: float
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakRow:
    """The highest quarter hour of a month or year: when it began and what that stands on, or why it is not told."""

    period: str
    at_utc: datetime | None
    value: Decimal | None
    share: SlotShare | None
    known_percent: float
    figure: str
    reason: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """What stood behind a peak at its moment: a meter, station, or what nobody metered (`source` None).

    `parent` is the source it hangs behind where that is a part itself. `value` is None where it is not
    known, negative where it fed in. `percent` is of the peak, `cost_eur` its share of what the peak costs.
    """

    source: str | None
    name: str
    parent: str | None
    value: Decimal | None
    percent: float | None
    cost_eur: Decimal | None


def depth_of(part: PartRow, parts: Iterable[PartRow]) -> int:
    """Return how deep a part of a peak hangs behind others."""
    parents = {each.source: each.parent for each in parts}
    depth, parent = 0, part.parent
    while parent:
        depth, parent = depth + 1, parents.get(parent)
    return depth


@dataclass(frozen=True, slots=True, kw_only=True)
class AvoidedRow:
    """The peak that would have been without the `slots` highest quarter hours, and what that saves.

    It saves that in the year or month that the price of the peak is for.
    """

    slots: int
    value: Decimal
    saved_eur: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakDetail(PeakRow):
    """A peak with its parts, and what it costs by the power price of `tariff`; else `cost_reason` says why.

    The cost is that of a year or of a month, by which of both prices there is. Parts without a parent sum to the
    peak exactly.
    """

    parts: tuple[PartRow, ...]
    cost_eur: Decimal | None
    price_eur_per_kw_year: Decimal | None
    tariff: str | None
    cost_reason: Told | None
    price_eur_per_kw_month: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peaks:
    """The peak of a period with all that is known of it, those of its months, and what avoiding it would save.

    `months_cost_eur` is what the peaks of its months cost together, where they are billed month by month.
    """

    load: LoadOf
    whole: PeakDetail
    months: tuple[PeakDetail, ...]
    avoided: tuple[AvoidedRow, ...]
    months_cost_eur: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AboveRow:
    """For how many hours the rate was above `percent` of the peak."""

    percent: float
    value: float
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRow:
    """A point of the duration curve: for so many hours the rate was at least `value`."""

    hours: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TypicalDayRow:
    """The typical day of a kind in a season: 96 quarter hours of the clock, None where too few days are known."""

    season: Season
    kind: DayKind
    days: int
    mean: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseLoadRow:
    """The base load of a period: what is drawn when nobody is there, or why it is not told.

    `percent` is its part of all that was counted, `at_utc` when the hour begins that it was read off.
    """

    value: Decimal | None
    percent: float | None
    at_utc: datetime | None
    figure: str
    reason: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loads:
    """The load of a place in a period: what was counted, peak, base load, typical days, duration curve.

    `full_load_h` are the hours in which the peak alone would have counted as much (Vollbenutzungsstunden), in the
    `known_h` hours of the period. `curve` falls from the peak, with the hours `above` parts of the peak.
    """

    load: LoadOf
    counted: Decimal | None
    counted_quantity: Quantity
    peak: PeakRow
    base_load: BaseLoadRow
    full_load_h: float | None
    known_h: float
    months: tuple[PeakRow, ...]
    above: tuple[AboveRow, ...]
    typical_days: tuple[TypicalDayRow, ...]
    curve: tuple[PointRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRow:
    """The base load of a week from `monday`, and that of the same week a year before."""

    monday: date
    value: Decimal
    last_year: Decimal | None
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreepRow:
    """How a base load has changed over `weeks` weeks, between which bounds with 95 %, and whether that is certain."""

    against: Against
    weeks: int
    former: float
    change: float
    low: float
    high: float
    percent: float | None
    certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NightFlowRow:
    """For how many nights running water has not stopped flowing, the least it flowed, and what that comes to a year."""

    nights: int
    value: float
    m3_per_year: float
    at_utc: datetime
    leak: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseLoads:
    """The base load of a place by weeks, whether it changes, and of water whether it ever stops."""

    load: LoadOf
    base_load: BaseLoadRow
    weeks: tuple[WeekRow, ...]
    creep: CreepRow | None
    night_flow: NightFlowRow | None
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """A local day: its 96 quarter hours by the clock, None where not known."""

    day: date
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadMap:
    """A load day by day."""

    load: LoadOf
    days: tuple[DayRow, ...]
