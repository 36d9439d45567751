"""Meters, and how things report over MQTT."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from core.inventory.entries import Entry


class Medium(StrEnum):
    """What a meter counts."""

    ELECTRICITY = "electricity"
    HEAT = "heat"
    GAS = "gas"
    WATER = "water"
    OIL = "oil"
    PELLETS = "pellets"


HEATING: Final = (Medium.HEAT, Medium.GAS, Medium.OIL, Medium.PELLETS)
"""What heats, and so depends on the weather."""


class MeterRole(StrEnum):
    """Where a meter sits: at the supplier's border, behind another meter, at a generator, at a tenant's."""

    SUPPLY = "supply"
    SUBMETER = "submeter"
    GENERATION = "generation"
    STORAGE = "storage"
    TENANT = "tenant"
    """Counts what others use: it is no part of the building's own total."""


class Generator(StrEnum):
    """What a meter of role `generation` counts the power of."""

    PV = "pv"
    CHP = "chp"
    WIND = "wind"
    HYDRO = "hydro"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """How a thing reports over MQTT: which broker, which `format` (row of the decoder table), which `topic`.

    `topic` is the device's prefix or full topic as the format's documentation names it.
    `device` is the foreign id (EUI, SML object name, vehicle id) where topic alone is not enough.
    `fields` maps names of the payload to ours where a format leaves them free; `options` are settings
    that only some formats have (where the time stands, what means "no value").
    """

    broker: str
    format: str
    topic: str
    device: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A meter in the formula of a virtual one, and what it is multiplied by: 1, -1, a share."""

    meter: str
    factor: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyUse:
    """A part of what a meter counts that does not depend on the weather: hot water, a kitchen, a process.

    It is `percent` of what is counted, or `kwh_per_year`, from `valid_from` until before `valid_to`; `reference` says
    where that stands. Parts that hold at the same time add up.
    """

    name: str
    valid_from: date
    valid_to: date | None = None
    percent: Decimal | None = None
    kwh_per_year: Decimal | None = None
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter(Entry):
    """A meter; `digits`, `resolution` and `max_power_w` bound what its register can do.

    `contract_power_w` is what may be drawn through it at most, by contract with the grid operator.

    `fuel` names what a gas, oil or pellet meter counts (`core.inventory.supplies.Fuel`). A meter with
    `terms` is virtual: it has no feed, each of its quarter hours is the sum of theirs. `steady` is what of its use
    weather correction leaves as it is; where it is empty, nobody has said it.
    """

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
    contract_power_w: float | None = None
    generator: Generator | None = None
    fuel: str | None = None
    terms: tuple[Term, ...] = ()
    steady: tuple[SteadyUse, ...] = ()

    @property
    def source(self) -> str:
        """Return the source id of its readings."""
        return f"meter:{self.id}"
