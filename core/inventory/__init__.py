"""What the district has: sites, buildings, meters, stations, vehicles, tags, plants, parties, prices.

Plain values. Ids are slugs (`schule-a-strom`), never reused; every entry is valid from a
day to a day. The prefixed form (`meter:schule-a-strom`) is the source id of its readings.
"""

from core.inventory.entries import Entry
from core.inventory.metering import HEATING, Feed, Generator, Medium, Meter, MeterRole, SteadyUse, Term
from core.inventory.mobility import (
    Baseline,
    BaselineBasis,
    Connector,
    Drive,
    ElectricModel,
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
from core.inventory.places import (
    Break,
    Building,
    Calendar,
    Municipality,
    Opening,
    Site,
    SiteKind,
    UnknownTags,
    WeatherStation,
    Weekday,
)
from core.inventory.renewables import (
    Answer,
    AreaCorrection,
    Contract,
    ContractParty,
    Marketing,
    OutlinePoint,
    Plant,
    PlantKind,
)
from core.inventory.supplies import Budget, EnergyBasis, Fuel, FuelMonth, PriceWindow, Tariff
from core.inventory.whole import Inventory

__all__ = [
    "HEATING",
    "Answer",
    "AreaCorrection",
    "Baseline",
    "BaselineBasis",
    "Break",
    "Budget",
    "Building",
    "Calendar",
    "Connector",
    "Contract",
    "ContractParty",
    "Drive",
    "ElectricModel",
    "EnergyBasis",
    "Entry",
    "Feed",
    "FleetBudget",
    "Fuel",
    "FuelKind",
    "FuelMonth",
    "Generator",
    "Inventory",
    "Marketing",
    "Medium",
    "Meter",
    "MeterRole",
    "Municipality",
    "Opening",
    "OutlinePoint",
    "Plant",
    "PlantKind",
    "PriceWindow",
    "Procurement",
    "Recipient",
    "Site",
    "SiteKind",
    "Station",
    "SteadyUse",
    "Tag",
    "Tariff",
    "Term",
    "UnknownTags",
    "Vehicle",
    "VehicleClass",
    "VehicleCosts",
    "WeatherStation",
    "Weekday",
]
