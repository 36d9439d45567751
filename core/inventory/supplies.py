"""What energy costs, what a fuel holds, and what may be spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from enum import StrEnum

from core.inventory.entries import Entry
from core.inventory.metering import Medium
from core.inventory.places import Weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceWindow:
    """A time of the week with an energy price of its own: high or low tariff, a grid operator's peak hours."""

    name: str
    days: tuple[Weekday, ...]
    begins: time
    ends: time
    energy_eur_per_kwh: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff(Entry):
    """A price of a medium at sites; outside of its `windows` (the first that fits counts) the general price.

    Gas is priced by kWh Ho, water by m³ (`energy_eur_per_m3`). `export_eur_per_kwh` is paid for what is fed in.
    Power is priced by the peak of the year, or by that of each month (`power_eur_per_kw_month`), never by both.
    """

    medium: Medium
    sites: tuple[str, ...]
    energy_eur_per_kwh: Decimal
    base_eur_per_year: Decimal = Decimal(0)
    power_eur_per_kw_year: Decimal = Decimal(0)
    windows: tuple[PriceWindow, ...] = ()
    energy_eur_per_m3: Decimal | None = None
    export_eur_per_kwh: Decimal | None = None
    power_eur_per_kw_month: Decimal = Decimal(0)


class EnergyBasis(StrEnum):
    """Whether energy of a fuel counts the heat of condensation (Ho, Brennwert) or not (Hi, Heizwert)."""

    HO = "ho"
    HI = "hi"


@dataclass(frozen=True, slots=True, kw_only=True)
class FuelMonth:
    """What the grid operator says of a month (`2026-10`): Zustandszahl and Brennwert of a standard cubic metre."""

    month: str
    state_number: Decimal
    energy_kwh_per_m3: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuel(Entry):
    """What a fuel holds: gas by months, oil and pellets by one figure per m³ or t, with where that stands written.

    All figures are on one `basis`. `hi_per_ho` is the fuel's ratio of Heizwert to Brennwert, None where
    nobody has said it: then energy is told on its own basis only.
    """

    medium: Medium
    basis: EnergyBasis = EnergyBasis.HO
    months: tuple[FuelMonth, ...] = ()
    energy_kwh_per_m3: Decimal | None = None
    energy_kwh_per_t: Decimal | None = None
    hi_per_ho: Decimal | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget(Entry):
    """What a site may spend on a medium in a calendar year."""

    site: str
    medium: Medium
    year: int
    amount_eur: Decimal
