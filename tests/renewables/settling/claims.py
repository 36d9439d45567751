"""Claims for tests: the shipped laws, plants, areas in hectares, energies of a year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from config.laws import shipped
from core.inventory.renewables import Contract, Plant, PlantKind
from renewables.areas import AreaKind, AreaPart, PlantAreas
from renewables.energy_base import BaseMonth, EnergyBase, FictitiousReason
from renewables.rules import Rule, Split
from renewables.settled import Claim

A, B, C = "14521110", "14521220", "14521330"


def rule(name: str) -> Rule:
    found = shipped().get(name)
    assert found is not None, name
    return found


EEG_WIND, EEG_PV = rule("eeg-6.2023.wind"), rule("eeg-6.2023.pv")
SN_2025 = rule("sn-eeertrbetg.2024.wind")
SN_PV = rule("sn-eeertrbetg.2024.pv")
SN_2026 = rule("sn-eeertrbetg.2025.wind")


def plant(power_kw: float = 5600, kind: PlantKind = PlantKind.WIND, **more: Any) -> Plant:
    facts: dict[str, Any] = {
        "id": "wea-1",
        "name": "WEA 1",
        "kind": kind,
        "power_w": power_kw * 1000,
        "municipality": "auental",
        "operator": "Bürgerwind",
        "register_number": "SEE900000000001",
        "commissioned": date(2024, 1, 1),
        "valid_from": date(2024, 1, 1),
    }
    return Plant(**(facts | more))


def energy(fed_in_kwh: str | None, fictitious_kwh: str = "0", negative_kwh: str | None = None) -> EnergyBase:
    def wh(kwh: str | None) -> int | None:
        return None if kwh is None else int(Decimal(kwh) * 1000)

    month = BaseMonth(
        month="2025",
        fed_in_wh=wh(fed_in_kwh),
        fictitious_wh=((FictitiousReason.CURTAILED, wh(fictitious_kwh) or 0),),
        negative_wh=wh(negative_kwh),
    )
    return EnergyBase(plant="wea-1", period="2025", months=(month,))


def part(key: str, area_ha: str, kind: AreaKind = AreaKind.GEMEINDE, state: str = "SN") -> AreaPart:
    return AreaPart(key=key, name=f"Ort {key}", kind=kind, state=state, area_m2=int(Decimal(area_ha) * 10_000))


def areas(*parts: AreaPart, split: Split = Split.CIRCLE, **more: Any) -> PlantAreas:
    facts: dict[str, Any] = {
        "plant": "wea-1",
        "split": split,
        "radius_m": 2500 if split is Split.CIRCLE else None,
        "whole_m2": sum(each.area_m2 for each in parts),
        "parts": parts,
        "uncovered_m2": 0,
        "epsg": 25833,
        "edition": "test",
        "edition_digest": "0",
        "valid_on": date(2025, 1, 1),
    }
    return PlantAreas(**(facts | more))


def contract(rate_ct: str = "0.2", law: str = "eeg-6", **more: Any) -> Contract:
    facts: dict[str, Any] = {
        "id": "vertrag",
        "name": "Vertrag",
        "valid_from": date(2024, 1, 1),
        "plants": ("wea-1",),
        "law": law,
        "rate_ct_per_kwh": Decimal(rate_ct),
        "parties": (),
    }
    return Contract(**(facts | more))


def claim(about: Rule, base: EnergyBase | None, of: PlantAreas | None = None, **more: Any) -> Claim:
    """Return a claim; a contract in it was offered to all who have an area."""
    offered = frozenset(each.key for each in of.parts) if of else frozenset()
    facts: dict[str, Any] = {"plant": plant(), "state": "SN", "year": 2025, "offered_keys": offered}
    return Claim(rule=about, base=base, areas=of, **(facts | more))


def amounts(settled: Any) -> Mapping[str, str]:
    return {each.key: str(each.amount_eur) for each in settled.parts}
