"""Charge points, vehicles and the cards they are charged with."""

from __future__ import annotations

from dataclasses import dataclass, field
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
