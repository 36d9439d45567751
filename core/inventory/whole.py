"""The inventory as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.inventory.entries import Entry
from core.inventory.metering import Medium, Meter
from core.inventory.mobility import ElectricModel, FleetBudget, Recipient, Station, Tag, Vehicle
from core.inventory.places import Building, Calendar, Municipality, Site, WeatherStation
from core.inventory.profiles import Profile
from core.inventory.renewables import AreaCorrection, Contract, Plant
from core.inventory.supplies import Budget, Fuel, Tariff


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
    calendars: dict[str, Calendar] = field(default_factory=dict)
    weather_stations: dict[str, WeatherStation] = field(default_factory=dict)
    fuels: dict[str, Fuel] = field(default_factory=dict)
    budgets: dict[str, Budget] = field(default_factory=dict)
    electric_models: dict[str, ElectricModel] = field(default_factory=dict)
    recipients: dict[str, Recipient] = field(default_factory=dict)
    fleet_budgets: dict[str, FleetBudget] = field(default_factory=dict)
    area_corrections: dict[str, AreaCorrection] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)

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

    def medium_of(self, source: str) -> Medium | None:
        """Return what a source counts, None where it is no meter that is known."""
        kind, _, name = source.partition(":")
        meter = self.meters.get(name) if kind == "meter" else None
        return meter.medium if meter else None

    def is_personal(self, source: str) -> bool:
        """Return whether a source is a vehicle that a single person uses: its values are shown by month only."""
        kind, _, name = source.partition(":")
        vehicle = self.vehicles.get(name) if kind == "vehicle" else None
        return vehicle is not None and vehicle.personal

    def name_of(self, source: str) -> str:
        """Return what people call a source; of an unknown one the id without its kind."""
        kind, _, rest = source.partition(":")
        name, _, number = rest.partition("/")
        shelves: dict[str, Mapping[str, Entry]] = {
            "meter": self.meters,
            "station": self.stations,
            "vehicle": self.vehicles,
            "plant": self.plants,
            "budget": self.budgets,
        }
        entry = shelves.get(kind, {}).get(name)
        if entry is None:
            return rest
        return f"{entry.name} / {number}" if number else entry.name
