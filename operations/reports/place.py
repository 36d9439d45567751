"""The site or building that a report is about, with the year and who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from core.evidence import FigureId
from core.inventory import Building, Site
from operations.evidence.figures import Span, span_of
from operations.house import Call, House
from operations.reports.figures import Ground, ReportFigure

ENERGY: Final = "energy"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedPlace:
    """A site, or one `building` of it, in the year of `span`; `brief` leaves peak and cost out."""

    house: House
    scope: str
    site: Site
    building: Building | None
    span: Span
    call: Call
    brief: bool

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the site."""
        return ZoneInfo(self.site.time_zone)

    @property
    def before(self) -> Span:
        """Return the year before."""
        return span_of(str(int(self.span.name) - 1), self.zone)

    @property
    def area_m2(self) -> float:
        """Return the floor area, 0 where nobody has said it of every building."""
        if self.building:
            return self.building.floor_area_m2 or 0.0
        there = [each for each in self.house.inventory().buildings.values() if each.site == self.site.id]
        areas = [each.floor_area_m2 for each in there]
        # A sum that lacks a building would make every figure per square metre too large.
        return sum(area or 0.0 for area in areas) if all(areas) else 0.0

    def ground(self, figure: ReportFigure) -> Ground:
        """Return one of the figures of this place as what another one stands on."""
        quantity, *variant = figure.name.split(".")
        return Ground(
            figure=str(FigureId(ENERGY, self.span.name, self.scope, quantity, tuple(variant))),
            name=self.building.name if self.building else self.site.name,
            value=figure.value,
            unit=figure.unit,
        )
