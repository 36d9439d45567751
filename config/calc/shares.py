"""The input of `kreiswatt calc shares`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from config.calc.parts import AboveNought, CalcForm, NotNegative, listed, one_of
from config.forms.form import Form
from config.law_forms import LandState, LawFileForm
from config.values import Amount, Day, Month, Slug, Text, Whole, matching
from core.inventory.renewables import Marketing, PlantKind
from renewables.areas import AreaKind
from renewables.rules import TotalRounding

MOST_PLANTS = 5_000
MOST_AREAS = 200
WH_PLACES = 3
"""Energies are whole watt-hours."""

AUTO = "auto"
"""All laws that are about such a plant."""


def _whole_wh(energy_kwh: Decimal) -> Decimal:
    if -int(energy_kwh.normalize().as_tuple().exponent) > WH_PLACES:
        raise PydanticCustomError("config.finer_than_wh", "see the catalogue", {})
    return energy_kwh


def _texts(written: Any) -> Any:
    """Return a single word as a list of one."""
    return [written] if isinstance(written, str) else written


def once(names: Sequence[str], key: str) -> None:
    """Raise an error where a name stands twice."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        said = f"{key}: {', '.join(twice)}"
        raise PydanticCustomError("config.named_twice", "see the catalogue", {"suggestion": said})


Energy = Annotated[Amount, AfterValidator(_whole_wh)]
Year = Annotated[Whole, Field(ge=2000, le=2200)]
Key = Annotated[str, AfterValidator(matching(r"[0-9A-Za-z][0-9A-Za-z ._-]{0,39}", "config.area_key_invalid"))]
Radius = Annotated[Whole, Field(gt=0, le=100_000)]
LawName = Annotated[str, AfterValidator(matching(r"[a-z][0-9A-Za-z.-]{0,99}", "config.law_name_invalid"))]


class RoundingWantedForm(Form):
    """How totals are rounded, instead of what the rules say."""

    total: TotalRounding


class FictitiousForm(Form):
    """The fiktive Strommenge by reason (EEG Anlage 2 Nr. 7.2)."""

    unavailable: Energy = Decimal(0)
    curtailed: Energy = Decimal(0)
    other: Energy = Decimal(0)


def _reasons(written: Any) -> Any:
    """Return a sum without reasons as one for the last of them."""
    return {"other": written} if isinstance(written, str) else written


Fictitious = Annotated[FictitiousForm, BeforeValidator(_reasons)]


class ShareMonthForm(Form):
    """A month's energies; of one that does not say what was fed in nothing is known."""

    month: Month
    fed_in_kwh: Energy | None = None
    fictitious_kwh: Fictitious = FictitiousForm()
    negative_kwh: Energy | None = None


class ShareAreaForm(Form):
    """A party's area around or under the plant; the only party needs none."""

    key: Key
    name: Text | None = None
    kind: AreaKind = AreaKind.GEMEINDE
    state: LandState | None = None
    area_ha: NotNegative | None = None
    area_m2: NotNegative | None = None
    radius_m: Radius | None = None
    refused: bool = False

    @model_validator(mode="after")
    def _one_area(self) -> Self:
        one_of(self, "area_ha", "area_m2", needed=False)
        return self

    @property
    def exact_m2(self) -> Decimal | None:
        """Return the area in square metres, None if none was given."""
        return self.area_m2 if self.area_ha is None else self.area_ha * 10_000


class ShareContractForm(Form):
    """A contract; without a rate by that of its law, without `offered` for all who have an area."""

    law: Slug | None = None
    rate_ct_per_kwh: NotNegative | None = None
    redistribute: bool = False
    counts_fictitious: bool = True
    includes: Annotated[tuple[Slug, ...], BeforeValidator(_texts)] = ()
    offered: tuple[Key, ...] | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    signed: Day | None = None


