"""Rows of the monthly report as numbers, for its workbook."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from operations.fleet_report.charts import scaled
from operations.fleet_report.drawing import Drawing
from operations.fleet_report.facts import CourseMonth, FleetMonths
from operations.fleet_report.words import FleetWords
from operations.house import House
from reports.fleet_document import RawTable


class RawTables(Drawing):
    """Draws up raw rows."""

    __slots__ = ()

    def vehicles(self) -> RawTable:
        """Return the rows of all vehicles as numbers."""
        rows = [
            (
                self.number_of(each.id),
                self.kind(each.vehicle_class),
                self.drive(each.drive),
                _plain(self.month.figures[each.id].distance_m),
                _plain(self.month.figures[each.id].own_charged_wh) if each.plugs_in else None,
                _plain(self.month.figures[each.id].elsewhere_charged_wh) if each.plugs_in else None,
                _plain(self.month.figures[each.id].known_wh) if each.plugs_in else None,
                _plain(self.month.figures[each.id].fuel_l, 1),
                float(self.month.figures[each.id].days_used),
            )
            for each in sorted(self.month.vehicles, key=lambda each: self.number_of(each.id))
        ]
        head = [
            self.head(name)
            for name in ("vehicle", "class", "drive", "km", "own_kwh", "elsewhere_kwh", "kwh", "litres", "used_days")
        ]
        sums = ((3, "distance_m"), (4, "own_charged_wh"), (5, "elsewhere_charged_wh"), (6, "known_wh"), (7, "fuel_l"))
        return RawTable(
            name=self.texts.say("fleet_report.sheet.vehicles"),
            head=tuple(head),
            rows=rows,
            sums=tuple((place, self.words.id(name)) for place, name in sums),
        )

    def course(self, course: Sequence[CourseMonth]) -> RawTable:
        """Return the months of the charts as numbers."""
        rows = [
            (
                each.period,
                scaled(each.electric_m),
                scaled(each.burning_m),
                scaled(each.own_wh),
                scaled(each.elsewhere_wh),
                None if each.avoided_g is None else scaled(each.avoided_g),
            )
            for each in course
        ]
        names = ("month", "electric_km", "burning_km", "own_kwh", "elsewhere_kwh", "avoided_kg")
        return RawTable(name=self.texts.say("fleet_report.sheet.course"), head=tuple(map(self.head, names)), rows=rows)

    def sessions(self) -> RawTable:
        """Return the energies of sessions by their numbers, without instants: those would tell who was where."""
        rows = [
            (str(place), _kwh(each.energy_wh), _kwh(each.pv_wh), _kwh(each.grid_wh), float(each.confidence))
            for place, each in enumerate(self.month.valuations, 1)
        ]
        return RawTable(
            name=self.texts.say("fleet_report.sheet.sessions"),
            head=tuple(map(self.head, ("session", "kwh", "pv_kwh", "grid_kwh", "confidence"))),
            rows=rows,
            sums=((2, self.words.id("pv_wh")),),
        )

    def candidates(self) -> tuple[RawTable, ...]:
        """Return the ranked candidates, all of them; nothing where there are none."""
        found = self.month.beside.candidates if self.month.beside else None
        rows = [
            (
                None if each.rank is None else float(each.rank),
                self.number_of(each.vehicle) if each.personal else each.name,
                each.best or "",
                self.texts.say(f"candidates.suitability.{each.suitability}"),
                None if each.failing is None else float(each.failing),
                None if each.cost_delta_eur is None else float(each.cost_delta_eur),
                _kwh(each.co2e_avoided_year_g),
            )
            for each in (found.items if found else ())
            if each.suitability is not None
        ]
        names = ("rank", "vehicle", "model", "verdict", "failing", "cost_delta_eur", "avoided_year_kg")
        head = tuple(map(self.head, names))
        return (RawTable(name=self.texts.say("fleet_report.sheet.candidates"), head=head, rows=rows),) if rows else ()


def raw_of(house: House, months: FleetMonths, words: FleetWords) -> tuple[RawTable, ...]:
    """Return all raw rows."""
    raw = RawTables(house, words, months.now)
    return raw.vehicles(), raw.course(months.course), raw.sessions(), *raw.candidates()


def _kwh(value: Decimal | None) -> float | None:
    return None if value is None else float(value / 1000)


def _plain(value: object, divisor: int = 1000) -> float | None:
    return float(value / divisor) if isinstance(value, Decimal) else None
