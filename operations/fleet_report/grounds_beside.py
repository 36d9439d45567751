"""What figures of the monthly report stand on that are not of its vehicles: sites, meters, candidates, corrections."""

from __future__ import annotations

from decimal import Decimal

from core.evidence import Citation, CitedKind
from fleet.candidates.verdicts import Suitability
from operations.fleet.figures import legible
from operations.fleet_report.cited import Grounds, of_entry
from operations.fleet_report.facts import FleetMonth
from operations.fleet_report.rows import SourceKind, SourceMonth
from operations.fleet_report.sums import VEHICLES
from operations.fleet_report.trust import METER_SHARES
from operations.reports.figures import Ground


def replaceable(month: FleetMonth, variant: str) -> Grounds:
    """Yield the vehicles with a verdict; without a variant those that are suitable."""
    wanted = variant or Suitability.SUITABLE.value
    found = month.beside.candidates if month.beside else None
    for each in found.items if found else ():
        if (each.suitability.value if each.suitability else "not_computed") == wanted:
            yield of_entry(f"vehicles/{each.vehicle}", each.name, Decimal(1), VEHICLES)


def needs(month: FleetMonth, _variant: str) -> Grounds:
    """Yield what each site has and needs."""
    for site in month.beside.infrastructure if month.beside else ():
        for row in site.figures:
            if row.value is not None:
                yield Ground(figure=row.figure, name=site.site_name, value=row.value, unit=row.unit)


def silent(month: FleetMonth, _variant: str) -> Grounds:
    """Yield the meters that told nothing on the last day."""
    return (of_entry(f"meters/{each.name}", each.name, Decimal(1), "meters") for each in _meters(month) if each.silent)


def received(month: FleetMonth, name: str) -> Grounds:
    """Yield which part of a meter's month was known as a figure says."""
    for each in _meters(month):
        part = legible(Decimal(repr(each.of(*METER_SHARES[name]))))
        yield of_entry(f"meters/{each.name}", each.name, part, "%")


def _meters(month: FleetMonth) -> list[SourceMonth]:
    found = month.beside.sources if month.beside else ()
    return [each for each in found if each.kind is SourceKind.METER]


def corrected(month: FleetMonth, _variant: str) -> Grounds:
    """Yield the values that were corrected."""
    for each in month.beside.corrected if month.beside else ():
        cited = Citation(kind=CitedKind.BOOKING, reference=f"{each.subject}/{each.day}", at_utc=each.at_utc)
        yield Ground(name=each.subject, value=Decimal(1), unit="values", citation=cited)
