"""Tables of the monthly report about vehicles and charge points. Groups of few vehicles stand together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from core.inventory import Drive, Vehicle
from core.inventory.mobility import VehicleClass
from fleet.anonymity import LEAST, Part, publishable
from fleet.vehicle_days.figures import VehicleFigures
from operations.fleet_report.drawing import Drawing
from operations.reports.words import DASH, day_said
from reports.fleet_document import TableSaid

NAMED_MOST = 3
"""Groups that stand together are named if they are no more."""


class FleetTables(Drawing):
    """Draws up tables in the words of one language."""

    __slots__ = ()

    def by_drive(self) -> TableSaid:
        """Return vehicles by class and drive at the end of the month."""
        there = [each for each in self.month.vehicles if each.valid_on(self.month.last)]
        drives = [drive for drive in Drive if any(each.drive is drive for each in there)]
        classes = [kind for kind in VehicleClass if any(each.vehicle_class is kind for each in there)]
        counts = Counter((each.vehicle_class, each.drive) for each in there)
        rows = [
            (
                self.kind(kind),
                *(self.count(counts[kind, drive]) for drive in drives),
                self.count(sum(each.vehicle_class is kind for each in there)),
            )
            for kind in classes
        ]
        return self.table("classes", (*(self.drive(drive) for drive in drives), self.head("all")), rows)

    def by_group(self) -> TableSaid | None:
        """Return vehicles, distance and energy by group, none of fewer than five; None where all are fewer."""
        vehicles = {each.id: each for each in self.month.vehicles}
        groups: dict[str, list[str]] = {}
        for each in self.month.vehicles:
            groups.setdefault(each.group, []).append(each.id)
        parts = publishable(groups)
        told = _energies_told(parts, vehicles)
        rows = [self._group(part, vehicles, energy=part in told) for part in parts]
        head = tuple(self.head(name) for name in ("vehicles", "battery", "distance", "energy"))
        return self.table("groups", head, rows, note=self.texts.say("fleet_report.groups_note")) if rows else None

    def _group(self, part: Part, vehicles: dict[str, Vehicle], *, energy: bool) -> tuple[str, ...]:
        figures = [self.month.figures[name] for name in sorted(part.vehicles)]
        name = ", ".join(part.groups)
        if len(part.groups) > NAMED_MOST:
            name = self.texts.say("fleet_report.other_groups", count=len(part.groups))
        return (
            name,
            self.count(len(part.vehicles)),
            self.count(sum(vehicles[each].drive is Drive.BATTERY for each in part.vehicles)),
            self.value(_known(figures, "distance_m"), "m"),
            self.value(_known(figures, "known_wh") if energy else None, "Wh"),
        )

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
                    self.count(len(outlets)),
                    self.value(power, "W"),
                    self.count(len(sessions)),
                    self.value(energy, "Wh"),
                )
            )
        head = tuple(self.head(name) for name in ("connectors", "power", "sessions", "energy"))
        return self.table("sites", head, rows)

    def batteries(self) -> TableSaid:
        """Return what is left of batteries, by vehicle; those of which nothing is known stand in the remark."""
        rows = [
            (
                self.number_of(name),
                self.value(health.capacity_wh, "Wh"),
                self.value(health.health_percent, "%"),
                self._year_ago(name),
                " ".join(map(self.words.tell, health.findings)),
            )
            for name, health in self.month.batteries.items()
            if health.capacity_wh is not None
        ]
        head = tuple(self.head(name) for name in ("capacity", "health", "year_ago", "remark"))
        return self.table("batteries", head, sorted(rows), numeric=(False, True, True, True, False))

    def _year_ago(self, vehicle: str) -> str:
        before = self.month.year_ago.get(vehicle)
        return self.value(before.health_percent if before else None, "%")

    def actions(self) -> TableSaid:
        """Return what is to be done: what, who, until when, and what is done."""
        rows = [
            (
                each.text,
                each.owner or DASH,
                day_said(each.due, self.texts.language) if each.due else DASH,
                self.texts.say("fleet_report.done" if each.done_at_utc else "fleet_report.open"),
            )
            for each in self.month.actions
        ]
        head = tuple(self.head(name) for name in ("owner", "due", "state"))
        return self.table("actions", head, rows, numeric=(False,) * 4)

    def vehicles(self) -> TableSaid:
        """Return every vehicle by its number in this report: what it is and what its month came to."""
        rows = []
        for vehicle in sorted(self.month.vehicles, key=lambda each: self.number_of(each.id)):
            figures = self.month.figures[vehicle.id]
            rows.append(
                (
                    self.number_of(vehicle.id),
                    self.kind(vehicle.vehicle_class).partition(" – ")[0],
                    self.drive(vehicle.drive),
                    self.value(figures.distance_m, "m"),
                    self.value(figures.known_wh if vehicle.plugs_in and figures.days else None, "Wh"),
                    self.value(figures.gross_wh_per_100km, "Wh/100 km"),
                    self.value(figures.fuel_l, "l"),
                )
            )
        head = tuple(self.head(name) for name in ("class", "drive", "distance", "energy", "gross", "fuel"))
        numeric = (False, False, False, True, True, True, True)
        return self.table("vehicles", head, rows, numeric=numeric, note=self.texts.say("fleet_report.vehicles_note"))

    def factors(self) -> TableSaid | None:
        """Return the factors that the savings were computed with, None where there are none."""
        if self.month.savings is None or not self.month.savings.factors:
            return None
        rows = [
            (each.id, f"{self.words.number(each.value, 3)} {each.unit}", each.edition, each.source)
            for each in self.month.savings.factors
        ]
        head = tuple(self.head(name) for name in ("value", "edition", "source"))
        return self.table("factors", head, rows, numeric=(False, True, False, False))


def _known(figures: Sequence[VehicleFigures], name: str) -> Decimal | None:
    told = [getattr(each, name) for each in figures if each.days]
    known = [each for each in told if isinstance(each, Decimal)]
    return sum(known, Decimal(0)) if known else None


def _energies_told(parts: Sequence[Part], vehicles: dict[str, Vehicle]) -> list[Part]:
    """Return the parts whose energy may be told: that of five vehicles with a plug, and so what is left over."""
    plugged = {part: sum(vehicles[name].plugs_in for name in part.vehicles) for part in parts}
    told = sorted((part for part in parts if plugged[part] >= LEAST), key=lambda part: -plugged[part])
    while told and 0 < sum(count for part, count in plugged.items() if part not in told) < LEAST:
        told.pop()
    return told
