"""What is asked about prices of the day-ahead market, and what programs get."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from annotated_types import Len

from ingest.price_files import PriceFormat
from operations.values import Limit, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPrices:
    """A file of day-ahead prices that was handed in, by its digest; the command line takes its path.

    What is read becomes the `series` of that name, or of the publisher's. With `dry_run` nothing is kept.
    """

    upload: str = field(metadata={"upload": True})
    series: Annotated[str, Len(0, 40)] = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPrices:
    """All series of day-ahead prices."""

    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesImported:
    """What was taken from a file, or would be with `dry_run`: `new` values, and `changed` ones.

    `ahead` values lie in the future and are left out; `below_zero` of those taken are below zero.
    """

    series: str
    format: PriceFormat
    dry_run: bool
    resolution_min: int
    values: int
    new: int
    changed: int
    below_zero: int
    ahead: int
    first_utc: datetime
    last_utc: datetime
    problems: tuple[Told, ...]
    problems_left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """A series of prices, with its newest value."""

    series: str
    resolution_min: int
    first_utc: datetime
    last_utc: datetime
    last_eur_per_mwh: float
