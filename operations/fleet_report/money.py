"""Section 8 of the monthly report: what the fleet costs."""

from __future__ import annotations

from collections.abc import Iterator

from core.texts import Finding
from fleet.costs.peak_shares import PowerPrice, SitePeak, charging_at_peaks_w, cost_of_peaks_eur
from fleet.vehicle_days.sums import ZERO
from operations.fleet.figures import legible
from operations.fleet_report.facts import FleetMonth
from operations.fleet_report.sums import PERCENT, Figures, how
from operations.reports.figures import Ground, ReportFigure, not_told


def costs(month: FleetMonth) -> Figures:
    """Yield section 8: what is known of money."""
    papers = [each.amount_eur for each in month.vouchers if each.amount_eur is not None]
    if papers:
        yield ReportFigure(name="paid_eur", value=legible(sum(papers, ZERO)), unit="EUR", how=how("paid_eur"))
    else:
        yield not_told("paid_eur", "EUR", how("paid_eur"), Finding.of("fleet_report.no_papers"))
    yield from _cost_figures(month)


def _cost_figures(month: FleetMonth) -> Figures:
    """Yield costs per 100 km and what belongs to them; other months than the reported one are not reckoned."""
    if month.costs is None:
        for name, unit in (("saved_eur", "EUR"), ("cost_eur_per_100km.battery", "EUR/100 km")):
            yield not_told(name, unit, how(name), Finding.of("fleet_report.costs_not_stated"))
        return
    yield from _peaks(month, month.costs.peaks)
    for each in month.costs.figures():
        if each.name == "peak_cost_eur":
            continue
        if isinstance(each.value, Finding):
            yield not_told(each.name, each.unit, how(each.name), each.value)
            continue
        missing = (Finding.of("fleet_report.without_vehicles", count=each.not_computed),) if each.not_computed else ()
        yield ReportFigure(
            name=each.name,
            value=legible(each.value),
            unit=each.unit,
            how=how(each.name),
            remarks=each.remarks or missing,
        )


def _peaks(month: FleetMonth, peaks: tuple[SitePeak, ...]) -> Figures:
    """Yield what charging drew in the peaks of its sites, and what that costs."""
    told = (
        ("charging_at_peak_w", "W", charging_at_peaks_w(peaks), [each.charging_w for each in peaks]),
        ("peak_cost_eur", "EUR", cost_of_peaks_eur(peaks), [each.cost_eur for each in peaks]),
    )
    for name, unit, value, parts in told:
        if isinstance(value, Finding):
            reason = value if month.stations else Finding.of("fleet_report.no_stations")
            yield not_told(name, unit, how(name), reason)
            continue
        missing = sum(isinstance(each, Finding) for each in parts)
        yield ReportFigure(
            name=name,
            value=legible(value),
            unit=unit,
            how=how(name),
            measured_percent=PERCENT * (len(parts) - missing) / len(parts),
            remarks=tuple(_remarks(peaks, missing, is_cost=unit == "EUR")),
            grounds=tuple(
                Ground(figure=each.figure, name=each.name, value=each.peak_w, unit="W")
                for each in peaks
                if each.peak_w is not None
            ),
        )


def _remarks(peaks: tuple[SitePeak, ...], missing: int, *, is_cost: bool) -> Iterator[Finding]:
    if missing:
        yield Finding.of("fleet_report.without_sites", count=missing)
    if is_cost and any(isinstance(each.price, PowerPrice) and each.price.yearly for each in peaks):
        yield Finding.of("fleet_report.peak_by_year")
