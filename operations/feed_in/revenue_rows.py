"""What own plants made, used, fed in and earned in a year, as programs get it. Energies are in whole Wh."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.inventory.renewables import Marketing
from operations.feed_in.rows import Year
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowRevenue:
    """Which year (the last one that is over), of all own plants or of one, or of those at a site."""

    year: Year | None = None
    plant: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueMonth:
    """A month of an own plant. `paid_eur` is what its feed-in earned, `market_eur` what it was worth on the market.

    `negative_wh` was fed in at prices below zero. Without `paid_eur` the `reason` says why.
    """

    month: str
    generation_wh: int | None
    self_use_wh: int | None
    fed_in_wh: int | None
    negative_wh: int | None
    paid_eur: Decimal | None
    market_eur: Decimal | None
    reason: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantRevenue:
    """An own plant in a year; sums are those of the months that are known, `months_missing` are not computed."""

    plant: str
    name: str
    site: str
    site_name: str
    marketing: Marketing
    value_ct_per_kwh: Decimal | None
    generation_wh: int | None
    self_use_wh: int | None
    fed_in_wh: int | None
    negative_wh: int | None
    paid_eur: Decimal | None
    market_eur: Decimal | None
    months_missing: tuple[str, ...]
    reason: Told | None
    notes: tuple[Told, ...]
    months: tuple[RevenueMonth, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueOf:
    """All own plants that were asked for, and what they earned together in a year; None where nothing is computed."""

    year: int
    plants: tuple[PlantRevenue, ...]
    paid_eur: Decimal | None
    market_eur: Decimal | None
