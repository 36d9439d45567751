"""What the cells of a row say whatever the layout of its file: the meter, an amount, how it is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from core.imports import FileMapping, RowKind, RowProblem
from core.intervals import SeriesKey
from core.readings import ReadingQuality
from core.texts import Finding
from energy.series import QUALITY_CODES
from ingest.files.cells import CellError, as_found, number_reader
from ingest.files.columns import Columns
from ingest.files.tables import Cell

MICRO: Final = 1_000_000
"""Values are kept in millionths of their unit, so that sums are exact."""
EMPTY: Final = (None, "")
_MICRO_MAX: Final = Decimal(10) ** 18

Packed = tuple[int, int, int, int]
"""Instant in milliseconds since 1970 (of an interval, its begin), value in millionths, quality, line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A meter that a file may be about: what it can count in an hour, and whose clock its site has."""

    source: str
    max_rate_per_h: float
    zone: str


class WrongCellError(Exception):
    """What is wrong with a cell; a `place` below 0 means the row as a whole."""

    def __init__(self, place: int, finding: Finding) -> None:
        super().__init__()
        self.place = place
        self.finding = finding

    def problem(self, line: int, cells: Sequence[Cell], columns: Columns) -> RowProblem:
        """Return it as people are told."""
        place = self.place
        if place < 0:
            return RowProblem(line, "", "", self.finding)
        found = as_found(cells[place]) if place < len(cells) else ""
        return RowProblem(line, columns.name(place), found, self.finding)


class Taken(NamedTuple):
    """The values of a row that are sound, and those that are not."""

    key: SeriesKey
    packed: Sequence[Packed]
    wrong: Sequence[WrongCellError] = ()


class Cells:
    """Reads the cells of one row after the other. Everything raises `WrongCellError`."""

    def __init__(self, mapping: FileMapping, columns: Columns, targets: Mapping[str, Target]) -> None:
        self.columns = columns
        self._mapping = mapping
        self._targets = targets
        self._number = number_reader(mapping.decimal, mapping.thousands)
        self._meters = dict(mapping.meters)
        self._codes = {name: QUALITY_CODES[ReadingQuality(said)] for name, said in mapping.statuses}
        self._scale = mapping.factor * MICRO
        if mapping.kind is RowKind.POWER:
            self._scale = self._scale * mapping.interval_min / 60
        self._interval_h = mapping.interval_min / 60

    def target(self, cells: Sequence[Cell]) -> Target:
        """Return the meter that a row is about."""
        place, mapping = self.columns.meter, self._mapping
        if place < 0:
            return self._targets[mapping.meter]
        said = as_found(cells[place]).strip()
        target = self._targets.get(self._meters.get(said, said))
        if target is None:
            raise WrongCellError(place, Finding.of("imports.row.meter" if said else "imports.row.empty"))
        return target

    def micro(self, target: Target, cells: Sequence[Cell], place: int, hours: int = 1) -> int:
        """Return the value of a cell in millionths; of an amount, what its interval (or `hours` of them) has."""
        try:
            value = self._number(cells[place] if place < len(cells) else None)
        except CellError as error:
            raise WrongCellError(place, error.finding) from error
        micro = (value * self._scale).to_integral_value()
        if micro < 0:
            raise WrongCellError(place, Finding.of("imports.row.negative"))
        at_most = target.max_rate_per_h * self._interval_h * hours
        if self._mapping.kind is not RowKind.REGISTER and micro > at_most * MICRO:
            most = at_most / float(self._scale) * MICRO
            raise WrongCellError(place, Finding.of("imports.row.implausible", most=f"{most:.6g}"))
        if micro >= _MICRO_MAX:
            raise WrongCellError(place, Finding.of("imports.row.too_large"))
        return int(micro)

    def quality(self, cells: Sequence[Cell]) -> int:
        """Return how the values of a row are known."""
        place = self.columns.status
        if place < 0:
            return QUALITY_CODES[ReadingQuality.MEASURED]
        said = as_found(cells[place]).strip()
        code = self._codes.get(said)
        if code is None:
            raise WrongCellError(place, Finding.of("imports.row.status", known=", ".join(self._codes)[:100]))
        return code

    def wrong_width(self, cells: Sequence[Cell]) -> WrongCellError:
        """Return that a row has too many columns, or too few."""
        return WrongCellError(
            -1, Finding.of("imports.row.width", expected=self.columns.width, found=filled_width(cells))
        )


def filled_width(cells: Sequence[Cell]) -> int:
    """Return how many columns a row has up to the last that is not empty."""
    return next((place + 1 for place in range(len(cells) - 1, -1, -1) if cells[place] not in EMPTY), 0)
