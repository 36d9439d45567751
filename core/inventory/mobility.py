"""Charge points, vehicles and the cards they are charged with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.inventory.entries import Entry
from core.inventory.metering import Feed


class Drive(StrEnum):
    """What moves a vehicle."""

    BATTERY = "battery"
    PLUG_IN_HYBRID = "plug_in_hybrid"
    PETROL = "petrol"
    DIESEL = "diesel"
    GAS = "gas"


class FuelKind(StrEnum):
    """What a vehicle burns."""

    PETROL = "petrol"
    DIESEL = "diesel"
    LPG = "lpg"
    CNG = "cng"
    HVO = "hvo"


_FUEL_OF_DRIVE = {Drive.PETROL: FuelKind.PETROL, Drive.DIESEL: FuelKind.DIESEL}


class VehicleClass(StrEnum):
    """The class of a vehicle in EU law (Regulation (EU) 2018/858, Annex I); `special` stands outside of the quotas."""

    M1 = "M1"
    M2 = "M2"
    M3 = "M3"
    N1 = "N1"
    N2 = "N2"
    N3 = "N3"
    L = "L"
    SPECIAL = "special"


class BaselineBasis(StrEnum):
    """Where a baseline comes from, best first (fuel cards of the replaced vehicle, own fleet, table)."""

    FUEL_CARDS = "fuel_cards"
    CLASS_AVERAGE = "class_average"
    TABLE = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What the combustion vehicle that an electric one stands for would burn, and where that is written."""

    fuel: FuelKind
    fuel_l_per_100km: Decimal
    basis: BaselineBasis
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Procurement:
    """How a vehicle was procured, as SaubFahrzeugBeschG counts it (§§ 2, 4, 6).

    `awarded` is the day of the Zuschlag. `co2_g_per_km` None: not known. `zero_emission` matters for buses.
    A vehicle with an `exempt_reason` (§ 4) is not counted.
    """

    awarded: date
    procedure: str = ""
    co2_g_per_km: Decimal | None = None
    rde_percent: Decimal | None = None
    alternative_fuel: bool = False
    zero_emission: bool = False
    exempt_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleCosts:
    """What a vehicle costs besides energy; None: not known, not nothing."""

    lease_eur_per_month: Decimal | None = None
    maintenance_eur_per_100km: Decimal | None = None
    fixed_eur_per_month: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One outlet of a station, numbered as OCPP numbers it (1.6 connector, 2.x EVSE)."""

    number: int
    max_power_w: float
    plug: str


class Admission(StrEnum):
    """What a station is told when it boots (OCPP, RegistrationStatus)."""

    ACCEPTED = "accepted"
    PENDING = "pending"
    """It is looked at and set up; until it is accepted it charges nobody."""
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Station(Entry):
    """A charge point; `identity` is its OCPP identity in the URL, its `id` where that is empty.

    `security_profile` 0 means no password.

    `serial_number` is the maker's; its certificate (security profile 3) may name it instead of the `id`.
    `without_alarms` are kinds of alarms that nobody wants to have of this one. `admission` is what its next boot is
    answered.
    """

    site: str
    maker: str
    model: str
    connectors: tuple[Connector, ...]
    security_profile: int = 1
    parent: str | None = None
    without_alarms: tuple[str, ...] = ()
    serial_number: str = ""
    admission: Admission = Admission.ACCEPTED
    identity: str = ""

    @property
    def wire_name(self) -> str:
        """Return the name under which it connects; case is no difference."""
        return self.identity or self.id

    @property
    def source(self) -> str:
        """Return the source id of the whole station; an outlet's is `<source>/<number>`."""
        return f"station:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle(Entry):
    """A vehicle. It has no driver: personal use is nobody's business here.

    `baseline` is what an electric one is compared with; `replaces` names the vehicle whose place it took. One that
    a single person uses (`personal`) is shown by month only. `charge_loss_percent` is what is lost between charge
    point and battery, of the energy drawn, where it is not measured.
    """

    site: str
    maker: str
    model: str
    drive: Drive
    group: str
    battery_wh: float | None = None
    fuel_l_per_100km: Decimal | None = None
    feed: Feed | None = None
    vehicle_class: VehicleClass = VehicleClass.M1
    fuel: FuelKind | None = None
    baseline: Baseline | None = None
    replaces: str | None = None
    personal: bool = False
    lease_until: date | None = None
    charge_loss_percent: Decimal | None = None
    energy_wh_per_100km: Decimal | None = None
    procurement: Procurement | None = None
    costs: VehicleCosts | None = None

    @property
    def source(self) -> str:
        """Return the source id of its readings."""
        return f"vehicle:{self.id}"

    @property
    def burns(self) -> FuelKind | None:
        """Return its fuel: what it says, else what a petrol or diesel drive tells; None: none, or not known."""
        return self.fuel or _FUEL_OF_DRIVE.get(self.drive)

    @property
    def plugs_in(self) -> bool:
        """Return whether it can be charged."""
        return self.drive in {Drive.BATTERY, Drive.PLUG_IN_HYBRID}


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectricModel(Entry):
    """An electric model that a combustion vehicle might give way to; figures as `source` states them.

    `winter_range_m` is what it drives on a full battery in frost. `ac_power_w` is what it charges with at most.
    """

    vehicle_class: VehicleClass
    battery_wh: float
    winter_range_m: float
    energy_wh_per_100km: Decimal
    winter_energy_wh_per_100km: Decimal
    ac_power_w: float
    source: str
    price_eur: Decimal | None = None
    lease_eur_per_month: Decimal | None = None
    maintenance_eur_per_100km: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetBudget(Entry):
    """What the vehicles of a `group` (None: all of them) may cost in a calendar year."""

    group: str | None = None
    year: int
    amount_eur: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient(Entry):
    """Who gets reports by mail, and of what: no `groups` and no `sites` mean the whole fleet."""

    address: str = field(repr=False)
    language: str = "de"
    groups: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Entry):
    """A charging card of a vehicle, or of a `group` of people such as a department; a `blocked` one charges nothing.

    `uid`, its number, is personal data: it is compared, never shown, stored or logged. Only files that people write
    hold it. What the service writes holds its `pseudonym` and, where the number is known, `uid_sealed`.

    Cards of the same `card_group` may end each other's sessions (OCPP's parentIdTag and groupIdToken). A card may be
    limited: to `sites` (none: everywhere), to when a `calendar` says that a place is in use, to `energy_limit_wh` in a
    calendar month.
    """

    uid: str = field(default="", repr=False)
    vehicle: str | None = None
    group: str = ""
    pseudonym: str = ""
    uid_sealed: str = field(default="", repr=False)
    blocked: bool = False
    card_group: str = ""
    sites: tuple[str, ...] = ()
    calendar: str | None = None
    energy_limit_wh: float | None = None

    def known_as(self, pseudonym_of: Callable[[str], str]) -> str:
        """Return its pseudonym, made of the number where the file holds that."""
        return self.pseudonym or pseudonym_of(self.uid)
