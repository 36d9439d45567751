"""How tables of the monthly report are drawn: headings, values with units, vehicles by number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from core.inventory import Drive
from core.inventory.mobility import VehicleClass
from core.texts import Catalogue
from operations.fleet_report.facts import FleetMonth
from operations.fleet_report.words import FleetWords
from operations.house import House
from operations.reports.words import DASH
from reports.fleet_document import TableSaid


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws in the words of one language, of one month."""

    house: House
    words: FleetWords
    month: FleetMonth

    @property
    def texts(self) -> Catalogue:
        """Return the texts of the language."""
        return self.words.texts

    def number_of(self, vehicle: str) -> str:
        """Return the number of a vehicle in this report: another one in each month, so that nobody is followed."""
        names = [each.id for each in self.month.vehicles]
        order = sorted(names, key=lambda name: sha256(f"{self.month.period}/{name}".encode()).digest())
        return self.texts.say("fleet_report.vehicle_number", number=f"{order.index(vehicle) + 1:03d}")

    def table(
        self,
        name: str,
        head: tuple[str, ...],
        rows: Iterable[tuple[str, ...]],
        *,
        numeric: tuple[bool, ...] | None = None,
        note: str = "",
    ) -> TableSaid:
        """Return a table of the report by its name, whose first column is headed by it as well."""
        return TableSaid(
            title=self.texts.say(f"fleet_report.table.{name}"),
            head=(self.head(f"of_{name}"), *head),
            numeric=numeric or (False, *(True for _ in head)),
            rows=tuple(rows),
            note=note,
        )

    def head(self, name: str) -> str:
        """Return the heading of a column."""
        return self.texts.say(f"fleet_report.column.{name}")

    def drive(self, drive: Drive) -> str:
        """Return what a drive is called."""
        return self.texts.say(f"fleet_report.variant.{drive.value}")

    def kind(self, vehicle_class: VehicleClass) -> str:
        """Return what a class of vehicles is called."""
        return self.texts.say(f"console.vehicle_class.{vehicle_class.value.lower()}")

    def count(self, count: int) -> str:
        """Return a count in digits."""
        return self.words.number(float(count), 0)

    def value(self, value: object, unit: str) -> str:
        """Return a value with its unit, a dash where it is not known."""
        return self.words.value(value, unit) if isinstance(value, Decimal) else DASH
