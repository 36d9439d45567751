"""The input of `kreiswatt calc clean-vehicles`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from config.calc.parts import (
    CalcForm,
    Count,
    NotNegative,
    listed,
    some_of,
)
from config.forms.form import Form
from config.values import Day, Text
from core.inventory.mobility import Drive, VehicleClass
from fleet.candidates.procurement import QuotaGroup, QuotaPeriod


class Authority(StrEnum):
    """Whose quotas count."""

    MUNICIPAL = "municipal"
    FEDERAL = "federal"


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
    vehicles: Annotated[tuple[AwardForm, ...], BeforeValidator(listed)] = ()
    counts: Annotated[tuple[CountForm, ...], BeforeValidator(listed)] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        some_of(self, "vehicles", "counts")
        return self
