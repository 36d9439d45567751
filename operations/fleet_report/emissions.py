"""Sections 6 and 7 of the monthly report: local power in what was charged, and emissions avoided."""

from __future__ import annotations

from core.texts import Finding
from fleet.savings.statement import FIGURES as SAVINGS_FIGURES
from fleet.savings.statement import SAVINGS, SummedFigure
from fleet.vehicle_days.sums import ZERO
from operations.fleet.figures import legible
from operations.fleet_report.facts import FleetMonth
from operations.fleet_report.rows import RoofMonth
from operations.fleet_report.sums import PERCENT, Figures, how, percent_of
from operations.reports.figures import Ground, ReportFigure, not_told


def renewables(month: FleetMonth) -> Figures:
    """Yield section 6: which part of what was charged with us was local power."""
    known = [each for each in month.valuations if each.pv_wh is not None and each.energy_wh is not None]
    whole = [each for each in month.valuations if each.energy_wh is not None]
    if not known:
        reason = Finding.of("fleet_report.no_local_power")
        for name, unit in (("pv_wh", "Wh"), ("renewable_percent", "%")):
            yield not_told(name, unit, how(name), reason)
    else:
        local = sum((each.pv_wh or ZERO for each in known), ZERO)
        charged = sum((each.energy_wh or ZERO for each in known), ZERO)
        share = float(PERCENT * len(known) / len(whole))
        pv = ReportFigure(name="pv_wh", value=legible(local), unit="Wh", how=how("pv_wh"), measured_percent=share)
        charged_wh = ReportFigure(
            name="valued_wh", value=legible(charged), unit="Wh", how=how("valued_wh"), measured_percent=share
        )
        yield pv
        yield charged_wh
        yield percent_of("renewable_percent", pv, charged_wh, month)
    yield from _roofs(month)
    yield not_told("green_power_wh", "Wh", how("green_power_wh"), Finding.of("fleet_report.no_green_power"))


def _roofs(month: FleetMonth) -> Figures:
    """Yield which part of roof power was used at the sites with charge points, and of all use was local."""
    roofs = month.beside.roofs if month.beside else ()
    made = sum((each.generation_wh for each in roofs), ZERO)
    used = sum((each.use_wh for each in roofs), ZERO)
    parts = {
        "self_use_percent": (sum((each.self_use_wh for each in roofs), ZERO), made),
        "autarky_percent": (sum((each.local_wh for each in roofs), ZERO), used),
    }
    for name, (part, whole) in parts.items():
        if not whole:
            yield not_told(name, "%", how(name), Finding.of("fleet_report.no_roofs"))
            continue
        grounds = tuple(_balance(month, each) for each in roofs)
        yield ReportFigure(name=name, value=legible(PERCENT * part / whole), unit="%", how=how(name), grounds=grounds)


def _balance(month: FleetMonth, roof: RoofMonth) -> Ground:
    id_ = f"balance/{month.period}/site:{roof.site}/use_wh"
    return Ground(figure=id_, name=roof.name, value=roof.use_wh, unit="Wh")


def emissions(month: FleetMonth) -> Figures:
    """Yield section 7: what was avoided, both boundaries and both accounts side by side, from the savings statement."""
    of_scope = month.savings.scope(month.scope) if month.savings else None
    for name in SAVINGS_FIGURES:
        figure = of_scope.figure(name) if of_scope else None
        if figure is None or figure.value_g is None:
            yield not_told(name, "g", how(name), _why_not(figure))
            continue
        remarks = (
            [Finding.of("fleet_report.without_vehicles", count=figure.not_computed)] if figure.not_computed else []
        )
        if figure.low_g is not None and figure.high_g is not None:
            low, high = (round(float(each) / 1000, 1) for each in (figure.low_g, figure.high_g))
            remarks.append(Finding.of("fleet_report.band", low=low, high=high))
        if figure.provisional:
            remarks.append(Finding.of("fleet_report.provisional"))
        remarks += figure.notes
        all_of = figure.computed + figure.not_computed
        yield ReportFigure(
            name=name,
            value=legible(figure.value_g),
            unit="g",
            how=how(name),
            measured_percent=PERCENT * figure.computed / all_of if all_of else None,
            remarks=tuple(remarks),
            grounds=(
                Ground(
                    figure=f"{SAVINGS}/{month.period}/{month.scope}/{name}",
                    name=name,
                    value=figure.value_g,
                    unit="g",
                ),
            ),
        )


def _why_not(figure: SummedFigure | None) -> Finding:
    """Return why nothing is told of a figure: the reason that all its vehicles share, where there is one."""
    if figure is None:
        return Finding.of("fleet_report.no_savings")
    return next(iter(figure.reasons), Finding.of("fleet_report.savings_not_computed"))
