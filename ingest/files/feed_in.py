"""Files of what operators state of their plants, read row by row: each row a plant and a month.

Columns are found by the names that grid operators and direct marketers use, unless the mapping names them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any, Final

from core.errors import FormatError
from core.imports import RowProblem
from core.shares import FeedInStatement
from core.texts import Finding
from ingest.files.cells import CellError, as_found, number_reader
from ingest.files.columns import column_place, letter
from ingest.files.tables import Cell, layout_of, rows_of
from ingest.files.taking import EMPTY

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "plant": ("anlage", "plant", "mastr-nr.", "mastr-nummer", "einheit", "register_number", "anlagenschlüssel"),
    "month": ("monat", "month", "abrechnungsmonat", "liefermonat", "zeitraum"),
    "fed_in_wh": ("eingespeist", "einspeisung", "eingespeiste strommenge", "fed_in", "fed in"),
    "unavailable_wh": ("nichtverfügbarkeit", "technische nichtverfügbarkeit", "unavailable"),
    "curtailed_wh": ("abregelung", "redispatch", "ausfallarbeit", "curtailed"),
    "other_fictitious_wh": ("sonstige fiktive", "sonstige abschaltung", "other_fictitious", "other"),
    "negative_wh": ("negative preise", "bei negativen preisen", "negative", "negative_prices"),
    "number": ("beleg", "belegnummer", "abrechnung", "number"),
}
"""The names of the columns of each field, without units and in lower case."""

ENERGIES: Final = ("fed_in_wh", "unavailable_wh", "curtailed_wh", "other_fictitious_wh", "negative_wh")
UNITS: Final[Mapping[str, int]] = {"Wh": 1, "kWh": 1000, "MWh": 1_000_000}
_UNIT: Final = re.compile(r"\s*[\[(]?\b(?P<unit>[kKmM]?[wW]h)\b[\])]?\s*\Z|_(?P<tail>[km]?wh)\Z")
_MONTHS: Final = (
    ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez"),
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
)
_FORMS: Final = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})(?:-\d{1,2})?"),
    re.compile(r"(?:\d{1,2}\.)?(?P<month>\d{1,2})[./](?P<year>\d{4})"),
    re.compile(r"(?P<name>[A-Za-zä]+)\.?\s+(?P<year>\d{4})"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedInMapping:
    """How the rows of a file become statements. Columns are named by header or letter; those not named are found.

    `plants` translate what stands in the plant's column; `unit` is that of all columns whose header names none.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    plants: Mapping[str, str] = field(default_factory=dict)
    unit: str = "kWh"
    header: int = 1
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ","
    thousands: str = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSaid:
    """What a line came to: a statement, or why not. `columns` are the names of the columns by field."""

    line: int
    columns: Mapping[str, str]
    statement: FeedInStatement | None = None
    problem: RowProblem | None = None

    def refused(self, finding: Finding) -> RowProblem:
        """Return that its statement cannot be."""
        return RowProblem(self.line, self.columns.get(str(dict(finding.params).get("field", "")), ""), "", finding)


def read_feed_in(
    path: Path, mapping: FeedInMapping, plant_of: Callable[[str], str | None], at: datetime, by: str
) -> Iterator[LineSaid]:
    """Yield what each line of a file says; `plant_of` gives the plant of an id, a name or a register number.

    Raises `FormatError` for a file that as a whole is not what the mapping says.
    """
    with rows_of(path, mapping, layout_of(path, mapping)) as (rows, _):
        first = next(rows, None)
        if first is None:
            raise FormatError("imports.no_rows")
        taker = _Taker(mapping, first[1], plant_of, at, by)
        if not mapping.header:
            yield taker.take(*first)
        for line, cells in rows:
            yield taker.take(line, cells)


def month_of(cell: Cell) -> str:
    """Return the month (`2025-03`) that a cell names. Raises `CellError`."""
    if isinstance(cell, date):
        return f"{cell.year}-{cell.month:02}"
    said = as_found(cell).strip()
    for form in _FORMS:
        found = form.fullmatch(said)
        if found is None:
            continue
        parts = found.groupdict()
        number = _by_name(parts["name"]) if "name" in parts else int(parts["month"])
        if 1 <= number <= _MONTHS_MAX:
            return f"{parts['year']}-{number:02}"
    raise CellError("feed_in.row_month" if said else "imports.row.empty")


