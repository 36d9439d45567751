"""Weather as programs get it: degree days of months, and consumption in usual weather."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.inventory import Medium
from core.quantities import Quantity
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class DegreeMonth:
    """The degree days (K·d) of a month, as far as its days are known, and what was used in it (None: not known)."""

    period: str
    degree_days_kd: float
    days: int
    days_known: int
    heating_days: int
    mean_c: float | None
    used: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyShare:
    """A part of a meter's use that the inventory says does not depend on the weather, and what it came to."""

    meter: str
    meter_name: str
    name: str
    percent: Decimal | None
    kwh_per_year: Decimal | None
    valid_from: date
    valid_to: date | None
    reference: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedUse:
    """What a site used in a year, in the unit of `quantity`, and what it would have in usual weather.

    `base` does not depend on the weather: `configured` by `shares`, and where the inventory says none the mean of
    the summer days (`summer_days` of them). `heating` is the rest, `corrected` is base plus heating times `factor`.
    What is not computed is None, `reason` says why. `findings` name meters without a share.
    """

    medium: Medium
    quantity: Quantity
    used: Decimal | None
    base: Decimal | None
    heating: Decimal | None
    factor: Decimal | None
    corrected: Decimal | None
    summer_days: int | None
    figure: str
    reason: Told | None
    configured: Decimal | None = None
    shares: tuple[SteadyShare, ...] = ()
    findings: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """The degree days (G20/15) of a year at a site and what it used of what heats.

    `degree_days_kd` are those of the known days, `usual_kd` the long-term mean with its `reference`.
    """

    site: str
    site_name: str
    period: str
    first: date
    last: date
    station: str | None
    station_name: str | None
    degree_days_kd: float
    days: int
    days_known: int
    heating_days: int
    usual_kd: float | None
    reference: str
    media: tuple[Medium, ...]
    use: CorrectedUse | None
    months: tuple[DegreeMonth, ...]
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherImported:
    """What was taken from a file: `days` daily means from `first` to `last`, `new` of them not known before or other.

    `missing` rows say themselves that nothing was measured; `problems` names rows that cannot be read.
    """

    id: str
    station_number: str
    days: int
    new: int
    first: date | None
    last: date | None
    missing: int
    problems: tuple[Told, ...]
    problems_left_out: int