class SharePlantForm(Form):
    """A plant with its facts, its year's energies, the areas and its contracts."""

    name: Text = "1"
    kind: PlantKind = PlantKind.WIND
    state: LandState | None = None
    power_kw: AboveNought | None = None
    commissioned: Day | None = None
    permitted: Day | None = None
    awarded: Day | None = None
    application_complete: Day | None = None
    height_m: AboveNought | None = None
    marketing: Marketing = Marketing.MARKET_PREMIUM
    law: Annotated[tuple[LawName, ...], BeforeValidator(_texts), Field(min_length=1)] = (AUTO,)
    year: Year | None = None
    rounding: RoundingWantedForm | None = None
    fed_in_kwh: Energy | None = None
    full_load_hours: NotNegative | None = None
    fictitious_kwh: Fictitious = FictitiousForm()
    negative_kwh: Energy | None = None
    months: Annotated[tuple[ShareMonthForm, ...] | None, Field(min_length=1, max_length=12)] = None
    meter: Text | None = None
    reference_yield_kwh: AboveNought | None = None
    site_yield_kwh: AboveNought | None = None
    areas: Annotated[tuple[ShareAreaForm, ...], BeforeValidator(listed), Field(max_length=MOST_AREAS)] = ()
    radius_m: Radius | None = None
    contracts: Annotated[tuple[ShareContractForm, ...], BeforeValidator(listed)] = ()
    contract: ShareContractForm | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        one_of(self, "fed_in_kwh", "full_load_hours", "months", "meter", needed=False)
        if self.full_load_hours is not None:
            if self.power_kw is None:
                raise PydanticCustomError("config.hours_without_power", "see the catalogue", {})
            _whole_wh(self.full_load_hours * self.power_kw)
        if self.contract is not None and self.contracts:
            raise PydanticCustomError("config.at_most_one", "see the catalogue", {"suggestion": "contract, contracts"})
        if self.months is not None:
            once([each.month for each in self.months], "month")
            if self.fictitious_kwh != FictitiousForm() or self.negative_kwh is not None:
                raise PydanticCustomError("config.energies_beside_months", "see the catalogue", {})
        self._sound_areas()
        return self

    def _sound_areas(self) -> None:
        once([f"{each.key} ({each.radius_m} m)" if each.radius_m else each.key for each in self.areas], "key")
        if len(self.areas) > 1 and any(each.exact_m2 is None for each in self.areas):
            raise PydanticCustomError("config.area_missing", "see the catalogue", {"suggestion": "area_ha, area_m2"})
        if any(each.refused and each.kind is AreaKind.FOREIGN for each in self.areas):
            raise PydanticCustomError("config.foreign_refuses", "see the catalogue", {})

    @property
    def agreed(self) -> tuple[ShareContractForm, ...]:
        """Return the contracts, however they were written."""
        return (self.contract,) if self.contract else self.contracts

    @property
    def hours_kwh(self) -> Decimal | None:
        """Return what was fed in, where it was given as a sum or in hours of full load."""
        if self.full_load_hours is not None and self.power_kw is not None:
            return self.full_load_hours * self.power_kw
        return self.fed_in_kwh


class ShareMeterForm(Form):
    """A meter that several plants share (EEG § 24(3))."""

    name: Text
    fed_in_kwh: Energy
    negative_kwh: Energy | None = None


class SharesForm(CalcForm):
    """The input of `kreiswatt calc shares`."""

    year: Year | None = None
    rounding: RoundingWantedForm | None = None
    plants: Annotated[tuple[SharePlantForm, ...], BeforeValidator(listed), Field(min_length=1, max_length=MOST_PLANTS)]
    meters: Annotated[tuple[ShareMeterForm, ...], BeforeValidator(listed)] = ()
    laws: Annotated[tuple[LawFileForm, ...], BeforeValidator(listed)] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        once([each.name for each in self.plants], "name")
        once([each.name for each in self.meters], "name")
        if self.year is None and any(each.year is None for each in self.plants):
            raise PydanticCustomError("config.year_missing", "see the catalogue", {})
        return self
