"""Registers of plants, as the Marktstammdatenregister gives them out: tables with separated columns, or XML.

Names of columns and elements are those of its public exports. What a row lacks stays open: a register knows no
permit, and a plant on the ground has one pair of coordinates, no outline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from core.errors import FormatError
from core.imports import RowProblem
from core.inventory import PlantKind
from core.texts import Finding
from ingest.files.cells import CellError, as_found, number_reader
from ingest.files.columns import column_place, letter
from ingest.files.register_xml import is_xml, units_of
from ingest.files.tables import Cell, layout_of, rows_of

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "register_number": ("mastr-nr. der einheit", "einheitmastrnummer"),
    "name": ("anzeige-name der einheit", "namestromerzeugungseinheit", "name des windparks"),
    "carrier": ("energieträger", "energietraeger"),
    "place": ("lage der einheit", "lage", "art der solaranlage"),
    "power_kw": ("nettonennleistung der einheit", "nettonennleistung"),
    "key": ("gemeindeschlüssel", "gemeindeschluessel"),
    "operator": (
        "name des anlagenbetreibers (nur org.)",
        "mastr-nr. des anlagenbetreibers",
        "anlagenbetreibermastrnummer",
    ),
    "commissioned": ("inbetriebnahmedatum der einheit", "inbetriebnahmedatum"),
    "ended": ("datum der endgültigen stilllegung", "datumendgueltigestilllegung"),
    "latitude_deg": ("koordinate: breitengrad (wgs84)", "breitengrad"),
    "longitude_deg": ("koordinate: längengrad (wgs84)", "laengengrad"),
    "hub_height_m": ("nabenhöhe der windenergieanlage", "nabenhoehe"),
    "rotor_m": ("rotordurchmesser der windenergieanlage", "rotordurchmesser"),
}
"""The names of the columns or elements of each field, in lower case; the first that is there counts."""

NEEDED: Final = ("register_number", "power_kw", "key", "commissioned")
COLUMNS: Final = tuple(NAMES)

_WIND: Final = ("wind", "2497", "einheitwind")
_SUN: Final = ("solare strahlungsenergie", "solar", "2495", "einheitsolar")
_GROUND: Final = ("freifläche", "freiflächensolaranlage", "852")
_ROOF: Final = ("bauliche anlagen", "gebäudesolaranlage", "853")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredPlant:
    """What a register says of a plant; `key` is the Gemeindeschlüssel of where it stands."""

    register_number: str
    name: str
    kind: PlantKind
    power_w: Decimal
    key: str
    operator: str
    commissioned: date
    ended: date | None = None
    latitude_deg: Decimal | None = None
    longitude_deg: Decimal | None = None
    height_m: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMapping:
    """How the columns of a table are found: by header or letter where named, else by the register's own names."""

    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    header: int = 1
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ","
    thousands: str = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """What a row came to: a plant, a reason why not, or neither, where it is about no wind and no sun."""

    line: int
    plant: RegisteredPlant | None = None
    problem: RowProblem | None = None


def read_register(path: Path, mapping: RegisterMapping) -> Iterator[RegisterLine]:
    """Yield what each row or unit of a register says. Raises `FormatError` for a file that is no such register."""
    if is_xml(path):
        reader = _Reader(dict(NAMES), number_reader(".", ""))
        for line, unit in units_of(path):
            yield reader.take(line, unit)
        return
    with rows_of(path, mapping, layout_of(path, mapping)) as (rows, _):
        first = next(rows, None)
        if first is None:
            raise FormatError("imports.no_rows")
        headers = tuple(as_found(cell).strip() for cell in first[1]) if mapping.header else ()
        places = _places(mapping, headers, len(first[1]))
        names = {name: tuple(_shown(headers, each) for each in there) for name, there in places.items()}
        reader = _Reader(names, number_reader(mapping.decimal, mapping.thousands))
        for line, cells in rows if mapping.header else [first, *rows]:
            yield reader.take(line, {_shown(headers, at): cell for at, cell in enumerate(cells)})


def _shown(headers: Sequence[str], place: int) -> str:
    return headers[place] if place < len(headers) and headers[place] else letter(place)


def _places(mapping: RegisterMapping, headers: Sequence[str], width: int) -> dict[str, list[int]]:
    """Return where each field may stand: in the column that the mapping names, else in those with a known name."""
    found: dict[str, list[int]] = {}
    plain = [header.casefold() for header in headers]
    for name, known in NAMES.items():
        if said := mapping.columns.get(name, ""):
            found[name] = [column_place(said, headers, width)]
        elif there := [plain.index(each) for each in known if each in plain]:
            found[name] = there
    for name in NEEDED:
        if name not in found:
            raise FormatError("plants.no_column", field=name, known=", ".join(filter(None, headers))[:300])
    return found


