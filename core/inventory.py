"""What the district has: sites, buildings, meters, stations, vehicles, tags, plants, parties.

Plain values. Ids are slugs (`schule-a-strom`), never reused; every entry is valid from a
day to a day. The prefixed form (`meter:schule-a-strom`) is the source id of its readings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class SiteKind(StrEnum):
    """What a site is used for."""

    SCHOOL = "school"
    OFFICE = "office"
    FIRE_STATION = "fire_station"
    DEPOT = "depot"
    CLINIC = "clinic"
    HALL = "hall"
    POOL = "pool"
    LIBRARY = "library"
    KINDERGARTEN = "kindergarten"
    WORKS = "works"
    PARKING = "parking"


class Medium(StrEnum):
    """What a meter counts."""

    ELECTRICITY = "electricity"
    HEAT = "heat"
    GAS = "gas"
    WATER = "water"


class MeterRole(StrEnum):
    """Where a meter sits: at the supplier's border, behind another meter, at a generator."""

    SUPPLY = "supply"
    SUBMETER = "submeter"
    GENERATION = "generation"
    STORAGE = "storage"


class Drive(StrEnum):
    """What moves a vehicle."""

    BATTERY = "battery"
    PLUG_IN_HYBRID = "plug_in_hybrid"
    PETROL = "petrol"
    DIESEL = "diesel"
    GAS = "gas"


class PlantKind(StrEnum):
    """What a plant makes power from, and where."""

    WIND = "wind"
    PV_GROUND = "pv_ground"
    PV_ROOF = "pv_roof"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`id` (slug), a `name` for people, and the days it is valid: `valid_to` is the first day it is not."""

    id: str
    name: str
    valid_from: date
    valid_to: date | None = None

    def valid_on(self, day: date) -> bool:
        """Return whether the entry is valid on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality(Entry):
    """A Gemeinde; `key` is its amtlicher Gemeindeschlüssel (8 digits)."""

    key: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Entry):
    """A place with buildings, meters, charge points."""

    kind: SiteKind
    municipality: str
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    time_zone: str = "Europe/Berlin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Building(Entry):
    """A building at a site."""

    site: str
    floor_area_m2: float | None = None
    built_year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """How a thing reports over MQTT: which broker, which `format` (row of the decoder table), which `topic`.

    `topic` is the device's prefix or full topic as the format's documentation names it.
    `device` is the foreign id (EUI, SML object name, vehicle id) where topic alone is not enough.
    `fields` maps names of the payload to ours where a format leaves them free.
    """

    broker: str
    format: str
    topic: str
    device: str = ""
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter(Entry):
    """A meter; `digits`, `resolution` and `max_power_w` bound what its register can do."""

    site: str
    medium: Medium
    role: MeterRole
    building: str | None = None
    parent: str | None = None
    feed: Feed | None = None
    nominal_interval_s: int = 900
    digits: int | None = None
    resolution: float = 1.0
    max_power_w: float | None = None

    @property
    def source(self) -> str:
        """Return the source id of its readings."""
        return f"meter:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One outlet of a station, numbered as OCPP numbers it (1.6 connector, 2.x EVSE)."""

    number: int
    max_power_w: float
    plug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Station(Entry):
    """A charge point; `id` is its OCPP identity in the URL. `security_profile` 0 means no password."""

    site: str
    maker: str
    model: str
    connectors: tuple[Connector, ...]
    security_profile: int = 1
    parent: str | None = None

    @property
    def source(self) -> str:
        """Return the source id of the whole station; an outlet's is `<source>/<number>`."""
        return f"station:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle(Entry):
    """A vehicle. It has no driver: personal use is nobody's business here."""

    site: str
    maker: str
    model: str
    drive: Drive
    group: str
    battery_wh: float | None = None
    fuel_l_per_100km: Decimal | None = None
    feed: Feed | None = None

    @property
    def source(self) -> str:
        """Return the source id of its readings."""
        return f"vehicle:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Entry):
    """A charging card. `uid` is personal data: it is compared, never shown, stored or logged."""

    uid: str = field(repr=False)
    vehicle: str | None = None


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
class Tariff(Entry):
    """A price of a medium at sites."""

    medium: Medium
    sites: tuple[str, ...]
    energy_eur_per_kwh: Decimal
    base_eur_per_year: Decimal = Decimal(0)
    power_eur_per_kw_year: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Entry):
    """A revenue share agreed between a plant's operator and a municipality."""

    plant: str
    municipality: str
    law: str
    rate_ct_per_kwh: Decimal


@dataclass(frozen=True, slots=True)
class Inventory:
    """All entries, each kind by id. References between them have been checked by `config`."""

    municipalities: dict[str, Municipality] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    buildings: dict[str, Building] = field(default_factory=dict)
    meters: dict[str, Meter] = field(default_factory=dict)
    stations: dict[str, Station] = field(default_factory=dict)
    vehicles: dict[str, Vehicle] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    plants: dict[str, Plant] = field(default_factory=dict)
    tariffs: dict[str, Tariff] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)

    def site_of(self, source: str) -> str | None:
        """Return the site id of a source id, None where the source is unknown or has no site."""
        kind, _, name = source.partition(":")
        name = name.partition("/")[0]
        shelf: dict[str, Meter] | dict[str, Station] | dict[str, Vehicle] | dict[str, Plant]
        match kind:
            case "meter":
                shelf = self.meters
            case "station":
                shelf = self.stations
            case "vehicle":
                shelf = self.vehicles
            case "plant":
                shelf = self.plants
            case _:
                return None
        entry = shelf.get(name)
        return entry.site if entry else None
