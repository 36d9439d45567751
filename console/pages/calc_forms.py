"""What the forms of calculations ask for, and the input that their fields make."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Control = Literal["text", "number", "choice", "day"]
Given = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CalcField:
    """A field: its name, how it is filled in, what can be chosen with the beginning of these texts' codes."""

    name: str
    control: Control = "number"
    choices: tuple[str, ...] = ()
    says: str = ""
    start: str = ""
    year: bool = False

    @property
    def label(self) -> str:
        """Return the code of what it is called."""
        return f"calc.field.{self.name}"

    def say(self, choice: str) -> str:
        """Return the code of what a choice is called, the choice itself where it needs no other name."""
        return self.says + choice


@dataclass(frozen=True, slots=True)
class CalcPage:
    """A calculation: its row, title and lead, its template for results, its fields, and what input these make."""

    row: str
    title: str
    lead: str
    template: str
    path: str
    fields: tuple[CalcField, ...]
    input_of: Callable[[Given], Mapping[str, Any]]


def _savings(given: Given) -> Mapping[str, Any]:
    vehicle: dict[str, Any] = {
        "drive": given["drive"],
        "distance_km": given["distance_km"],
        "baseline": {"fuel": given["fuel"], "fuel_l_per_100km": given["fuel_l_per_100km"]},
        "own_fuel": {"fuel": given["own_fuel"], "fuel_l": given["own_fuel_l"]} if given["own_fuel_l"] else "",
        "electricity": {"meter_kwh": given["meter_kwh"], "pv_kwh": given["pv_kwh"]} if given["meter_kwh"] else "",
    }
    return {"period": given["period"], "vehicles": [vehicle]}


def _thg(given: Given) -> Mapping[str, Any]:
    vehicle = {"vehicle_class": given["vehicle_class"], "count": given["count"]}
    point = {"energy_kwh": given["energy_kwh"], "pv_kwh": given["point_pv_kwh"]}
    return {
        "year": given["year"],
        "price_eur_per_t": given["price_eur_per_t"],
        "fee_percent": given["fee_percent"],
        "vehicles": [vehicle] if given["count"] else "",
        "points": [point] if given["energy_kwh"] else "",
    }


def _clean_vehicles(given: Given) -> Mapping[str, Any]:
    names = ("group", "procured", "clean", "zero_emission")
    count = {name: given[name] for name in names} | {"period": given["quota_period"]}
    return {"authority": given["authority"], "counts": [count]}


def _shares(given: Given) -> Mapping[str, Any]:
    areas = [
        {
            "key": given[f"key_{place}"],
            "area_ha": given[f"area_ha_{place}"],
            "refused": "true" if given["refused"] == str(place) else "",
        }
        for place in PARTIES
        if given[f"key_{place}"]
    ]
    agreed = {
        "redistribute": "true" if given["agreed"] == "redistribute" else "false",
        "rate_ct_per_kwh": given["rate"],
    }
    plant: dict[str, Any] = {
        "name": given["name"],
        "kind": given["kind"],
        "state": given["land"].upper(),
        "power_kw": given["power_kw"],
        "commissioned": given["commissioned"],
        "permitted": given["permitted"],
        "height_m": given["height_m"],
        "fed_in_kwh": given["fed_in_kwh"],
        "fictitious_kwh": given["fictitious_kwh"],
        "negative_kwh": given["negative_kwh"],
        "areas": areas,
        "contract": agreed if given["agreed"] != "none" else "",
    }
    return {"year": given["year"], "plants": [plant]}


PARTIES = (1, 2, 3)
LANDS = ("sn", "bb", "by", "mv", "ni", "nw", "st", "th", "be", "bw", "hb", "he", "hh", "rp", "sh", "sl")
FUELS = ("petrol", "diesel", "lpg", "cng", "hvo")
FUEL_WORDS = "factors.subject."