class _WrongError(Exception):
    def __init__(self, name: str, finding: Finding) -> None:
        super().__init__()
        self.name, self.finding = name, finding


class _Reader:
    """Makes a plant of the fields of one row, whatever file it stands in."""

    def __init__(self, names: Mapping[str, tuple[str, ...]], number: Callable[[Cell], Decimal]) -> None:
        self._names = {name: tuple(each.casefold() for each in said) for name, said in names.items()}
        self._number = number

    def take(self, line: int, cells: Mapping[str, Cell]) -> RegisterLine:
        """Return what a row says."""
        said = {name.casefold(): (name, cell) for name, cell in cells.items()}
        try:
            return RegisterLine(line=line, plant=self._plant(said))
        except _WrongError as wrong:
            column, cell = self._cell(said, wrong.name)
            problem = RowProblem(line, column or wrong.name, as_found(cell), wrong.finding)
            return RegisterLine(line=line, problem=problem)

    def _plant(self, said: Mapping[str, tuple[str, Cell]]) -> RegisteredPlant | None:
        kind = self._kind(said)
        if kind is None:
            return None
        number = self._text(said, "register_number")
        return RegisteredPlant(
            register_number=number,
            name=self._text(said, "name", needed=False) or number,
            kind=kind,
            power_w=self._positive(said, "power_kw") * 1000,
            key=self._key(said),
            operator=self._text(said, "operator", needed=False),
            commissioned=self._day(said, "commissioned") or self._missing("commissioned"),
            ended=self._day(said, "ended"),
            latitude_deg=self._amount(said, "latitude_deg"),
            longitude_deg=self._amount(said, "longitude_deg"),
            height_m=self._height(said),
        )

    def _kind(self, said: Mapping[str, tuple[str, Cell]]) -> PlantKind | None:
        """Return what a plant is; None for what is made of neither wind nor sun. Without a place it is on a roof."""
        carrier = self._text(said, "carrier", needed=False).casefold()
        place = self._text(said, "place", needed=False).casefold()
        if carrier in _WIND:
            return PlantKind.WIND
        if carrier not in _SUN:
            return None
        if place.startswith(_GROUND):
            return PlantKind.PV_GROUND
        return PlantKind.PV_ROOF if not place or place.startswith(_ROOF) else None

    def _key(self, said: Mapping[str, tuple[str, Cell]]) -> str:
        """Return the key with the noughts that spreadsheets take off its front."""
        key = self._text(said, "key").removesuffix(".0").zfill(8)
        if not (key.isdecimal() and len(key) == len("00000000")):
            raise _WrongError("key", Finding.of("plants.row_key"))
        return key

    def _height(self, said: Mapping[str, tuple[str, Cell]]) -> Decimal | None:
        """Return the total height: the hub's and half of the rotor."""
        hub, rotor = self._amount(said, "hub_height_m"), self._amount(said, "rotor_m")
        return hub + rotor / 2 if hub is not None and rotor is not None else None

    def _positive(self, said: Mapping[str, tuple[str, Cell]], name: str) -> Decimal:
        amount = self._amount(said, name)
        if amount is None or amount <= 0:
            raise _WrongError(name, Finding.of("plants.row_power"))
        return amount

    def _amount(self, said: Mapping[str, tuple[str, Cell]], name: str) -> Decimal | None:
        _, cell = self._cell(said, name)
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return None
        try:
            return self._number(cell)
        except CellError as error:
            raise _WrongError(name, error.finding) from error

    def _day(self, said: Mapping[str, tuple[str, Cell]], name: str) -> date | None:
        _, cell = self._cell(said, name)
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        text = as_found(cell).strip()
        for form in ("%d.%m.%Y", "%Y-%m-%d"):
            try:
                return datetime.strptime(text[:10], form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        if text:
            raise _WrongError(name, Finding.of("plants.row_day"))
        return None

    def _missing(self, name: str) -> date:
        raise _WrongError(name, Finding.of("imports.row.empty"))

    def _text(self, said: Mapping[str, tuple[str, Cell]], name: str, *, needed: bool = True) -> str:
        _, cell = self._cell(said, name)
        text = as_found(cell).strip()
        if needed and not text:
            raise _WrongError(name, Finding.of("imports.row.empty"))
        return text

    def _cell(self, said: Mapping[str, tuple[str, Cell]], name: str) -> tuple[str, Cell]:
        """Return the first column of a field that is there and says something, and what it says."""
        there = [said[each] for each in self._names.get(name, ()) if each in said]
        return next(
            ((column, cell) for column, cell in there if cell not in (None, "")), there[0] if there else ("", None)
        )
