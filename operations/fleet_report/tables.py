"""Tables, charts and raw rows of the monthly report. Groups below five vehicles stand together; vehicles by number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final

from babel.dates import get_month_names

from core.inventory import Drive, Vehicle
from core.texts import Catalogue
from fleet.figures import VehicleFigures
from operations.fleet_report.facts import CourseMonth, FleetMonth
from operations.fleet_report.words import FleetWords
from operations.house import House
from operations.reports.words import DASH, day_said
from reports.fleet_document import ChartSaid, RawTable, TableSaid

LEAST_PUBLISHED: Final = 5
"""Of fewer vehicles no group is told apart: who drives them might be known."""


@dataclass(frozen=True, slots=True)
class FleetTables:
    """Draws up tables in the words of one language."""

    house: House
    words: FleetWords
    month: FleetMonth

    @property
    def _texts(self) -> Catalogue:
        return self.words.texts

    def by_drive(self) -> TableSaid:
        """Return vehicles by class and drive at the end of the month."""
        there = [each for each in self.month.vehicles if each.valid_on(self.month.last)]
        drives = [drive for drive in Drive if any(each.drive is drive for each in there)]
        classes = sorted({each.vehicle_class.value for each in there})
        counts = Counter((each.vehicle_class.value, each.drive) for each in there)
        rows = [
            (kind, *(self._count(counts[kind, drive]) for drive in drives), self._count(_of_class(there, kind)))
            for kind in classes
        ]
        return self._table("classes", (*(self._drive(drive) for drive in drives), self._head("all")), rows)

    def by_group(self) -> TableSaid:
        """Return vehicles, distance and energy by group, those of fewer than five vehicles together."""
        rows = []
        for name, vehicles in self._groups():
            figures = [self.month.figures[each.id] for each in vehicles]
            electric = sum(each.drive is Drive.BATTERY for each in vehicles)
            distance = _known(figures, "distance_m")
            rows.append(
                (
                    name,
                    self._count(len(vehicles)),
                    self._count(electric),
                    self._value(distance, "m"),
                    self._value(_known(figures, "known_wh"), "Wh"),
                )
            )
        head = tuple(self._head(name) for name in ("vehicles", "battery", "distance", "energy"))
        return self._table("groups", head, rows, note=self._texts.say("fleet_report.groups_note"))

    def _groups(self) -> list[tuple[str, list[Vehicle]]]:
        by_group: dict[str, list[Vehicle]] = {}
        for vehicle in self.month.vehicles:
            by_group.setdefault(vehicle.group, []).append(vehicle)
        small = sorted(name for name in by_group if len(by_group[name]) < LEAST_PUBLISHED)
        large = sorted((name for name in by_group if name not in small), key=lambda name: (len(by_group[name]), name))
        # The rest is the whole less all others: it may be told apart no more than a group may.
        while small and large and sum(len(by_group[name]) for name in small) < LEAST_PUBLISHED:
            small.append(large.pop(0))
        rest = [each for name in small for each in by_group[name]]
        told = [(name, by_group[name]) for name in sorted(large)]
        return [*told, *([(self._texts.say("fleet_report.other_groups"), rest)] if rest else [])]

    def sites(self) -> TableSaid:
        """Return charge points by site: outlets, power, sessions and energy of the month."""
        rows = []
        for site in sorted({each.site for each in self.month.stations}):
            stations = [each for each in self.month.stations if each.site == site]
            names = {each.id for each in stations}
            outlets = [outlet for each in stations for outlet in each.connectors]
            sessions = [each for each in self.month.sessions if each.station in names]
            energy = sum((Decimal(repr(each.energy_wh or 0.0)) for each in sessions), Decimal(0))
            power = Decimal(repr(float(sum(each.max_power_w for each in outlets))))
            entry = self.house.inventory().sites.get(site)
            rows.append(
                (
                    entry.name if entry else site,
                    self._count(len(outlets)),
                    self._value(power, "W"),
                    self._count(len(sessions)),
                    self._value(energy, "Wh"),
                )
            )
        head = tuple(self._head(name) for name in ("connectors", "power", "sessions", "energy"))
        return self._table("sites", head, rows)

    def batteries(self) -> TableSaid:
        """Return what is left of batteries, by vehicle; those of which nothing is known stand in the remark."""
        rows = [
            (
                self.number_of(name),
                self._value(health.capacity_wh, "Wh"),
                self._value(health.health_percent, "%"),
                " ".join(map(self.words.tell, health.findings)),
            )
            for name, health in self.month.batteries.items()
            if health.capacity_wh is not None
        ]
        head = tuple(self._head(name) for name in ("capacity", "health", "remark"))
        return self._table("batteries", head, sorted(rows), numeric=(False, True, True, False))

    def actions(self) -> TableSaid:
        """Return what is to be done: what, who, until when, and what is done."""
        rows = [
            (
                each.text,
                each.owner or DASH,
                day_said(each.due, self._texts.language) if each.due else DASH,
                self._texts.say("fleet_report.done" if each.done_at_utc else "fleet_report.open"),
            )
            for each in self.month.actions
        ]
        head = tuple(self._head(name) for name in ("owner", "due", "state"))
        return self._table("actions", head, rows, numeric=(False,) * 4)

    def vehicles(self) -> TableSaid:
        """Return every vehicle by its number in this report: what it is and what its month came to."""
        rows = []
        for vehicle in sorted(self.month.vehicles, key=lambda each: self.number_of(each.id)):
            figures = self.month.figures[vehicle.id]
            rows.append(
                (
                    self.number_of(vehicle.id),
                    vehicle.vehicle_class.value,
                    self._drive(vehicle.drive),
                    self._value(figures.distance_m, "m"),
                    self._value(figures.known_wh if vehicle.plugs_in and figures.days else None, "Wh"),
                    self._value(figures.gross_wh_per_100km, "Wh/100 km"),
                    self._value(figures.fuel_l, "l"),
                )
            )
        head = tuple(self._head(name) for name in ("class", "drive", "distance", "energy", "gross", "fuel"))
        numeric = (False, False, False, True, True, True, True)
        return self._table("vehicles", head, rows, numeric=numeric, note=self._texts.say("fleet_report.vehicles_note"))

    def factors(self) -> TableSaid | None:
        """Return the factors that the savings were computed with, None where there are none."""
        if self.month.savings is None or not self.month.savings.factors:
            return None
        rows = [
            (each.id, f"{self.words.number(each.value, 3)} {each.unit}", each.edition, each.source)
            for each in self.month.savings.factors
        ]
        head = tuple(self._head(name) for name in ("value", "edition", "source"))
        return self._table("factors", head, rows, numeric=(False, True, False, False))

    def distances(self, course: Sequence[CourseMonth]) -> ChartSaid:
        """Return the chart of distances by month."""
        electric = [_scaled(each.electric_m) for each in course]
        burning = [_scaled(each.burning_m) for each in course]
        return self._chart("distances", "km", course, (("electric", electric), ("burning", burning)))

    def energies(self, course: Sequence[CourseMonth]) -> ChartSaid:
        """Return the chart of charged energy by month."""
        own = [_scaled(each.own_wh) for each in course]
        elsewhere = [_scaled(each.elsewhere_wh) for each in course]
        return self._chart("energies", "kWh", course, (("own", own), ("elsewhere", elsewhere)))

    def avoided(self, course: Sequence[CourseMonth]) -> ChartSaid:
        """Return the chart of avoided emissions by month."""
        values = [None if each.avoided_g is None else _scaled(each.avoided_g) for each in course]
        return self._chart("avoided", "kg CO₂e", course, (("avoided", values),))

    def raw_vehicles(self) -> RawTable:
        """Return the rows of all vehicles as numbers."""
        rows = [
            (
                self.number_of(each.id),
                each.vehicle_class.value,
                self._drive(each.drive),
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
            self._head(name)
            for name in ("vehicle", "class", "drive", "km", "own_kwh", "elsewhere_kwh", "kwh", "litres", "used_days")
        ]
        sums = ((3, "distance_m"), (4, "own_charged_wh"), (5, "elsewhere_charged_wh"), (6, "known_wh"), (7, "fuel_l"))
        return RawTable(
            name=self._texts.say("fleet_report.sheet.vehicles"),
            head=tuple(head),
            rows=rows,
            sums=tuple((place, self.words.id(name)) for place, name in sums),
        )

    def raw_course(self, course: Sequence[CourseMonth]) -> RawTable:
        """Return the months of the charts as numbers."""
        rows = [
            (
                each.period,
                _scaled(each.electric_m),
                _scaled(each.burning_m),
                _scaled(each.own_wh),
                _scaled(each.elsewhere_wh),
                None if each.avoided_g is None else _scaled(each.avoided_g),
            )
            for each in course
        ]
        names = ("month", "electric_km", "burning_km", "own_kwh", "elsewhere_kwh", "avoided_kg")
        return RawTable(
            name=self._texts.say("fleet_report.sheet.course"), head=tuple(map(self._head, names)), rows=rows
        )

    def number_of(self, vehicle: str) -> str:
        """Return the number of a vehicle in this report: another one in each month, so that nobody is followed."""
        names = [each.id for each in self.month.vehicles]
        order = sorted(names, key=lambda name: sha256(f"{self.month.period}/{name}".encode()).digest())
        return self._texts.say("fleet_report.vehicle_number", number=f"{order.index(vehicle) + 1:03d}")

    def _chart(
        self, name: str, unit: str, course: Sequence[CourseMonth], series: Iterable[tuple[str, Sequence[float | None]]]
    ) -> ChartSaid:
        months = get_month_names("abbreviated", locale=self._texts.language)
        names = tuple(months[int(each.period[5:])].rstrip(".") for each in course)
        said = tuple((self._texts.say(f"fleet_report.series.{key}"), tuple(values)) for key, values in series)
        return ChartSaid(
            title=self._texts.say(f"fleet_report.chart.{name}"),
            names=names,
            series=said,
            unit=unit,
            alt=self._alt(name, unit, course, said),
        )

    def _alt(
        self,
        name: str,
        unit: str,
        course: Sequence[CourseMonth],
        series: Sequence[tuple[str, Sequence[float | None]]],
    ) -> str:
        told = [
            f"{each.period}: "
            + ", ".join(
                f"{label} {DASH if values[place] is None else self.words.number(values[place] or 0.0, 0)}"
                for label, values in series
            )
            for place, each in enumerate(course)
        ]
        return f"{self._texts.say(f'fleet_report.chart.{name}')} ({unit}). {'; '.join(told)}."

    def _table(
        self,
        name: str,
        head: tuple[str, ...],
        rows: Iterable[tuple[str, ...]],
        *,
        numeric: tuple[bool, ...] | None = None,
        note: str = "",
    ) -> TableSaid:
        return TableSaid(
            title=self._texts.say(f"fleet_report.table.{name}"),
            head=(self._head(f"of_{name}"), *head),
            numeric=numeric or (False, *(True for _ in head)),
            rows=tuple(rows),
            note=note,
        )

    def _head(self, name: str) -> str:
        return self._texts.say(f"fleet_report.column.{name}")

    def _drive(self, drive: Drive) -> str:
        return self._texts.say(f"fleet_report.variant.{drive.value}")

    def _count(self, count: int) -> str:
        return self.words.number(float(count), 0)

    def _value(self, value: object, unit: str) -> str:
        return self.words.value(value, unit) if isinstance(value, Decimal) else DASH


def _of_class(vehicles: Sequence[Vehicle], kind: str) -> int:
    return sum(each.vehicle_class.value == kind for each in vehicles)


def _known(figures: Sequence[VehicleFigures], name: str) -> Decimal | None:
    told = [getattr(each, name) for each in figures if each.days]
    known = [each for each in told if isinstance(each, Decimal)]
    return sum(known, Decimal(0)) if known else None


def _scaled(value: Decimal) -> float:
    return float(value) / 1000


def _plain(value: object, divisor: int = 1000) -> float | None:
    return float(value / divisor) if isinstance(value, Decimal) else None
