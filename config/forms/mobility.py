"""Charge points, vehicles and the cards they are charged with."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from config.forms.form import EntryForm, PartForm
from config.forms.metering import FeedForm
from config.values import Amount, Positive, Slug, Text, Uid, Whole
from core.inventory import Connector, Drive, Entry, Station, Tag, Vehicle


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
