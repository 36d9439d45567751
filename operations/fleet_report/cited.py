"""Things that figures of the monthly report stand on and that are no figures: entries, sessions, papers, numbers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from core.evidence import Citation, CitedKind
from core.facts import ChargeSession
from core.fleet import SessionValuation
from core.inventory import Vehicle
from core.vouchers import Voucher
from fleet.costs.vehicle_costs import Cost, Input
from fleet.vehicle_days.sums import ZERO
from operations.fleet.figures import legible
from operations.fleet_report.sums import VEHICLES
from operations.reports.figures import Ground

Grounds = Iterable[Ground]


def inputs_of(vehicle: Vehicle, cost: Cost) -> Grounds:
    """Yield each number that went into a cost."""
    return (_input(vehicle, given) for part in cost.parts for given in part.inputs)


def _input(vehicle: Vehicle, given: Input) -> Ground:
    value = legible(given.value)
    cited = Citation(kind=CitedKind.ENTRY, reference=given.source, value=value, unit=given.unit)
    return Ground(name=vehicle.name, value=value, unit=given.unit, citation=cited)


def entries_of(vehicles: Iterable[Vehicle], attribute: str = "") -> Grounds:
    """Yield vehicles, each counted once."""
    tail = f"/{attribute}" if attribute else ""
    return (of_entry(f"vehicles/{each.id}{tail}", each.name, Decimal(1), VEHICLES) for each in vehicles)


def of_entry(reference: str, name: str, value: Decimal, unit: str) -> Ground:
    """Return an entry of the inventory, or of a book that people keep, with what it counts for."""
    return Ground(name=name, value=value, unit=unit, citation=Citation(kind=CitedKind.ENTRY, reference=reference))


def of_session(session: ChargeSession, value: Decimal, unit: str) -> Ground:
    """Return a charge session with what it counts for."""
    energy_wh = None if session.energy_wh is None else Decimal(repr(session.energy_wh))
    cited = Citation(
        kind=CitedKind.SESSION, reference=session.id, value=energy_wh, unit="Wh", at_utc=session.begun_at_utc
    )
    return Ground(name=session.station, value=value, unit=unit, citation=cited)


def of_valuation(valuation: SessionValuation, value: Decimal | None, unit: str) -> Ground:
    """Return a session as it was valued, with what it counts for."""
    cited = Citation(
        kind=CitedKind.SESSION,
        reference=valuation.session,
        value=valuation.energy_wh,
        unit="Wh",
        at_utc=valuation.begun_at_utc,
        edition=str(valuation.version),
    )
    return Ground(name=valuation.session, value=ZERO if value is None else legible(value), unit=unit, citation=cited)


def of_paper(voucher: Voucher, value: Decimal | None, unit: str) -> Ground:
    """Return a paper with what it tells."""
    cited = Citation(kind=CitedKind.VOUCHER, reference=str(voucher.id), value=value, unit=unit, at_utc=voucher.at_utc)
    return Ground(name=str(voucher.id), value=value, unit=unit, citation=cited)