def _by_name(name: str) -> int:
    """Return the number of a month by the first letters of its name, 0 where it is none."""
    begins = name.casefold()[:3]
    return next((months.index(begins) + 1 for months in _MONTHS if begins in months), 0)


_MONTHS_MAX: Final = 12


class _WrongError(Exception):
    def __init__(self, field: str, finding: Finding) -> None:
        super().__init__()
        self.field, self.finding = field, finding


class _Taker:
    def __init__(
        self,
        mapping: FeedInMapping,
        first: Sequence[Cell],
        plant_of: Callable[[str], str | None],
        at: datetime,
        by: str,
    ) -> None:
        headers = tuple(as_found(cell).strip() for cell in first) if mapping.header else ()
        self._places = _places(mapping, headers, len(first))
        for needed in ("plant", "month"):
            if needed not in self._places:
                raise FormatError("feed_in.no_column", field=needed, known=", ".join(filter(None, headers))[:300])
        if not any(name in self._places for name in ENERGIES):
            raise FormatError("feed_in.no_column", field="fed_in_wh", known=", ".join(filter(None, headers))[:300])
        self._columns = {
            name: headers[place] if place < len(headers) and headers[place] else letter(place)
            for name, place in self._places.items()
        }
        self._factors = {name: UNITS[_unit(self._columns.get(name, "")) or mapping.unit] for name in ENERGIES}
        self._number = number_reader(mapping.decimal, mapping.thousands)
        self._mapping, self._plant_of, self._at, self._by = mapping, plant_of, at, by

    def take(self, line: int, cells: list[Cell]) -> LineSaid:
        """Return what a line says."""
        try:
            return LineSaid(line=line, columns=self._columns, statement=self._statement(cells))
        except _WrongError as wrong:
            found = as_found(self._cell(cells, wrong.field))
            problem = RowProblem(line, self._columns.get(wrong.field, ""), found, wrong.finding)
            return LineSaid(line=line, columns=self._columns, problem=problem)

    def _statement(self, cells: list[Cell]) -> FeedInStatement:
        plant, month = self._plant(cells), self._month(cells)
        energies: dict[str, Any] = {name: self._energy(cells, name) for name in ENERGIES}
        if all(energy is None for energy in energies.values()):
            said = next(name for name in ENERGIES if name in self._places)
            raise _WrongError(said, Finding.of("imports.row.empty"))
        return FeedInStatement(
            plant=plant,
            month=month,
            **energies,
            number=as_found(self._cell(cells, "number")).strip()[:80],
            entered_by=self._by,
            entered_at_utc=self._at,
        )

    def _plant(self, cells: list[Cell]) -> str:
        said = as_found(self._cell(cells, "plant")).strip()
        found = self._plant_of(self._mapping.plants.get(said, said)) if said else None
        if found is None:
            raise _WrongError("plant", Finding.of("feed_in.row_plant" if said else "imports.row.empty"))
        return found

    def _month(self, cells: list[Cell]) -> str:
        try:
            return month_of(self._cell(cells, "month"))
        except CellError as error:
            raise _WrongError("month", error.finding) from error

    def _energy(self, cells: list[Cell], name: str) -> int | None:
        cell = self._cell(cells, name)
        if cell in EMPTY or (isinstance(cell, str) and not cell.strip()):
            return None
        try:
            exact = self._number(cell) * self._factors[name]
        except CellError as error:
            raise _WrongError(name, error.finding) from error
        return int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))

    def _cell(self, cells: list[Cell], name: str) -> Cell:
        place = self._places.get(name, -1)
        return cells[place] if 0 <= place < len(cells) else None


def _places(mapping: FeedInMapping, headers: Sequence[str], width: int) -> dict[str, int]:
    """Return where each field stands: in the column that the mapping names, else in the one with a known name."""
    found: dict[str, int] = {}
    plain = [_plain(header) for header in headers]
    for name, known in NAMES.items():
        if said := mapping.columns.get(name, ""):
            found[name] = column_place(said, headers, width)
        elif there := [place for place, header in enumerate(plain) if header in known]:
            found[name] = there[0]
    return found


def _plain(header: str) -> str:
    return _UNIT.sub("", header).strip().casefold()


def _unit(header: str) -> str:
    found = _UNIT.search(header)
    said = "" if found is None else (found["unit"] or found["tail"] or "")
    return next((unit for unit in UNITS if unit.casefold() == said.casefold()), "")
