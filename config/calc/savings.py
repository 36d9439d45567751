"""The input of `kreiswatt calc savings`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from config.calc.parts import (
    MOST_SLOTS,
    AboveNought,
    CalcForm,
    CalcPeriod,
    Loss,
    NotNegative,
    Percent,
    listed,
    one_of,
    some_of,
)
from config.forms.form import Form
from config.values import Slug, Text
from core.factor_subjects import Subject
from core.factors import Boundary, Reference
from core.fleet import PvAllocation
from core.inventory.mobility import BaselineBasis, Drive, VehicleClass
from fleet.savings.emission_terms import Account
from fleet.savings.losses import LossBasis


class BurntFuel(StrEnum):
    """What can be burnt."""

    PETROL = "petrol"
    DIESEL = "diesel"
    LPG = "lpg"
    CNG = "cng"
    LNG = "lng"
    HVO = "hvo"
    BIODIESEL = "biodiesel"

    @property
    def subject(self) -> Subject:
        """Return it as the subject of factors."""
        return Subject(self.value)


class BoundaryWanted(StrEnum):
    """Which boundaries are calculated."""

    TTW = "ttw"
    WTW = "wtw"
    BOTH = "both"

    @property
    def boundaries(self) -> tuple[Boundary, ...]:
        """Return them, the headline first."""
        return (Boundary.WTW, Boundary.TTW) if self is BoundaryWanted.BOTH else (Boundary(self.value),)


class AccountWanted(StrEnum):
    """How purchased electricity is counted."""

    LOCATION = "location"
    MARKET = "market"
    BOTH = "both"

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Return them, by location first."""
        return tuple(Account) if self is AccountWanted.BOTH else (Account(self.value),)


class CalcFuelForm(Form):
    """Fuel that was burnt: litres, kilograms, or kWh of a heating value."""

    fuel: BurntFuel
    fuel_l: NotNegative | None = None
    fuel_kg: NotNegative | None = None
    fuel_kwh: NotNegative | None = None
    reference: Reference | None = None
    density_kg_per_l: AboveNought | None = None

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        one_of(self, "fuel_l", "fuel_kg", "fuel_kwh")
        return self


class CalcBaselineForm(Form):
    """What a combustion vehicle would have burnt: per 100 km or altogether; with neither, the default of its class."""

    fuel: BurntFuel
    fuel_l_per_100km: NotNegative | None = None
    fuel_kg_per_100km: NotNegative | None = None
    fuel_kwh_per_100km: NotNegative | None = None
    fuel_l: NotNegative | None = None
    fuel_kg: NotNegative | None = None
    fuel_kwh: NotNegative | None = None
    reference: Reference | None = None
    density_kg_per_l: AboveNought | None = None
    basis: BaselineBasis | None = None

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        names = ("fuel_l_per_100km", "fuel_kg_per_100km", "fuel_kwh_per_100km", "fuel_l", "fuel_kg", "fuel_kwh")
        one_of(self, *names, needed=False)
        return self


class SlotForm(Form):
    """A slot, usually a quarter hour: what was charged, how much of it was roof power, how the grid was."""

    at: Text | None = None
    energy_kwh: NotNegative
    intensity_g_per_kwh: NotNegative | None = None
    pv_kwh: NotNegative | None = None
    generation_kwh: NotNegative | None = None
    other_loads_kwh: NotNegative | None = None
    export_kwh: NotNegative | None = None

    @model_validator(mode="after")
    def _pv_one_way(self) -> Self:
        one_of(self, "pv_kwh", "generation_kwh", needed=False)
        if self.pv_kwh is not None and self.pv_kwh > self.energy_kwh:
            raise PydanticCustomError("config.more_than", "see the catalogue", {"suggestion": "pv_kwh > energy_kwh"})
        if self.export_kwh is not None and self.export_kwh > (self.generation_kwh or 0):
            said = "export_kwh > generation_kwh"
            raise PydanticCustomError("config.more_than", "see the catalogue", {"suggestion": said})
        return self


class ElectricityForm(Form):
    """What was charged: by the meter of the charge point, by the vehicle with a loss, or in slots."""

    meter_kwh: NotNegative | None = None
    vehicle_kwh: NotNegative | None = None
    slots: Annotated[tuple[SlotForm, ...] | None, Field(max_length=MOST_SLOTS)] = None
    loss_percent: Loss | None = None
    loss_basis: LossBasis | None = None
    elsewhere_kwh: NotNegative | None = None
    pv_kwh: NotNegative | None = None
    pv_percent: Percent | None = None
    pv_allocation: PvAllocation = PvAllocation.PRO_RATA
    intensity_boundary: Boundary | None = None
    guarantees_kwh: NotNegative | None = None
    guarantees_percent: Percent | None = None
    electric_kwh_per_100km: AboveNought | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        one_of(self, "meter_kwh", "vehicle_kwh", "slots")
        one_of(self, "pv_kwh", "pv_percent", needed=False)
        one_of(self, "guarantees_kwh", "guarantees_percent", needed=False)
        if self.vehicle_kwh is not None and (self.loss_percent is None or self.loss_basis is None):
            raise PydanticCustomError("config.loss_unstated", "see the catalogue", {})
        if self.slots is not None:
            self._sound_slots(self.slots)
        return self

    def _sound_slots(self, slots: tuple[SlotForm, ...]) -> None:
        if self.pv_kwh is not None or self.pv_percent is not None:
            raise PydanticCustomError("config.pv_in_slots", "see the catalogue", {})
        if any(slot.intensity_g_per_kwh is not None for slot in slots) and self.intensity_boundary is None:
            raise PydanticCustomError("config.series_unstated", "see the catalogue", {})


class CalcVehicleForm(Form):
    """A vehicle, and what it is compared with."""

    name: Text = "1"
    vehicle_class: VehicleClass = VehicleClass.M1
    drive: Drive = Drive.BATTERY
    distance_km: NotNegative | None = None
    baseline: CalcBaselineForm | None = None
    own_fuel: Annotated[tuple[CalcFuelForm, ...] | None, BeforeValidator(listed)] = None
    electricity: ElectricityForm | None = None


class CalcPlantForm(Form):
    """A photovoltaic plant: self-use and feed-in are two lines."""

    name: Text = "1"
    self_use_kwh: NotNegative | None = None
    feed_in_kwh: NotNegative | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        some_of(self, "self_use_kwh", "feed_in_kwh")
        return self


class SetsForm(Form):
    """Which sets of factors are taken instead of the usual ones."""

    fuel: Slug | None = None
    grid: Slug | None = None
    pv: Slug | None = None


class SavingsForm(CalcForm):
    """The input of `kreiswatt calc savings`."""

    period: CalcPeriod
    boundary: BoundaryWanted = BoundaryWanted.BOTH
    account: AccountWanted = AccountWanted.BOTH
    sets: SetsForm = SetsForm()
    vehicles: Annotated[tuple[CalcVehicleForm, ...], BeforeValidator(listed)] = ()
    plants: Annotated[tuple[CalcPlantForm, ...], BeforeValidator(listed)] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        some_of(self, "vehicles", "plants")
        return self
