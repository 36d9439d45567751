"""What factors are about, and what sort of thing that is."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What sort of thing a factor is about; it decides which units and boundaries fit."""

    ELECTRICITY = "electricity"
    FUEL = "fuel"
    HEAT = "heat"
    """The factors of energy certificates: never used for savings."""
    POLLUTANT = "pollutant"
    PRICE = "price"
    CERTIFICATE = "certificate"
    PROCUREMENT = "procurement"
    BASELINE = "baseline"
    UNCERTAINTY = "uncertainty"


class Subject(StrEnum):
    """What a factor is about."""

    GRID = "grid"
    SUPPLIER_MIX = "supplier_mix"
    RESIDUAL_MIX = "residual_mix"
    PV = "pv"
    PV_SUBSTITUTION = "pv_substitution"
    WIND_POWER = "wind_power"
    GAS_POWER = "gas_power"
    COAL_POWER = "coal_power"
    LIGNITE_POWER = "lignite_power"
    HARD_COAL_POWER = "hard_coal_power"
    OIL_POWER = "oil_power"
    NUCLEAR_POWER = "nuclear_power"
    BIOMASS_POWER = "biomass_power"
    HYDRO_POWER = "hydro_power"
    PUMPED_STORAGE_POWER = "pumped_storage_power"
    OTHER_CONVENTIONAL_POWER = "other_conventional_power"
    OTHER_RENEWABLE_POWER = "other_renewable_power"

    PETROL = "petrol"
    DIESEL = "diesel"
    LPG = "lpg"
    CNG = "cng"
    LNG = "lng"
    HVO = "hvo"
    BIODIESEL = "biodiesel"
    NATURAL_GAS = "natural_gas"
    HEATING_OIL = "heating_oil"

    HEAT_OIL = "heat_oil"
    HEAT_GAS = "heat_gas"
    HEAT_LPG = "heat_lpg"
    HEAT_HARD_COAL = "heat_hard_coal"
    HEAT_LIGNITE = "heat_lignite"
    HEAT_BIOGAS = "heat_biogas"
    HEAT_BIOGAS_NEARBY = "heat_biogas_nearby"
    HEAT_BIO_LPG = "heat_bio_lpg"
    HEAT_BIO_OIL = "heat_bio_oil"
    HEAT_BIO_OIL_NEARBY = "heat_bio_oil_nearby"
    HEAT_BIOMETHANE = "heat_biomethane"
    HEAT_WOOD = "heat_wood"
    HEAT_ELECTRICITY = "heat_electricity"
    HEAT_SUN_AND_WIND_NEARBY = "heat_sun_and_wind_nearby"
    HEAT_DISPLACED_ELECTRICITY = "heat_displaced_electricity"
    HEAT_WASTE_HEAT = "heat_waste_heat"
    HEAT_CHP_COAL = "heat_chp_coal"
    HEAT_CHP_GAS = "heat_chp_gas"
    HEAT_CHP_RENEWABLE = "heat_chp_renewable"
    HEAT_PLANT_COAL = "heat_plant_coal"
    HEAT_PLANT_GAS = "heat_plant_gas"
    HEAT_PLANT_RENEWABLE = "heat_plant_renewable"

    POLLUTANT_SO2 = "pollutant_so2"
    POLLUTANT_NO2 = "pollutant_no2"
    POLLUTANT_PM10 = "pollutant_pm10"

    CO2_PRICE = "co2_price"
    CO2_PRICE_LOWEST = "co2_price_lowest"
    CO2_PRICE_HIGHEST = "co2_price_highest"

    THG_BASE = "thg_base"
    THG_GRID = "thg_grid"
    THG_QUOTA = "thg_quota"
    THG_QUOTA_EFFECTIVE = "thg_quota_effective"
    THG_MULTIPLIER = "thg_multiplier"
    THG_MULTIPLIER_HEAVY = "thg_multiplier_heavy"
    THG_EFFICIENCY = "thg_efficiency"
    THG_FLAT_M1 = "thg_flat_m1"
    THG_FLAT_L = "thg_flat_l"
    THG_FLAT_N1 = "thg_flat_n1"
    THG_FLAT_M3 = "thg_flat_m3"
    THG_FLAT_N2 = "thg_flat_n2"
    THG_FLAT_N3 = "thg_flat_n3"
    THG_PV = "thg_pv"
    THG_WIND = "thg_wind"
    THG_DEADLINE_VEHICLES = "thg_deadline_vehicles"
    THG_DEADLINE_POINTS = "thg_deadline_points"
    THG_PRICE = "thg_price"

    CLEAN_QUOTA_LIGHT = "clean_quota_light"
    CLEAN_QUOTA_LIGHT_FEDERAL = "clean_quota_light_federal"
    CLEAN_QUOTA_TRUCK = "clean_quota_truck"
    CLEAN_QUOTA_BUS = "clean_quota_bus"
    CLEAN_ZERO_EMISSION_BUS = "clean_zero_emission_bus"
    CLEAN_CO2_LIMIT = "clean_co2_limit"
    CLEAN_RDE_LIMIT = "clean_rde_limit"

    BASELINE_PETROL_M1 = "baseline_petrol_m1"
    BASELINE_DIESEL_M1 = "baseline_diesel_m1"

    UNCERTAINTY_FINAL = "uncertainty_final"
    UNCERTAINTY_PRELIMINARY = "uncertainty_preliminary"
    UNCERTAINTY_ESTIMATED = "uncertainty_estimated"
    UNCERTAINTY_PROVISIONAL = "uncertainty_provisional"
    UNCERTAINTY_FUEL_CARDS = "uncertainty_fuel_cards"
    UNCERTAINTY_CLASS_AVERAGE = "uncertainty_class_average"
    UNCERTAINTY_TABLE = "uncertainty_table"
    UNCERTAINTY_METER = "uncertainty_meter"
    UNCERTAINTY_VEHICLE_SIDE = "uncertainty_vehicle_side"

    @property
    def kind(self) -> Kind:
        """Return what sort of thing it is."""
        return _KIND_OF.get(self) or _KINDS[self.value.partition("_")[0]]


_KINDS = {
    "heat": Kind.HEAT,
    "pollutant": Kind.POLLUTANT,
    "co2": Kind.PRICE,
    "thg": Kind.CERTIFICATE,
    "clean": Kind.PROCUREMENT,
    "baseline": Kind.BASELINE,
    "uncertainty": Kind.UNCERTAINTY,
}
_FUELS = (
    Subject.PETROL,
    Subject.DIESEL,
    Subject.LPG,
    Subject.CNG,
    Subject.LNG,
    Subject.HVO,
    Subject.BIODIESEL,
    Subject.NATURAL_GAS,
    Subject.HEATING_OIL,
)
_POWER = (
    Subject.GRID,
    Subject.SUPPLIER_MIX,
    Subject.RESIDUAL_MIX,
    Subject.PV,
    Subject.PV_SUBSTITUTION,
    *(subject for subject in Subject if subject.value.endswith("_power")),
)
_KIND_OF = dict.fromkeys(_FUELS, Kind.FUEL) | dict.fromkeys(_POWER, Kind.ELECTRICITY)

PUBLISHED_YEARLY = frozenset(
    {Subject.GRID, Subject.SUPPLIER_MIX, Subject.RESIDUAL_MIX, Subject.PV_SUBSTITUTION, Subject.THG_GRID}
)
"""Of these the latest published year stands in, provisionally, for one that is still to come."""
