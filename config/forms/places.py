"""Places: municipalities, sites, buildings, and what is to be known of them through the year."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from config.forms.form import EntryForm, PartForm
from config.values import (
    Amount,
    Begin,
    Day,
    End,
    MunicipalityKey,
    Number,
    Positive,
    Slug,
    State,
    StationNumber,
    Text,
    TimeZone,
    Whole,
)
from core.inventory import (
    Break,
    Building,
    Calendar,
    Entry,
    Municipality,
    Opening,
    Site,
    SiteKind,
    UnknownTags,
    WeatherStation,
    Weekday,
)

LEAST_CONNECTION_W = 1_000
"""Less is meant in kW."""


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
    calendar: Slug | None = None
    weather_station: Slug | None = None
    radius_m: Positive = Field(default=150.0, ge=20, le=5_000)
    grid_connection_w: Positive | None = Field(default=None, ge=LEAST_CONNECTION_W)
    unknown_tags: UnknownTags | None = None
    one_session_per_tag: bool = False
    offline_list: bool = False
    availability_target_percent: Positive | None = Field(default=None, le=100)
    charging_eur_per_kwh: Amount | None = Field(default=None, ge=0, le=10)


class BuildingForm(EntryForm):
    """A building at a site."""

    makes: ClassVar[type[Entry]] = Building

    site: Slug
    floor_area_m2: Positive | None = None
    built_year: Whole | None = Field(default=None, ge=1000, le=2200)
    calendar: Slug | None = None


class OpeningForm(PartForm):
    """When a place is in use on some days of the week."""

    makes: ClassVar[type] = Opening

    days: tuple[Weekday, ...] = Field(min_length=1)
    begins: Begin
    ends: End


class BreakForm(PartForm):
    """School holidays or another time of rest."""

    makes: ClassVar[type] = Break

    name: Text
    first: Day
    last: Day


class CalendarForm(EntryForm):
    """When places are in use."""

    makes: ClassVar[type[Entry]] = Calendar

    state: State
    openings: tuple[OpeningForm, ...] = ()
    breaks: tuple[BreakForm, ...] = ()
    open_in_breaks: bool = False


class WeatherStationForm(EntryForm):
    """Where outdoor temperature is measured."""

    makes: ClassVar[type[Entry]] = WeatherStation

    number: StationNumber = ""
    latitude_deg: Number | None = None
    longitude_deg: Number | None = None
    degree_days_kd: Positive | None = None
    reference: str = Field(default="", max_length=500)
    outdoor_meter: Slug | None = None
