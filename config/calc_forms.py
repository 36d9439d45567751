"""What `kreiswatt calc` is given: forms of its three inputs, in the units people have them in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from config.factor_forms import FactorForm, Year
from config.forms.form import Form
from config.values import Amount, Day, Slug, Text, Whole, matching
from core.factor_subjects import Subject
from core.factors import Boundary, Reference
from core.fleet import PvAllocation
from core.inventory.mobility import BaselineBasis, Drive, VehicleClass
from fleet.emission_terms import Account
from fleet.losses import LossBasis
from fleet.procurement import QuotaGroup, QuotaPeriod
from fleet.thg import Convention

MOST_SLOTS = 40_000
"""A year has 35,040 quarter hours."""

NotNegative = Annotated[Amount, Field(ge=0)]
AboveNought = Annotated[Amount, Field(gt=0)]
Percent = Annotated[Amount, Field(ge=0, le=100)]
Loss = Annotated[Amount, Field(ge=0, lt=100)]
Count = Annotated[Whole, Field(ge=0, le=100_000)]
CalcPeriod = Annotated[
    str,
    AfterValidator(matching(r"[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?", "config.not_a_period")),
]


def _listed(written: Any) -> Any:
    """Return a single section as a list of one: whoever has one fuel need not write a list."""
    return [written] if isinstance(written, dict) else written


def _one_of(form: Form, *names: str, needed: bool = True) -> None:
    given = sum(getattr(form, name) is not None for name in names)
    if given > 1 or (needed and not given):
        code = "config.one_of" if needed else "config.at_most_one"
        raise PydanticCustomError(code, "see the catalogue", {"suggestion": ", ".join(names)})


def _some_of(form: Form, *names: str) -> None:
    if not any(getattr(form, name) or getattr(form, name) == 0 for name in names):
        raise PydanticCustomError("config.at_least_one", "see the catalogue", {"suggestion": ", ".join(names)})


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


class ConventionWanted(StrEnum):
    """Whether the THG quota is taken off the base value."""

    WITH_QUOTA = "with_quota"
    WITHOUT_QUOTA = "without_quota"
    BOTH = "both"

    @property
    def conventions(self) -> tuple[Convention, ...]:
        """Return them, that of the trade first."""
        return tuple(Convention) if self is ConventionWanted.BOTH else (Convention(self.value),)


class Authority(StrEnum):
    """Whose quotas count."""

    MUNICIPAL = "municipal"
    FEDERAL = "federal"


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
        _one_of(self, "fuel_l", "fuel_kg", "fuel_kwh")
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
        _one_of(self, *names, needed=False)
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
        _one_of(self, "pv_kwh", "generation_kwh", needed=False)
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
        _one_of(self, "meter_kwh", "vehicle_kwh", "slots")
        _one_of(self, "pv_kwh", "pv_percent", needed=False)
        _one_of(self, "guarantees_kwh", "guarantees_percent", needed=False)
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
    own_fuel: Annotated[tuple[CalcFuelForm, ...] | None, BeforeValidator(_listed)] = None
    electricity: ElectricityForm | None = None


class CalcPlantForm(Form):
    """A photovoltaic plant: self-use and feed-in are two lines."""

    name: Text = "1"
    self_use_kwh: NotNegative | None = None
    feed_in_kwh: NotNegative | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        _some_of(self, "self_use_kwh", "feed_in_kwh")
        return self


class SetsForm(Form):
    """Which sets of factors are taken instead of the usual ones."""

    fuel: Slug | None = None
    grid: Slug | None = None
    pv: Slug | None = None


class CalcForm(Form):
    """What every input may bring with it: factors that go before those in force."""

    factors: tuple[FactorForm, ...] = ()


class SavingsForm(CalcForm):
    """The input of `kreiswatt calc savings`."""

    period: CalcPeriod
    boundary: BoundaryWanted = BoundaryWanted.BOTH
    account: AccountWanted = AccountWanted.BOTH
    sets: SetsForm = SetsForm()
    vehicles: Annotated[tuple[CalcVehicleForm, ...], BeforeValidator(_listed)] = ()
    plants: Annotated[tuple[CalcPlantForm, ...], BeforeValidator(_listed)] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        _some_of(self, "vehicles", "plants")
        return self


class ThgVehicleForm(Form):
    """Vehicles of one class, registered in the year."""

    name: Text = "1"
    vehicle_class: VehicleClass
    drive: Drive = Drive.BATTERY
    count: Count = 1


class ThgPointForm(Form):
    """A public charge point: metered energy, of which `pv_kwh` is proven by quarter hours to come from its own roof."""

    name: Text = "1"
    energy_kwh: NotNegative
    pv_kwh: NotNegative | None = None

    @model_validator(mode="after")
    def _no_more(self) -> Self:
        if self.pv_kwh is not None and self.pv_kwh > self.energy_kwh:
            raise PydanticCustomError("config.more_than", "see the catalogue", {"suggestion": "pv_kwh > energy_kwh"})
        return self


class ThgForm(CalcForm):
    """The input of `kreiswatt calc thg`."""

    year: Year
    convention: ConventionWanted = ConventionWanted.BOTH
    price_eur_per_t: NotNegative | None = None
    fee_percent: Percent | None = None
    vehicles: Annotated[tuple[ThgVehicleForm, ...], BeforeValidator(_listed)] = ()
    points: Annotated[tuple[ThgPointForm, ...], BeforeValidator(_listed)] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        _some_of(self, "vehicles", "points")
        return self


class AwardForm(Form):
    """Vehicles of one award (Zuschlag)."""

    name: Text = "1"
    vehicle_class: VehicleClass
    awarded: Day
    count: Count = 1
    drive: Drive | None = None
    co2_g_per_km: NotNegative | None = None
    rde_percent: NotNegative | None = None
    alternative_fuel: bool = False
    zero_emission: bool = False
    exempt_reason: Annotated[str, Field(max_length=200)] = ""


class CountForm(Form):
    """Vehicles of a group that somebody has counted."""

    group: QuotaGroup
    period: QuotaPeriod
    procured: Count
    clean: Count = 0
    zero_emission: Count = 0

    @model_validator(mode="after")
    def _no_more(self) -> Self:
        for more, less in (("clean", "procured"), ("zero_emission", "clean")):
            if getattr(self, more) > getattr(self, less):
                raise PydanticCustomError("config.more_than", "see the catalogue", {"suggestion": f"{more} > {less}"})
        return self


class CleanVehiclesForm(CalcForm):
    """The input of `kreiswatt calc clean-vehicles`."""

    authority: Authority = Authority.MUNICIPAL
    vehicles: Annotated[tuple[AwardForm, ...], BeforeValidator(_listed)] = ()
    counts: Annotated[tuple[CountForm, ...], BeforeValidator(_listed)] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        _some_of(self, "vehicles", "counts")
        return self
