"""How each kind of entry is written in `inventory/*.yaml`, and which value of `core.inventory` it becomes.

A file maps kinds to entries, an entry's key is its id. Field names and defaults are those of
`core.inventory` (a test compares them); a field is described for people in the catalogue, under
`field.<name>` or `field.<kind>.<name>`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from config.values import (
    Amount,
    Day,
    MunicipalityKey,
    Number,
    Positive,
    RegisterNumber,
    Slug,
    State,
    Text,
    TimeZone,
    Topic,
    Uid,
    Whole,
)
from core.inventory import (
    Building,
    Connector,
    Contract,
    Drive,
    Entry,
    Feed,
    Medium,
    Meter,
    MeterRole,
    Municipality,
    Plant,
    PlantKind,
    Site,
    SiteKind,
    Station,
    Tag,
    Tariff,
    Vehicle,
)


class Form(BaseModel):
    """A section with fixed keys; unknown keys are mistakes, and no error ever shows what was written."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class FeedForm(Form):
    """How a meter or vehicle reports over MQTT."""

    broker: Slug
    format: Text
    topic: Topic
    device: str = ""
    fields: dict[Text, Text] = Field(default_factory=dict)

    def value(self) -> Feed:
        """Return the feed; the field map in the order of its names, so that equal maps are equal."""
        fields = tuple(sorted(self.fields.items()))
        return Feed(broker=self.broker, format=self.format, topic=self.topic, device=self.device, fields=fields)


class ConnectorForm(Form):
    """One outlet of a station."""

    number: Whole = Field(ge=1)
    max_power_w: Positive
    plug: Text

    def value(self) -> Connector:
        """Return the connector."""
        return Connector(number=self.number, max_power_w=self.max_power_w, plug=self.plug)


class EntryForm(Form):
    """What every entry has."""

    makes: ClassVar[type[Entry]] = Entry

    name: Text
    valid_from: Day
    valid_to: Day | None = None

    def value(self, id: str) -> Entry:  # noqa: A002
        """Return the entry this form describes, under its id."""
        return self.makes(id=id, **{name: _value(getattr(self, name)) for name in type(self).model_fields})


def _value(written: Any) -> Any:
    if isinstance(written, FeedForm | ConnectorForm):
        return written.value()
    if isinstance(written, tuple):
        return tuple(_value(item) for item in written)
    return written


class MunicipalityForm(EntryForm):
    """A Gemeinde."""

    makes: ClassVar[type[Entry]] = Municipality

    key: MunicipalityKey
    state: State


class SiteForm(EntryForm):
    """A place with buildings, meters, charge points."""

    makes: ClassVar[type[Entry]] = Site

    kind: SiteKind
    municipality: Slug
    latitude_deg: Number | None = None
    longitude_deg: Number | None = None
    time_zone: TimeZone = "Europe/Berlin"


class BuildingForm(EntryForm):
    """A building at a site."""

    makes: ClassVar[type[Entry]] = Building

    site: Slug
    floor_area_m2: Positive | None = None
    built_year: Whole | None = Field(default=None, ge=1000, le=2200)


class MeterForm(EntryForm):
    """A meter."""

    makes: ClassVar[type[Entry]] = Meter

    site: Slug
    medium: Medium
    role: MeterRole
    building: Slug | None = None
    parent: Slug | None = None
    feed: FeedForm | None = None
    nominal_interval_s: Whole = Field(default=900, ge=1, le=366 * 24 * 3600)
    digits: Whole | None = Field(default=None, ge=1, le=15)
    resolution: Positive = 1.0
    max_power_w: Positive | None = None


class StationForm(EntryForm):
    """A charge point."""

    makes: ClassVar[type[Entry]] = Station

    site: Slug
    maker: Text
    model: Text
    connectors: tuple[ConnectorForm, ...] = Field(min_length=1)
    security_profile: Whole = Field(default=1, ge=0, le=3)
    parent: Slug | None = None


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


class TagForm(EntryForm):
    """A charging card."""

    makes: ClassVar[type[Entry]] = Tag

    uid: Uid = Field(repr=False)
    vehicle: Slug | None = None


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


class TariffForm(EntryForm):
    """A price of a medium at sites."""

    makes: ClassVar[type[Entry]] = Tariff

    medium: Medium
    sites: tuple[Slug, ...] = Field(min_length=1)
    energy_eur_per_kwh: Amount
    base_eur_per_year: Amount = Field(default=Decimal(0), ge=0)
    power_eur_per_kw_year: Amount = Field(default=Decimal(0), ge=0)


class ContractForm(EntryForm):
    """A revenue share agreed between a plant's operator and a municipality."""

    makes: ClassVar[type[Entry]] = Contract

    plant: Slug
    municipality: Slug
    law: Slug
    rate_ct_per_kwh: Amount = Field(ge=0)


KINDS: dict[str, type[EntryForm]] = {
    "municipalities": MunicipalityForm,
    "sites": SiteForm,
    "buildings": BuildingForm,
    "meters": MeterForm,
    "stations": StationForm,
    "vehicles": VehicleForm,
    "tags": TagForm,
    "plants": PlantForm,
    "tariffs": TariffForm,
    "contracts": ContractForm,
}
"""Kind in the file, which is also the inventory's field, and its form."""
