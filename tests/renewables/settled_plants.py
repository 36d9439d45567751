"""Settlements made by hand: plants, rules and parts for tests that settle nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from core.factors import Provenance
from core.inventory.renewables import Contract, ContractParty, Marketing, OutlinePoint, Plant, PlantKind
from core.money import allocate
from core.texts import Finding
from renewables.areas import AreaKind, AreaPart, PlantAreas
from renewables.energy_base import BaseMonth, BaseSource, EnergyBase, FictitiousReason
from renewables.rules import (
    BasePart,
    Basis,
    Cohort,
    CohortBy,
    Computed,
    Figure,
    Rounding,
    Rule,
    Said,
    Split,
    Term,
    Threshold,
    TotalRounding,
    Use,
)
from renewables.settled import Settled, SettledPart, SettledTerm
from renewables.statement import Party, PlantShares, RuleShares

KEYS = ("99901010", "99901040", "99901050")


def rule_made(id: str = "eeg-6-wind", law: str = "eeg-6") -> Rule:  # noqa: A002
    """Return a rule of 0.2 ct/kWh within 2,500 m."""
    said = Said(de="Beteiligung", en="Share")
    rate = Figure(key="terms[1].rate", value=Decimal("0.2"), unit="ct/kWh", provenance=Provenance.SOURCED, source="§ 6")
    return Rule(
        id=id,
        law=law,
        version="2023",
        title=said,
        citation="§ 6 EEG 2023",
        provenance=Provenance.SOURCED,
        tech=PlantKind.WIND,
        basis=Basis.OFFER,
        computed=Computed.SPLIT,
        cohorts=(Cohort(by=CohortBy.PERMIT, begins=date(2025, 1, 1), provenance=Provenance.OWN),),
        thresholds=(
            Threshold(
                power_kw=Figure(key="thresholds[1].power_kw", value=Decimal(1000), provenance=Provenance.SOURCED),
                inclusive=False,
            ),
        ),
        terms=(Term(base=(BasePart.FED_IN, BasePart.FICTITIOUS), rate=rate),),
        split=Split.CIRCLE,
        radius_m=Figure(key="radius_m", value=Decimal(2500), unit="m", provenance=Provenance.SOURCED, note=said),
        rounding=Rounding(total=TotalRounding.DOWN, provenance=Provenance.OWN, note=said),
        due=said,
        use=Use(report=said),
        reimbursable=True,
        valid_from=date(2023, 1, 1),
        uncertain=(said,),
    )


def plant_made(id: str = "wea-1", operator: str = "Bürgerwind Höhe GmbH & Co. KG") -> Plant:  # noqa: A002
    """Return a wind turbine."""
    return Plant(
        id=id,
        name=f"Windpark Höhe, {id}",
        kind=PlantKind.WIND,
        power_w=5_560_000.0,
        municipality="oberau",
        operator=operator,
        register_number="SEE990000000001",
        commissioned=date(2024, 2, 14),
        valid_from=date(2024, 2, 14),
        latitude_deg=50.6731,
        longitude_deg=13.1574,
        outline=(OutlinePoint(13.1, 50.6),),
        marketing=Marketing.MARKET_PREMIUM,
        value_ct_per_kwh=Decimal("7.35"),
    )


def base_made(plant: str = "wea-1", fed_in_wh: int = 1_000_000_000) -> EnergyBase:
    """Return a year that was fed in evenly."""
    months = tuple(
        BaseMonth(
            month=f"2025-{month:02}",
            fed_in_wh=fed_in_wh,
            stated_wh=fed_in_wh,
            fictitious_wh=((FictitiousReason.CURTAILED, 3_000_000),),
            negative_wh=0,
            source=BaseSource.STATEMENT,
            shares=(("measured", 0.9), ("estimated", 0.1)),
        )
        for month in range(1, 13)
    )
    return EnergyBase(plant=plant, period="2025", months=months)


def areas_made(plant: str = "wea-1", edition: str = "auental-2025") -> PlantAreas:
    """Return a circle that three municipalities have a part in."""
    parts = tuple(
        AreaPart(key=key, name=f"Gemeinde {key}", kind=AreaKind.GEMEINDE, state="SN", area_m2=area)
        for key, area in zip(KEYS, (9_000_000, 6_000_000, 4_634_954), strict=True)
    )
    return PlantAreas(
        plant=plant,
        split=Split.CIRCLE,
        radius_m=2500,
        whole_m2=19_634_954,
        parts=parts,
        uncovered_m2=0,
        epsg=25833,
        edition=edition,
        edition_digest="ab" * 32,
        valid_on=date(2025, 1, 1),
    )


def contract_made(plant: str = "wea-1") -> Contract:
    """Return a contract with three parties."""
    return Contract(
        id=f"{plant}-eeg",
        name="Beteiligung",
        plants=(plant,),
        law="eeg-6",
        rate_ct_per_kwh=Decimal("0.2"),
        parties=tuple(ContractParty(key) for key in KEYS),
        valid_from=date(2024, 2, 14),
    )


def settled_made(
    total_eur: Decimal = Decimal("24072.00"),
    areas: Sequence[int] = (9_000_000, 6_000_000, 4_634_954),
    refused: Sequence[bool] = (False, False, False),
    *,
    rule: Rule | None = None,
    findings: tuple[Finding, ...] = (),
    owed: bool = True,
) -> Settled:
    """Return a settlement over some areas; who refused gets nothing, and nobody else gets that."""
    amounts = allocate(total_eur, areas)
    parts = tuple(
        SettledPart(
            key=key,
            name=f"Gemeinde {key}",
            kind=AreaKind.GEMEINDE,
            area_m2=area,
            exact_eur=amount,
            amount_eur=amount,
            extra_cents=0,
            refused=no,
            paid_eur=Decimal("0.00") if no else amount,
            reimbursable_eur=Decimal("0.00") if no else amount,
        )
        for key, area, amount, no in zip(KEYS, areas, amounts, refused, strict=False)
    )
    term = SettledTerm(
        base="fed_in",
        quantity=Decimal(12_036_000),
        unit="kWh",
        rate=Decimal("0.2"),
        rate_unit="ct/kWh",
        amount_eur=total_eur,
        counts=True,
        formula="12036000 kWh × 0.2 ct/kWh = 24072.00 EUR",
    )
    paid = sum((part.paid_eur for part in parts), Decimal("0.00"))
    return Settled(
        rule=rule or rule_made(),
        year=2025,
        payment_year=2026,
        refund_year=2027,
        owed=owed,
        terms=(term,),
        total_exact_eur=total_eur,
        total_eur=total_eur,
        parts=parts,
        paid_eur=paid,
        reimbursable_wh=12_000_000_000,
        reimbursable_eur=paid,
        earmarked_eur=((KEYS[0], Decimal("1.50")),),
        findings=findings,
    )


def shares_made(settled: Settled | None = None, plant: str = "wea-1") -> PlantShares:
    """Return a plant's year."""
    return PlantShares(
        plant=plant_made(plant),
        state="SN",
        year=2025,
        base=base_made(plant),
        areas=(areas_made(plant),),
        contracts=(contract_made(plant),),
        parties=tuple(Party(key=key, id=f"gemeinde-{key}", name=f"Gemeinde {key}") for key in KEYS),
        settled=(RuleShares(settled=settled or settled_made(), contract=f"{plant}-eeg"),),
    )
