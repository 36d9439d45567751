"""What is asked about the grid's intensity, and what programs get."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.factors import Boundary
from ingest.grid_files import GridFormat
from operations.values import Limit, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportIntensity:
    """A file about the grid's electricity that was handed in, by its digest; the command line takes its path.

    `boundary` says what its values count where the file does not, and by which factors generation is weighted. What
    is read becomes the `series` of that name, or of the publisher's. With `dry_run` nothing is kept.
    """

    upload: str = field(metadata={"upload": True})
    boundary: Boundary | None = None
    series: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListIntensity:
    """Which series: of a boundary, or all."""

    boundary: Boundary | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowIntensity:
    """Which series, and its course in a day, month or year (the present month)."""

    id: str
    period: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenSeries:
    """What a file brought to a series: `values`, `new` ones, and `changed` ones, whose former values are kept beside.

    `forecast` of them nobody has measured yet.
    """

    id: str
    boundary: Boundary
    resolution_min: int
    values: int
    new: int
    changed: int
    forecast: int
    first_utc: datetime
    last_utc: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IntensityImported:
    """What was taken from a file, or would be with `dry_run`; `ahead` values lie in the future and are left out."""

    format: GridFormat
    dry_run: bool
    series: tuple[TakenSeries, ...]
    ahead: int
    problems: tuple[Told, ...]
    problems_left_out: int
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntensityRow:
    """A series of the grid's intensity, with its newest value."""

    id: str
    name: str
    boundary: Boundary
    resolution_min: int
    first_utc: datetime
    last_utc: datetime
    last_g_per_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IntensityPoint:
    """The mean of an hour; `forecast` if nobody has measured some of it."""

    at_utc: datetime
    g_per_kwh: float
    forecast: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IntensityOf:
    """The course of a series: the mean over time, the least and greatest value, and how much of it is known.

    The mean is for looking at: what was drawn counts with the intensity of its own quarter hours.
    """

    id: str
    name: str
    boundary: Boundary
    resolution_min: int
    period: str
    begin_utc: datetime
    end_utc: datetime
    known_percent: float
    forecast_percent: float
    mean_g_per_kwh: float | None
    least_g_per_kwh: float | None
    greatest_g_per_kwh: float | None
    points: tuple[IntensityPoint, ...]
