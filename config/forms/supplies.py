"""What energy costs, what a fuel holds, and what may be spent."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from config.forms.form import EntryForm, PartForm
from config.values import Amount, Begin, End, Month, Slug, Text, Whole
from core.inventory import Budget, EnergyBasis, Entry, Fuel, FuelMonth, Medium, PriceWindow, Tariff, Weekday

MOST_KWH_PER_M3 = 20_000
MOST_KWH_PER_T = 20_000
"""Far above every fuel: heating oil holds some 10,000 kWh per m³, pellets some 5,000 kWh per t."""


class PriceWindowForm(PartForm):
    """A time of the week with an energy price of its own."""

    makes: ClassVar[type] = PriceWindow

    name: Text
    days: tuple[Weekday, ...] = Field(min_length=1)
    begins: Begin
    ends: End
    energy_eur_per_kwh: Amount


class TariffForm(EntryForm):
    """A price of a medium at sites."""

    makes: ClassVar[type[Entry]] = Tariff

    medium: Medium
    sites: tuple[Slug, ...] = Field(min_length=1)
    energy_eur_per_kwh: Amount
    base_eur_per_year: Amount = Field(default=Decimal(0), ge=0)
    power_eur_per_kw_year: Amount = Field(default=Decimal(0), ge=0)
    power_eur_per_kw_month: Amount = Field(default=Decimal(0), ge=0)
    windows: tuple[PriceWindowForm, ...] = ()
    energy_eur_per_m3: Amount | None = None
    export_eur_per_kwh: Amount | None = None


class FuelMonthForm(PartForm):
    """What the grid operator says of a month.

    The limits lie around what natural gas can have: they keep the two figures from changing places.
    """

    makes: ClassVar[type] = FuelMonth

    month: Month
    state_number: Amount = Field(gt=0, le=2)
    energy_kwh_per_m3: Amount = Field(gt=2, le=20)


class FuelForm(EntryForm):
    """What a fuel holds."""

    makes: ClassVar[type[Entry]] = Fuel

    medium: Medium
    basis: EnergyBasis = EnergyBasis.HO
    months: tuple[FuelMonthForm, ...] = ()
    energy_kwh_per_m3: Amount | None = Field(default=None, gt=0, le=MOST_KWH_PER_M3)
    energy_kwh_per_t: Amount | None = Field(default=None, gt=0, le=MOST_KWH_PER_T)
    hi_per_ho: Amount | None = Field(default=None, gt=0, le=1)
    reference: str = Field(default="", max_length=500)


class BudgetForm(EntryForm):
    """What a site may spend on a medium in a calendar year."""

    makes: ClassVar[type[Entry]] = Budget

    site: Slug
    medium: Medium
    year: Whole = Field(ge=2000, le=2200)
    amount_eur: Amount = Field(ge=0)
