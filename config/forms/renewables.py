"""Plants, who shares what they earn, and by which agreement.

The limits of powers and yields keep kW from being taken for W, and kWh or MWh for Wh.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from config.forms.form import EntryForm, PartForm
from config.values import Amount, Day, Number, Positive, RegisterNumber, Slug, Text
from core.inventory import (
    Answer,
    AreaCorrection,
    Contract,
    ContractParty,
    Entry,
    Marketing,
    OutlinePoint,
    Plant,
    PlantKind,
)

LEAST_POWER_W = 600
"""What a plant for a balcony feeds in at the least; less is meant in kW."""
LEAST_YIELD_WH = 1_000_000
"""A megawatt-hour a year; less is meant in kWh or MWh."""
MOST_HEIGHT_M = 400
MOST_CT_PER_KWH = 100


class OutlinePointForm(PartForm):
    """A corner of a plant's outline."""

    makes: ClassVar[type] = OutlinePoint

    longitude_deg: Number
    latitude_deg: Number


class PlantForm(EntryForm):
    """A generator of renewable power."""

    makes: ClassVar[type[Entry]] = Plant

    kind: PlantKind
    power_w: Positive = Field(ge=LEAST_POWER_W)
    municipality: Slug
    operator: Text
    register_number: RegisterNumber
    commissioned: Day
    permitted: Day | None = None
    awarded: Day | None = None
    application_complete: Day | None = None
    site: Slug | None = None
    meter: Slug | None = None
    feed_in_meter: Slug | None = None
    latitude_deg: Number | None = None
    longitude_deg: Number | None = None
    outline: tuple[OutlinePointForm, ...] = ()
    height_m: Positive | None = Field(default=None, le=MOST_HEIGHT_M)
    reference_yield_wh: Positive | None = Field(default=None, ge=LEAST_YIELD_WH)
    site_yield_wh: Positive | None = Field(default=None, ge=LEAST_YIELD_WH)
    marketing: Marketing = Marketing.MARKET_PREMIUM
    value_ct_per_kwh: Amount | None = Field(default=None, ge=0, le=MOST_CT_PER_KWH)


class ContractPartyForm(PartForm):
    """A municipality that was offered a share."""

    makes: ClassVar[type] = ContractParty

    municipality: Slug
    answer: Answer = Answer.ACCEPTED
    answered: Day | None = None


class ContractForm(EntryForm):
    """A revenue share agreed between the operator of plants and all municipalities that are affected."""

    makes: ClassVar[type[Entry]] = Contract

    plants: tuple[Slug, ...] = Field(min_length=1)
    law: Slug
    rate_ct_per_kwh: Amount = Field(ge=0, le=MOST_CT_PER_KWH)
    parties: tuple[ContractPartyForm, ...] = Field(min_length=1)
    redistribute: bool = False
    counts_fictitious: bool = True
    signed: Day | None = None
    includes: tuple[Slug, ...] = ()


class AreaCorrectionForm(EntryForm):
    """An area of a municipality in a plant's circle or outline that goes before the one cut from boundaries."""

    makes: ClassVar[type[Entry]] = AreaCorrection

    plant: Slug
    municipality: Slug
    area_m2: Amount = Field(ge=0)
    reason: Text
