"""How each kind of entry is written in `inventory/*.yaml`, and which value of `core.inventory` it becomes.

A file maps kinds to entries, an entry's key is its id. Field names and defaults are those of
`core.inventory` (a test compares them); a field is described for people in the catalogue, under
`field.<name>` or `field.<kind>.<name>`.
"""

from config.forms.form import EntryForm, Form, PartForm
from config.forms.metering import FeedForm, MeterForm, SteadyUseForm, TermForm
from config.forms.mobility import (
    BaselineForm,
    ConnectorForm,
    ElectricModelForm,
    FleetBudgetForm,
    ProcurementForm,
    ReportRecipientForm,
    StationForm,
    TagForm,
    VehicleCostsForm,
    VehicleForm,
)
from config.forms.places import (
    BreakForm,
    BuildingForm,
    CalendarForm,
    MunicipalityForm,
    OpeningForm,
    SiteForm,
    WeatherStationForm,
)
from config.forms.profiles import ProfileForm, RawSettingForm, StationSettingsForm
from config.forms.renewables import AreaCorrectionForm, ContractForm, ContractPartyForm, OutlinePointForm, PlantForm
from config.forms.supplies import BudgetForm, FuelForm, FuelMonthForm, PriceWindowForm, TariffForm

__all__ = [
    "KINDS",
    "PARTS",
    "SECTIONS",
    "ConnectorForm",
    "EntryForm",
    "FeedForm",
    "Form",
    "PartForm",
]

KINDS: dict[str, type[EntryForm]] = {
    "municipalities": MunicipalityForm,
    "sites": SiteForm,
    "buildings": BuildingForm,
    "meters": MeterForm,
    "stations": StationForm,
    "vehicles": VehicleForm,
    "tags": TagForm,
    "plants": PlantForm,
    "tariffs": TariffForm,
    "contracts": ContractForm,
    "calendars": CalendarForm,
    "weather_stations": WeatherStationForm,
    "fuels": FuelForm,
    "budgets": BudgetForm,
    "electric_models": ElectricModelForm,
    "recipients": ReportRecipientForm,
    "fleet_budgets": FleetBudgetForm,
    "area_corrections": AreaCorrectionForm,
    "profiles": ProfileForm,
}
"""Kind in the file, which is also the inventory's field, and its form."""

PARTS: dict[str, type[PartForm]] = {
    "connectors": ConnectorForm,
    "terms": TermForm,
    "openings": OpeningForm,
    "breaks": BreakForm,
    "windows": PriceWindowForm,
    "months": FuelMonthForm,
    "steady": SteadyUseForm,
    "outline": OutlinePointForm,
    "parties": ContractPartyForm,
    "raw": RawSettingForm,
}
"""Fields that hold a list of sections, and the form of one."""

SECTIONS: dict[str, type[PartForm]] = {
    "baseline": BaselineForm,
    "procurement": ProcurementForm,
    "costs": VehicleCostsForm,
    "settings": StationSettingsForm,
}
"""Fields that hold one section, besides `feed`, and its form."""
