"""Places: municipalities, sites, buildings, and what is to be known of them through the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

from core.inventory.entries import Entry


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


class UnknownTags(StrEnum):
    """What charge points answer to a charging card that nobody knows."""

    REFUSE = "refuse"
    ACCEPT = "accept"


class Weekday(StrEnum):
    """A day of the week; `holiday` stands for public holidays, whichever day they fall on."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """When a place is in use: from `begins` to `ends` (local clock; 00:00 as an end is midnight) on some days."""

    days: tuple[Weekday, ...]
    begins: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """School holidays or another time of rest, from the `first` to the `last` day."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar(Entry):
    """When places are in use: opening hours, public holidays of a `state` (`SN`), breaks.

    On a public holiday only openings that name `Weekday.HOLIDAY` count; in a break none, unless
    `open_in_breaks`.
    """

    state: str
    openings: tuple[Opening, ...] = ()
    breaks: tuple[Break, ...] = ()
    open_in_breaks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherStation(Entry):
    """Where outdoor temperature is measured; `number` is that of the Deutscher Wetterdienst.

    `degree_days_kd` is the long-term mean of a year's degree days (G20/15, K·d) that consumption is
    related to, `reference` where it stands written. Without it nothing is weather-corrected. `outdoor_meter`
    measures the temperature itself, for days that no file of the weather service tells.
    """

    number: str = ""
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    degree_days_kd: float | None = None
    reference: str = ""
    outdoor_meter: str | None = None

    @property
    def source(self) -> str:
        """Return the source id of its readings."""
        return f"weather:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality(Entry):
    """A Gemeinde; `key` is its amtlicher Gemeindeschlüssel (8 digits)."""

    key: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Entry):
    """A place with buildings, meters, charge points.

    A vehicle within `radius_m` of its coordinates is at the site; nothing else is kept of where it is.
    `grid_connection_w` is the power that the contract of the grid connection allows; None: not known.
    `availability_target_percent` is what the contracts of its charge points ask for (docs/availability.md).
    Without `unknown_tags` the setting of the whole service holds. `one_session_per_tag`: a charging card that charges
    somewhere gets no second session here. `offline_list`: its charge points hold a list of cards for when they are
    offline. `charging_eur_per_kwh` is what drivers pay for charging here, told to charge points that show it; None:
    nothing is told, 0: it is free.
    """

    kind: SiteKind
    municipality: str
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    time_zone: str = "Europe/Berlin"
    calendar: str | None = None
    weather_station: str | None = None
    radius_m: float = 150.0
    grid_connection_w: float | None = None
    unknown_tags: UnknownTags | None = None
    one_session_per_tag: bool = False
    offline_list: bool = False
    availability_target_percent: float | None = None
    charging_eur_per_kwh: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Building(Entry):
    """A building at a site; without a `calendar` of its own the site's holds."""

    site: str
    floor_area_m2: float | None = None
    built_year: int | None = None
    calendar: str | None = None
