"""Files of papers read row by row: each row a line of a fuel card, charging card or logbook.

Only the columns that the mapping names are looked at. What stands in the vehicle's column is a plate or a card
number: it is never told, not even where it is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import FormatError
from core.imports import FileClock, RowProblem
from core.inventory.mobility import FuelKind
from core.texts import Finding
from core.voucher_files import VoucherMapping
from core.vouchers import Voucher, VoucherKind
from energy.register_walk import at_utc
from ingest.files.cells import CellError, as_found, instant_reader, number_reader
from ingest.files.clocks import SeriesClock
from ingest.files.columns import column_place, letter
from ingest.files.tables import Cell, layout_of, rows_of
from ingest.files.taking import EMPTY

NUMBERS: Final[Mapping[str, tuple[str, int]]] = {
    "fuel_l": ("fuel_l_column", 1),
    "energy_wh": ("energy_kwh_column", 1000),
    "distance_m": ("distance_km_column", 1000),
    "odometer_m": ("odometer_km_column", 1000),
    "amount_eur": ("amount_eur_column", 1),
}
"""The numbers of a row: the columns they stand in, and by what they are multiplied."""

NOON, END_OF_DAY = time(12), time(23, 59)
"""When a paper is that only names a day; a logbook tells what the odometer showed at the day's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSaid:
    """What a row came to: a voucher, or why not; `columns` are the names of the columns by field."""

    line: int
    columns: Mapping[str, str]
    voucher: Voucher | None = None
    problem: RowProblem | None = None

    def refused(self, finding: Finding) -> RowProblem:
        """Return that its voucher cannot be."""
        return RowProblem(self.line, self.columns.get(str(dict(finding.params).get("field", "")), ""), "", finding)


def read_vouchers(
    path: Path, mapping: VoucherMapping, vehicle_of: Callable[[str], str | None], zone: ZoneInfo, at: datetime, by: str
) -> Iterator[RowSaid]:
    """Yield what each row of a file says; `vehicle_of` translates what names a vehicle in the file.

    Raises `FormatError` for a file that as a whole is not what the mapping says.
    """
    layout = layout_of(path, mapping)
    with rows_of(path, mapping, layout) as (rows, _):
        first = next(rows, None)
        if first is None:
            raise FormatError("imports.no_rows")
        taker = _Taker(mapping, first[1], vehicle_of, zone, at, by)
        if not mapping.header:
            yield taker.take(*first)
        for line, cells in rows:
            yield taker.take(line, cells)


class _WrongError(Exception):
    def __init__(self, field: str, finding: Finding) -> None:
        super().__init__()
        self.field, self.finding = field, finding


class _Taker:
    def __init__(
        self,
        mapping: VoucherMapping,
        first: list[Cell],
        vehicle_of: Callable[[str], str | None],
        zone: ZoneInfo,
        at: datetime,
        by: str,
    ) -> None:
        headers = tuple(as_found(cell).strip() for cell in first) if mapping.header else ()
        named = {
            "vehicle": mapping.vehicle_column,
            "at_utc": mapping.date_column,
            "time": mapping.time_column,
            "number": mapping.number_column,
            "fuel": mapping.fuel_column,
            **{name: getattr(mapping, column) for name, (column, _) in NUMBERS.items()},
        }
        found = {field: column_place(name, headers, len(first)) for field, name in named.items()}
        self._places = {field: place for field, place in found.items() if place >= 0}
        self._columns = {
            field: (headers[place] if place < len(headers) and headers[place] else letter(place))
            for field, place in self._places.items()
        }
        self._mapping, self._vehicle_of, self._at, self._by = mapping, vehicle_of, at, by
        self._number = number_reader(mapping.decimal, mapping.thousands)
        self._instant = instant_reader(mapping.pattern)
        self._timed = "H" in mapping.pattern
        self._clock = SeriesClock(FileClock.LOCAL, zone)
        self._fuels = dict(mapping.fuels)

    def take(self, line: int, cells: list[Cell]) -> RowSaid:
        """Return what a row says."""
        try:
            return RowSaid(line=line, columns=self._columns, voucher=self._voucher(cells))
        except _WrongError as wrong:
            hidden = wrong.field == "vehicle"
            found = "" if hidden else as_found(self._cell(cells, wrong.field))
            problem = RowProblem(line, self._columns.get(wrong.field, ""), found, wrong.finding)
            return RowSaid(line=line, columns=self._columns, problem=problem)

    def _voucher(self, cells: list[Cell]) -> Voucher:
        numbers = {name: self._amount(cells, name, factor) for name, (_, factor) in NUMBERS.items()}
        said = as_found(self._cell(cells, "number")).strip()
        return Voucher(
            kind=self._mapping.kind,
            vehicle=self._vehicle(cells),
            at_utc=self._when(cells),
            number=said or _made_up(numbers),
            fuel=self._fuel(cells),
            place=self._mapping.place,
            entered_by=self._by,
            entered_at_utc=self._at,
            fuel_l=numbers["fuel_l"],
            energy_wh=numbers["energy_wh"],
            distance_m=numbers["distance_m"],
            odometer_m=numbers["odometer_m"],
            amount_eur=numbers["amount_eur"],
        )

    def _vehicle(self, cells: list[Cell]) -> str:
        if self._mapping.vehicle:
            return self._mapping.vehicle
        cell = self._cell(cells, "vehicle")
        said = ("" if cell is None else str(cell)).strip()
        found = self._vehicle_of(said) if said else None
        if found is None:
            raise _WrongError("vehicle", Finding.of("vouchers.row_vehicle" if said else "imports.row.empty"))
        return found

    def _when(self, cells: list[Cell]) -> datetime:
        try:
            at = self._instant(self._cell(cells, "at_utc"), self._cell(cells, "time"))
            if not self._timed and at.time() == time():
                at = datetime.combine(at, END_OF_DAY if self._mapping.kind is VoucherKind.LOGBOOK else NOON)
            return at_utc(self._clock.at_ms(at))
        except CellError as error:
            raise _WrongError("at_utc", error.finding) from error

    def _amount(self, cells: list[Cell], name: str, factor: int) -> Decimal | None:
        cell = self._cell(cells, name)
        if cell in EMPTY or (isinstance(cell, str) and not cell.strip()):
            return None
        try:
            return self._number(cell) * factor
        except CellError as error:
            raise _WrongError(name, error.finding) from error

    def _fuel(self, cells: list[Cell]) -> FuelKind | None:
        if self._mapping.kind is not VoucherKind.FUEL:
            return None
        said = as_found(self._cell(cells, "fuel")).strip()
        if not said:
            return self._mapping.fuel
        try:
            return FuelKind(self._fuels.get(said, said.casefold()))
        except ValueError as error:
            raise _WrongError("fuel", Finding.of("vouchers.row_fuel")) from error

    def _cell(self, cells: list[Cell], field: str) -> Cell:
        place = self._places.get(field, -1)
        return cells[place] if 0 <= place < len(cells) else None


def _made_up(numbers: Mapping[str, Decimal | None]) -> str:
    """Return a number for a row without one: two of a day that say different things are two papers."""
    said = "|".join("" if value is None else f"{value.normalize():f}" for value in numbers.values())
    return f"#{sha256(said.encode()).hexdigest()[:12]}"