SAVINGS = CalcPage(
    "calc.savings",
    "calc.savings.title",
    "calc.savings.lead",
    "calc/savings.html",
    "/calc/savings",
    (
        CalcField("period", "text", year=True),
        CalcField("drive", "choice", ("battery", "plug_in_hybrid"), "console.drive."),
        CalcField("distance_km"),
        CalcField("fuel", "choice", FUELS[:2], FUEL_WORDS),
        CalcField("fuel_l_per_100km"),
        CalcField("meter_kwh"),
        CalcField("pv_kwh"),
        CalcField("own_fuel", "choice", FUELS[:2], FUEL_WORDS),
        CalcField("own_fuel_l"),
    ),
    _savings,
)
THG = CalcPage(
    "calc.thg",
    "calc.thg.title",
    "calc.thg.lead",
    "calc/thg.html",
    "/calc/thg",
    (
        CalcField("year", "text", year=True),
        CalcField("vehicle_class", "choice", ("M1", "N1", "N2", "N3", "M3", "L")),
        CalcField("count", start="1"),
        CalcField("energy_kwh"),
        CalcField("point_pv_kwh"),
        CalcField("price_eur_per_t"),
        CalcField("fee_percent"),
    ),
    _thg,
)
CLEAN_VEHICLES = CalcPage(
    "calc.clean_vehicles",
    "calc.clean_vehicles.title",
    "calc.clean_vehicles.lead",
    "calc/clean_vehicles.html",
    "/calc/clean-vehicles",
    (
        CalcField("authority", "choice", ("municipal", "federal"), "calc.authority."),
        CalcField("group", "choice", ("light", "truck", "bus"), "calc.group."),
        CalcField("quota_period", "choice", ("2026-2030", "2021-2025")),
        CalcField("procured", start="0"),
        CalcField("clean", start="0"),
        CalcField("zero_emission", start="0"),
    ),
    _clean_vehicles,
)
SHARES = CalcPage(
    "calc.shares",
    "calc.shares.title",
    "calc.shares.lead",
    "calc/shares.html",
    "/calc/shares",
    (
        CalcField("year", "text", year=True),
        CalcField("name", "text"),
        CalcField("kind", "choice", ("wind", "pv_ground"), "console.plant_kind."),
        CalcField("land", "choice", LANDS, "laws.state."),
        CalcField("power_kw"),
        CalcField("commissioned", "day"),
        CalcField("permitted", "day"),
        CalcField("height_m"),
        CalcField("fed_in_kwh"),
        CalcField("fictitious_kwh"),
        CalcField("negative_kwh"),
        *(field for place in PARTIES for field in (CalcField(f"key_{place}", "text"), CalcField(f"area_ha_{place}"))),
        CalcField("refused", "choice", ("0", "1", "2", "3"), "calc.refused."),
        CalcField("agreed", "choice", ("none", "keep", "redistribute"), "calc.agreed."),
        CalcField("rate"),
    ),
    _shares,
)
CALCULATIONS: tuple[CalcPage, ...] = (SAVINGS, THG, CLEAN_VEHICLES, SHARES)


def yaml_of(value: Any, indent: int = 0) -> str:
    """Return an input as YAML; what was left empty is left out."""
    margin = " " * indent
    if isinstance(value, Mapping):
        return "".join(_line(name, each, margin, indent) for name, each in value.items() if _filled(each))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(f"{margin}- {yaml_of(each, indent + 2).lstrip()}" for each in value)
    return str(value)


def _line(name: str, value: Any, margin: str, indent: int) -> str:
    if isinstance(value, Mapping | list):
        return f"{margin}{name}:\n{yaml_of(value, indent + 2)}"
    return f"{margin}{name}: {_scalar(str(value))}\n"


def _scalar(text: str) -> str:
    """Return a text as YAML takes it for one, whatever a person typed."""
    plain = text.replace("-", "").replace(".", "").replace("_", "").replace(" ", "").isalnum()
    return text if plain and text[0] != "-" else "'" + text.replace("'", "''") + "'"


def _filled(value: Any) -> bool:
    return bool(value) and (not isinstance(value, Mapping) or any(map(_filled, value.values())))
