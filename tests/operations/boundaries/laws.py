"""Rules of tests that ask for circles and outlines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.factors import Provenance
from core.inventory.renewables import PlantKind
from renewables.rules import Basis, Computed, Figure, Rounding, Rule, Said, Split, TotalRounding


def circle(id: str, radius_m: int | None) -> Rule:  # noqa: A002
    mark = Provenance.SECONDARY
    radius = None if radius_m is None else Figure(key="radius_m", value=Decimal(radius_m), provenance=mark)
    return _rule(id, PlantKind.WIND, Split.CIRCLE, radius)


def outline(id: str) -> Rule:  # noqa: A002
    return _rule(id, PlantKind.PV_GROUND, Split.PLANT_AREA, None)


def _rule(id: str, kind: PlantKind, split: Split, radius: Figure | None) -> Rule:  # noqa: A002
    return Rule(
        id=id,
        law="probe",
        version="1",
        title=Said("Probe", "Trial"),
        citation="§ 1",
        provenance=Provenance.SECONDARY,
        tech=kind,
        basis=Basis.DUTY,
        computed=Computed.SPLIT,
        split=split,
        radius_m=radius,
        rounding=Rounding(total=TotalRounding.DOWN, provenance=Provenance.OWN),
        valid_from=date(2020, 1, 1),
    )
