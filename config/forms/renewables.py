"""Plants, and who shares what they earn."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from config.forms.form import EntryForm
from config.values import Amount, Day, Number, Positive, RegisterNumber, Slug, Text
from core.inventory import Contract, Entry, Plant, PlantKind


class PlantForm(EntryForm):
    """A generator of renewable power."""

    makes: ClassVar[type[Entry]] = Plant

    kind: PlantKind
    power_w: Positive
    municipality: Slug
    operator: Text
    register_number: RegisterNumber
    commissioned: Day
    permitted: Day | None = None
    site: Slug | None = None
    meter: Slug | None = None
    latitude_deg: Number | None = None
    longitude_deg: Number | None = None


class ContractForm(EntryForm):
    """A revenue share agreed between a plant's operator and a municipality."""

    makes: ClassVar[type[Entry]] = Contract

    plant: Slug
    municipality: Slug
    law: Slug
    rate_ct_per_kwh: Amount = Field(ge=0)
