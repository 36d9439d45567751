"""The input of `kreiswatt calc thg`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, model_validator
from pydantic_core import PydanticCustomError

from config.calc.parts import (
    CalcForm,
    Count,
    NotNegative,
    Percent,
    listed,
    some_of,
)
from config.factor_forms import Year
from config.forms.form import Form
from config.values import Text
from core.inventory.mobility import Drive, VehicleClass
from fleet.costs.thg import Convention


class ConventionWanted(StrEnum):
    """Whether the THG quota is taken off the base value."""

    WITH_QUOTA = "with_quota"
    WITHOUT_QUOTA = "without_quota"
    BOTH = "both"

    @property
    def conventions(self) -> tuple[Convention, ...]:
        """Return them, that of the trade first."""
        return tuple(Convention) if self is ConventionWanted.BOTH else (Convention(self.value),)


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
    vehicles: Annotated[tuple[ThgVehicleForm, ...], BeforeValidator(listed)] = ()
    points: Annotated[tuple[ThgPointForm, ...], BeforeValidator(listed)] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        some_of(self, "vehicles", "points")
        return self
