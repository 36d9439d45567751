"""Plants, who shares what they earn, and by which agreement."""

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


class Marketing(StrEnum):
    """How what a plant feeds in is paid for."""

    FEED_IN_TARIFF = "feed_in_tariff"
    """Einspeisevergütung (EEG § 21(1))."""
    MARKET_PREMIUM = "market_premium"
    """Marktprämie (EEG § 20)."""
    OTHER_DIRECT = "other_direct"
    """Sonstige Direktvermarktung (EEG § 21a): no support under the EEG is claimed."""

    @property
    def supported(self) -> bool:
        """Return whether support under the EEG is claimed, so that EEG § 6(5) may reimburse."""
        return self is not Marketing.OTHER_DIRECT


@dataclass(frozen=True, slots=True)
class OutlinePoint:
    """A corner of a plant's outline."""

    longitude_deg: float
    latitude_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant(Entry):
    """A generator of renewable power; `register_number` is its MaStR number.

    A wind turbine's coordinates are those of the centre of its mast; `outline` is where a plant on the ground
    stands. `permitted`, `awarded` and `application_complete` are the days of its permit, of its award and on which
    the documents for its permit were complete. `meter` measures what it makes, `feed_in_meter` what goes into the
    grid: several plants that name the same one share it (EEG § 24(3)). `reference_yield_wh` is the yearly
    Referenzertrag, `site_yield_wh` the last Standortertrag; `value_ct_per_kwh` is the anzulegender Wert.
    """

    kind: PlantKind
    power_w: float
    municipality: str
    operator: str
    register_number: str
    commissioned: date
    permitted: date | None = None
    awarded: date | None = None
    application_complete: date | None = None
    site: str | None = None
    meter: str | None = None
    feed_in_meter: str | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    outline: tuple[OutlinePoint, ...] = ()
    height_m: float | None = None
    reference_yield_wh: float | None = None
    site_yield_wh: float | None = None
    marketing: Marketing = Marketing.MARKET_PREMIUM
    value_ct_per_kwh: Decimal | None = None

    @property
    def source(self) -> str:
        """Return the source id of its readings."""
        return f"plant:{self.id}"


class Answer(StrEnum):
    """What a party said to an offer."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ContractParty:
    """A municipality, or a Landkreis for its gemeindefreie Gebiete, that was offered a share."""

    municipality: str
    answer: Answer = Answer.ACCEPTED
    answered: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Entry):
    """A revenue share agreed between the operator of plants and all municipalities that are affected.

    `law` is the law that it is based on (`eeg-6`); under a law that makes the share a duty a contract is an
    agreement in its place. `rate_ct_per_kwh` is what all parties get together. With `redistribute` those who
    accepted also get what others refused. Without `counts_fictitious` only what was fed in counts.
    `includes` names further laws whose payments are part of it.
    """

    plants: tuple[str, ...]
    law: str
    rate_ct_per_kwh: Decimal
    parties: tuple[ContractParty, ...]
    redistribute: bool = False
    counts_fictitious: bool = True
    signed: date | None = None
    includes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCorrection(Entry):
    """An area of a municipality in a plant's circle or outline that goes before the one cut from boundaries."""

    plant: str
    municipality: str
    area_m2: Decimal
    reason: str
