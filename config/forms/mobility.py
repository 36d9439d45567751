"""Charge points, vehicles, the cards they are charged with, what might replace them, and who gets reports of them.

The limits of consumption and range lie around what vehicles have: they keep kWh from being taken for Wh, and km for m.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from config.forms.form import EntryForm, PartForm
from config.forms.metering import FeedForm
from config.values import (
    Amount,
    CardGroup,
    Day,
    Identity,
    MailAddress,
    Positive,
    Pseudonym,
    Sealed,
    Slug,
    Text,
    Uid,
    Whole,
)
from core.inventory import (
    Admission,
    Baseline,
    BaselineBasis,
    Connector,
    Drive,
    ElectricModel,
    Entry,
    FleetBudget,
    FuelKind,
    Procurement,
    Recipient,
    Station,
    Tag,
    Vehicle,
    VehicleClass,
    VehicleCosts,
)
from core.texts import Language

LEAST_WH_PER_100KM, MOST_WH_PER_100KM = 1_000, 500_000
LEAST_RANGE_M, MOST_RANGE_M = 10_000, 2_000_000
LEAST_BATTERY_WH, LEAST_CHARGE_W = 1_000, 1_000
MOST_FUEL_L_PER_100KM = 200
MOST_LOSS_PERCENT = 60
LEAST_LIMIT_WH = 1_000
"""Less a month is meant in kWh."""


StationAlarm = Literal["station_offline", "station_faulted", "station_flapping", "station_errors", "station_security"]
"""The kinds of alarms that a station may do without."""


class ConnectorForm(PartForm):
    """One outlet of a station."""

    makes: ClassVar[type] = Connector

    number: Whole = Field(ge=1)
    max_power_w: Positive
    plug: Text


class StationForm(EntryForm):
    """A charge point."""

    makes: ClassVar[type[Entry]] = Station

    site: Slug
    maker: Text
    model: Text
    connectors: tuple[ConnectorForm, ...] = Field(min_length=1)
    security_profile: Whole = Field(default=1, ge=0, le=3)
    parent: Slug | None = None
    without_alarms: tuple[StationAlarm, ...] = ()
    serial_number: str = Field(default="", max_length=64)
    admission: Admission = Admission.ACCEPTED
    identity: Identity = ""


class BaselineForm(PartForm):
    """What the combustion vehicle would burn that an electric one stands for."""

    makes: ClassVar[type] = Baseline

    fuel: FuelKind
    fuel_l_per_100km: Amount = Field(gt=0, le=MOST_FUEL_L_PER_100KM)
    basis: BaselineBasis
    source: Text


class ProcurementForm(PartForm):
    """How a vehicle was procured."""

    makes: ClassVar[type] = Procurement

    awarded: Day
    procedure: str = Field(default="", max_length=200)
    co2_g_per_km: Amount | None = Field(default=None, ge=0, le=2_000)
    rde_percent: Amount | None = Field(default=None, ge=0, le=500)
    alternative_fuel: bool = False
    zero_emission: bool = False
    exempt_reason: str = Field(default="", max_length=500)


class VehicleCostsForm(PartForm):
    """What a vehicle costs besides energy."""

    makes: ClassVar[type] = VehicleCosts

    lease_eur_per_month: Amount | None = Field(default=None, ge=0)
    maintenance_eur_per_100km: Amount | None = Field(default=None, ge=0)
    fixed_eur_per_month: Amount | None = Field(default=None, ge=0)


class VehicleForm(EntryForm):
    """A vehicle."""

    makes: ClassVar[type[Entry]] = Vehicle

    site: Slug
    maker: Text
    model: Text
    drive: Drive
    group: Text
    battery_wh: Positive | None = None
    fuel_l_per_100km: Amount | None = Field(default=None, gt=0)
    feed: FeedForm | None = None
    vehicle_class: VehicleClass = VehicleClass.M1
    fuel: FuelKind | None = None
    baseline: BaselineForm | None = None
    replaces: Slug | None = None
    personal: bool = False
    lease_until: Day | None = None
    charge_loss_percent: Amount | None = Field(default=None, ge=0, le=MOST_LOSS_PERCENT)
    energy_wh_per_100km: Amount | None = Field(default=None, ge=LEAST_WH_PER_100KM, le=MOST_WH_PER_100KM)
    procurement: ProcurementForm | None = None
    costs: VehicleCostsForm | None = None


class TagForm(EntryForm):
    """A charging card."""

    makes: ClassVar[type[Entry]] = Tag

    uid: Uid = Field(default="", repr=False)
    vehicle: Slug | None = None
    group: str = Field(default="", max_length=100)
    pseudonym: Pseudonym = ""
    uid_sealed: Sealed = Field(default="", repr=False)
    blocked: bool = False
    card_group: CardGroup = ""
    sites: tuple[Slug, ...] = ()
    calendar: Slug | None = None
    energy_limit_wh: Positive | None = Field(default=None, ge=LEAST_LIMIT_WH)


class ElectricModelForm(EntryForm):
    """An electric model that a combustion vehicle might give way to."""

    makes: ClassVar[type[Entry]] = ElectricModel

    vehicle_class: VehicleClass
    battery_wh: Positive = Field(ge=LEAST_BATTERY_WH)
    winter_range_m: Positive = Field(ge=LEAST_RANGE_M, le=MOST_RANGE_M)
    energy_wh_per_100km: Amount = Field(ge=LEAST_WH_PER_100KM, le=MOST_WH_PER_100KM)
    winter_energy_wh_per_100km: Amount = Field(ge=LEAST_WH_PER_100KM, le=MOST_WH_PER_100KM)
    ac_power_w: Positive = Field(ge=LEAST_CHARGE_W)
    source: Text
    price_eur: Amount | None = Field(default=None, ge=0)
    lease_eur_per_month: Amount | None = Field(default=None, ge=0)
    maintenance_eur_per_100km: Amount | None = Field(default=None, ge=0)


class FleetBudgetForm(EntryForm):
    """What vehicles may cost in a calendar year."""

    makes: ClassVar[type[Entry]] = FleetBudget

    group: Text | None = None
    year: Whole = Field(ge=2000, le=2200)
    amount_eur: Amount = Field(gt=0)


class ReportRecipientForm(EntryForm):
    """Who gets reports by mail."""

    makes: ClassVar[type[Entry]] = Recipient

    address: MailAddress = Field(repr=False)
    language: Language = "de"
    groups: tuple[Text, ...] = ()
    sites: tuple[Slug, ...] = ()
