"""Plants, and who shares what they earn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.inventory.entries import Entry


class PlantKind(StrEnum):
    """What a plant makes power from, and where."""

    WIND = "wind"
    PV_GROUND = "pv_ground"
    PV_ROOF = "pv_roof"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant(Entry):
    """A generator of renewable power; `register_number` is its MaStR number."""

    kind: PlantKind
    power_w: float
    municipality: str
    operator: str
    register_number: str
    commissioned: date
    permitted: date | None = None
    site: str | None = None
    meter: str | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None

    @property
    def source(self) -> str:
        """Return the source id of its readings."""
        return f"plant:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Entry):
    """A revenue share agreed between a plant's operator and a municipality."""

    plant: str
    municipality: str
    law: str
    rate_ct_per_kwh: Decimal
