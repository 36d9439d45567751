"""Why there is another version of a statement: what changed since the one before, cause by cause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.texts import Finding
from fleet.savings.statement import SavingsStatement, VehicleSavings


def because_of(before: SavingsStatement | None, now: SavingsStatement) -> tuple[Finding, ...]:
    """Return what changed; nothing for the first version, and where both say the same."""
    if before is None or replace(before, because=()) == replace(now, because=()):
        return ()
    return tuple(_causes(before, now)) or (Finding.of("savings.because_method"),)


def _causes(before: SavingsStatement, now: SavingsStatement) -> Iterator[Finding]:
    if now.final and not before.final:
        yield Finding.of("savings.because_final")
    if now.last > before.last:
        yield Finding.of("savings.because_days", last=now.last.isoformat())
    changed = sorted({each.id for each in set(before.factors) ^ set(now.factors)})
    if changed:
        yield Finding.of("savings.because_factors", count=len(changed), ids=", ".join(changed))
    if before.series != now.series and now.last == before.last:
        yield Finding.of("savings.because_series", ids=", ".join(sorted({each.id for each in now.series})) or "–")
    then = {each.vehicle: each for each in before.vehicles}
    today = {each.vehicle: each for each in now.vehicles}
    if then.keys() != today.keys():
        yield Finding.of("savings.because_vehicles", vehicles=", ".join(sorted(then.keys() ^ today.keys())))
    both = [(then[name], today[name]) for name in sorted(then.keys() & today.keys())]
    yield from _of_vehicles(both, same_days=now.last == before.last)


def _of_vehicles(both: list[tuple[VehicleSavings, VehicleSavings]], *, same_days: bool) -> Iterator[Finding]:
    inputs = {
        "savings.because_inventory": [one.vehicle for one, other in both if _entry(one) != _entry(other)],
        "savings.because_sessions": [
            one.vehicle for one, other in both if one.inputs.sessions != other.inputs.sessions and same_days
        ],
        "savings.because_vouchers": [
            one.vehicle for one, other in both if one.inputs.vouchers != other.inputs.vouchers and same_days
        ],
        "savings.because_distances": [
            one.vehicle for one, other in both if one.distance_m != other.distance_m and same_days
        ],
    }
    for code, vehicles in inputs.items():
        if vehicles:
            yield Finding.of(code, count=len(vehicles), vehicles=", ".join(vehicles))


def _entry(vehicle: VehicleSavings) -> tuple[object, ...]:
    return vehicle.group, vehicle.site, vehicle.drive, vehicle.baseline, vehicle.personal
