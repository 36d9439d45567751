"""Sums and quotients over vehicles: what is known of how many, and which vehicles' figures it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Final

from core.evidence import FigureId
from core.inventory import Vehicle
from core.texts import Finding
from fleet.vehicle_days.figures import VehicleFigures
from fleet.vehicle_days.sums import ZERO, Value
from operations.fleet.figures import FIGURES, VEHICLE_DAY, legible
from operations.fleet_report.facts import FleetMonth
from operations.reports.figures import Ground, ReportFigure, not_told

Figures = Iterator[ReportFigure]

PERCENT: Final = 100
VEHICLES, SESSIONS, ACTIONS, CONNECTORS = "vehicles", "sessions", "actions", "connectors"
"""Units of what is counted; in words they have a singular and a plural."""


def counted(name: str, count: int, unit: str = VEHICLES, remarks: tuple[Finding, ...] = ()) -> ReportFigure:
    """Return a count."""
    return ReportFigure(name=name, value=Decimal(count), unit=unit, how=how(name), remarks=remarks)


def how(name: str) -> Finding:
    """Return how a figure comes about, by the first word of its name."""
    return Finding.of(f"fleet_report.how.{name.partition('.')[0]}")


def summed(name: str, month: FleetMonth, vehicles: Iterable[Vehicle], wanted: str = "") -> ReportFigure:
    """Return the sum of a figure of vehicles; those of which it is not known are counted beside it."""
    wanted = wanted or name.partition(".")[0]
    told = [(each, _value(month, each, wanted)) for each in vehicles]
    known = [(vehicle, value) for vehicle, value in told if isinstance(value, Decimal)]
    unit = FIGURES[wanted]
    if not known:
        return not_told(name, unit, how(name), _first_reason(told))
    return ReportFigure(
        name=name,
        value=legible(sum((value for _, value in known), ZERO)),
        unit=unit,
        how=how(name),
        measured_percent=PERCENT * len(known) / len(told),
        remarks=_without(len(told) - len(known)),
        grounds=tuple(_ground(month, vehicle, wanted, value) for vehicle, value in known),
    )


def weighted(
    name: str,
    month: FleetMonth,
    vehicles: Iterable[Vehicle],
    weight: Callable[[VehicleFigures], Value],
) -> ReportFigure:
    """Return the mean of a figure of vehicles, each by its weight (distance, energy, days)."""
    told = [(each, _value(month, each, name), weight(month.figures[each.id])) for each in vehicles]
    known = [
        (vehicle, value, by)
        for vehicle, value, by in told
        if isinstance(value, Decimal) and isinstance(by, Decimal) and by > 0
    ]
    unit = FIGURES[name]
    if not known:
        return not_told(name, unit, how(name), _first_reason([(vehicle, value) for vehicle, value, _ in told]))
    whole = sum((by for _, _, by in known), ZERO)
    return ReportFigure(
        name=name,
        value=legible(sum((value * by for _, value, by in known), ZERO) / whole),
        unit=unit,
        how=how(name),
        measured_percent=PERCENT * len(known) / len(told),
        remarks=_without(len(told) - len(known)),
        grounds=tuple(_ground(month, vehicle, name, value) for vehicle, value, _ in known),
    )


def percent_of(name: str, part: ReportFigure, whole: ReportFigure, month: FleetMonth) -> ReportFigure:
    """Return one figure as a percentage of another."""
    if part.value is None or whole.value is None:
        reason = part.reason or whole.reason or Finding.of("fleet_report.nothing_known")
        return not_told(name, "%", how(name), reason)
    if not whole.value:
        return not_told(name, "%", how(name), Finding.of("fleet_report.nothing_to_divide"))
    return ReportFigure(
        name=name,
        value=legible(PERCENT * part.value / whole.value),
        unit="%",
        how=how(name),
        measured_percent=min((each.measured_percent for each in (part, whole) if each.measured_percent), default=None),
        remarks=whole.remarks,
        grounds=(of_own(month, part), of_own(month, whole)),
    )


def of_own(month: FleetMonth, figure: ReportFigure) -> Ground:
    """Return another figure of the same report as something to stand on."""
    id_ = f"fleet/{month.period}/{month.scope}/{figure.name}"
    return Ground(figure=id_, name=figure.name, value=figure.value, unit=figure.unit)


def _value(month: FleetMonth, vehicle: Vehicle, name: str) -> Value:
    found = getattr(month.figures[vehicle.id], name)
    if not month.figures[vehicle.id].days:
        return Finding.of("fleet_report.no_days")
    return Decimal(found) if not isinstance(found, Finding) else found


def _first_reason(told: Iterable[tuple[Vehicle, Value]]) -> Finding:
    """Return the reason that most vehicles share."""
    reasons = [value for _, value in told if isinstance(value, Finding)]
    return max(reasons, key=reasons.count) if reasons else Finding.of("fleet_report.no_such_vehicle")


def _without(count: int) -> tuple[Finding, ...]:
    return (Finding.of("fleet_report.without_vehicles", count=count),) if count else ()


def _ground(month: FleetMonth, vehicle: Vehicle, name: str, value: Decimal) -> Ground:
    id_ = str(FigureId(VEHICLE_DAY, month.period, vehicle.source, name))
    return Ground(figure=id_, name=vehicle.name, value=legible(value), unit=FIGURES[name])
