"""What is told of vehicles that an electric model could stand for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.inventory.mobility import VehicleClass
from fleet.candidates.driven_again import Limit
from fleet.candidates.procurement import QuotaGroup, QuotaPeriod
from fleet.candidates.verdicts import Suitability
from operations.fleet.figures import FigureRow
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class HardDayRow:
    """A day that the battery of the morning is not enough for; it `fails` where charging on the way does not help."""

    day: date
    distance_m: Decimal
    limit: Limit
    fails: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateModel:
    """How a model would do in a vehicle's place. `limit` is what it lacks most often.

    `figures` are the days within its winter range, the days that fail or need charging on the way, and of a year
    its energy, the emissions avoided (`ttw`, `wtw`) and, over the holding time, the difference in cost.
    `days` of a vehicle that a single person uses are not told.
    """

    model: str
    name: str
    suitability: Suitability
    limit: Limit | None
    failing: int
    charged_on_the_way: int
    figures: tuple[FigureRow, ...]
    days: tuple[HardDayRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A combustion vehicle with its models, the best first; `rank` None with the `reason` where nothing is computed.

    `best` and what follows it are of the first model: its name, verdict, failing days, cost over the holding time
    and emissions avoided in a year (`wtw`).
    """

    rank: int | None
    vehicle: str
    name: str
    group: str
    site: str
    site_name: str
    vehicle_class: VehicleClass
    personal: bool
    days_known: int
    days_driven: int
    days_with_temperature: int
    days_with_presence: int
    year_distance_m: Decimal | None
    best: str | None
    suitability: Suitability | None
    limit: Limit | None
    failing: int | None
    cost_delta_eur: Decimal | None
    co2e_avoided_year_g: Decimal | None
    models: tuple[CandidateModel, ...]
    reason: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaPath:
    """How a group stands against its quota, and how many clean procurements in a row would meet it."""

    group: QuotaGroup
    period: QuotaPeriod
    quota_percent: Decimal
    procured: int
    clean: int
    needed: int
    gap: int
    next_needed: int
    factor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """All combustion vehicles, those to be replaced next first, over the days from `first` to `until`.

    `fuel_eur_per_l` are the mean prices of the fuel that was filled in, by fuel.
    """

    first: date
    until: date
    years: int
    items: tuple[Candidate, ...]
    quotas: tuple[QuotaPath, ...]
    fuel_eur_per_l: dict[str, Decimal]
    notes: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyEvening:
    """An evening that decides: vehicles that would come to charge, connectors in use already, and power."""

    day: date
    newcomers: int
    already: int
    at_once_w: Decimal
    managed_w: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInfrastructure:
    """What a site needs. `newcomers` are how many vehicles would be charged there.

    `figures` are all of them, each with its id and, where it is not computed, the reason. `evenings` are the busiest
    ones; they are not told where they would tell of a single person's vehicle (`hidden`).
    """

    site: str
    site_name: str
    newcomers: int
    connectors: int
    connectors_needed: int
    evenings_short: int
    headroom_w: Decimal | None
    added_at_once_w: Decimal
    added_managed_w: Decimal
    figures: tuple[FigureRow, ...]
    evenings: tuple[BusyEvening, ...]
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Infrastructure:
    """What all sites need for `vehicles` to become electric, over the days from `first` to `until`."""

    first: date
    until: date
    replace: str
    vehicles: int
    items: tuple[SiteInfrastructure, ...]
    notes: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A vehicle that a scenario replaces, by what: its best model, if it finds an outlet wherever it stands.

    Of one that cannot be replayed there is the `reason` alone.
    """

    vehicle: str
    name: str
    site_name: str
    vehicle_class: VehicleClass
    model: str | None
    suitability: Suitability | None
    failing: int | None
    co2e_avoided_year_g: Decimal | None
    cost_delta_eur: Decimal | None
    reason: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What comes of replacing some vehicles; `replace` is how they were chosen (`today`: none).

    Before its `figures`, which are of the fleet, stand those that are looked at first. `quotas` are with a clean
    procurement for each vehicle, `sites` say what charging needs.
    """

    replace: str
    vehicles: int
    cost_delta_eur: Decimal | None
    co2e_avoided_year_g: Decimal | None
    connectors_missing: Decimal | None
    figures: tuple[FigureRow, ...]
    quotas: tuple[QuotaPath, ...]
    sites: tuple[SiteInfrastructure, ...]
    replacements: tuple[Replacement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedVehicle:
    """A vehicle that can be chosen, by its place in the ranking."""

    rank: int
    vehicle: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenarios:
    """Scenarios side by side, today first, over the days from `first` to `until`.

    All figures are of the same `considered` combustion vehicles, which the `ranking` names.
    """

    first: date
    until: date
    years: int
    considered: int
    items: tuple[Scenario, ...]
    ranking: tuple[RankedVehicle, ...]
    notes: tuple[Told, ...]
