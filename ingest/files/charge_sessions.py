"""Past charge sessions from other systems: tables whose columns are found by name, or as a mapping says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import FormatError
from core.imports import RowProblem
from core.texts import Finding
from ingest.files.cells import CellError, as_found, number_reader
from ingest.files.columns import column_place, letter
from ingest.files.tables import Cell, layout_of, rows_of

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "station": ("station", "ladestation", "ladesäule", "charge box id", "chargeboxid", "charge point", "evse"),
    "connector": ("connector", "connector id", "connectorid", "anschluss", "ladepunkt"),
    "begun": ("begin", "beginn", "start", "startzeit", "start time", "start timestamp", "started", "begun_at_utc"),
    "ended": ("end", "ende", "stop", "endzeit", "stop time", "stop timestamp", "stopped", "ended_at_utc"),
    "energy": ("energy", "energie", "energie (kwh)", "energie kwh", "energy (kwh)", "kwh", "verbrauch", "energy_wh"),
    "tag": ("tag", "idtag", "id tag", "id_tag", "ocpp id tag", "rfid", "karte", "kartennummer"),
    "transaction": ("transaction", "transaktion", "transaction id", "transaction pk", "id", "vorgang"),
    "stop_reason": ("stop reason", "reason", "grund"),
}
"""The names of the columns of each field, in lower case; the first that is there counts."""

COLUMNS: Final = tuple(NAMES)
NEEDED: Final = ("station", "begun", "ended", "energy")
_KILO: Final = Decimal(1000)
_WITHOUT_ZONE: Final = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%y %H:%M")
_SHOWN: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMapping:
    """How the rows of a file become sessions; energies stand there in `unit` unless a column's name says Wh."""

    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str = "kWh"
    sheet: str = ""
    header: int = 1
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ","
    thousands: str = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSession:
    """A session as a file says it. `tag` is a card's number: personal data."""

    station: str
    connector: int
    begun_at_utc: datetime
    ended_at_utc: datetime
    energy_wh: float
    tag: str = field(default="", repr=False)
    transaction: str = ""
    stop_reason: str = ""


@dataclass(frozen=True, slots=True)
class PastLine:
    """A row: its session, or why it is none."""

    line: int
    session: PastSession | None = None
    problem: RowProblem | None = None


def read_sessions(path: Path, mapping: PastMapping, zone: ZoneInfo) -> Iterator[PastLine]:
    """Yield the sessions of a file; times without a zone are those of `zone`.

    Raises `FormatError` for what is no table, or lacks a column that is needed.
    """
    with rows_of(path, mapping, layout_of(path, mapping)) as (rows, _):
        first = next(rows, None)
        if first is None:
            raise FormatError("imports.no_rows")
        headers = tuple(as_found(cell).strip() for cell in first[1]) if mapping.header else ()
        taker = _Taker(mapping, headers, len(first[1]), zone)
        for line, cells in rows if mapping.header else [first, *rows]:
            if any(as_found(cell).strip() for cell in cells):
                yield taker.take(line, cells)


class _WrongError(Exception):
    def __init__(self, name: str, finding: Finding) -> None:
        super().__init__(finding.code)
        self.name = name
        self.finding = finding


class _Taker:
    def __init__(self, mapping: PastMapping, headers: Sequence[str], width: int, zone: ZoneInfo) -> None:
        self._places = _places(mapping, headers, width)
        self._names = {name: headers[at] if headers else letter(at) for name, at in self._places.items()}
        self._number, self._zone = number_reader(mapping.decimal, mapping.thousands), zone
        plain = self._names["energy"].casefold().replace("_", " ")
        in_wh = mapping.unit == "Wh" or (plain.endswith(("wh", "wh)")) and "kwh" not in plain)
        self._factor = Decimal(1) if in_wh else _KILO

    def take(self, line: int, cells: list[Cell]) -> PastLine:
        try:
            return PastLine(line, session=self._session(cells))
        except _WrongError as wrong:
            found = as_found(self._cell(cells, wrong.name))
            return PastLine(line, problem=RowProblem(line, self._names.get(wrong.name, ""), found, wrong.finding))

    def _session(self, cells: list[Cell]) -> PastSession:
        begun, ended = self._instant(cells, "begun"), self._instant(cells, "ended")
        if ended < begun:
            raise _WrongError("ended", Finding.of("sessions.ends_before_begin"))
        return PastSession(
            station=self._needed(cells, "station"),
            connector=self._connector(cells),
            begun_at_utc=begun,
            ended_at_utc=ended,
            energy_wh=self._energy(cells),
            tag=self._text(cells, "tag"),
            transaction=self._text(cells, "transaction")[:_SHOWN],
            stop_reason=self._text(cells, "stop_reason")[:_SHOWN],
        )

    def _instant(self, cells: list[Cell], name: str) -> datetime:
        cell = self._cell(cells, name)
        at = cell if isinstance(cell, datetime) else _read(self._needed(cells, name))
        if at is None:
            raise _WrongError(name, Finding.of("sessions.row_time"))
        try:
            return (at.replace(tzinfo=self._zone) if at.tzinfo is None else at).astimezone(UTC)
        except OverflowError as error:
            raise _WrongError(name, Finding.of("sessions.row_time")) from error

    def _energy(self, cells: list[Cell]) -> float:
        self._needed(cells, "energy")
        try:
            energy = self._number(self._cell(cells, "energy")) * self._factor
        except CellError as error:
            raise _WrongError("energy", error.finding) from error
        if energy < 0:
            raise _WrongError("energy", Finding.of("sessions.row_energy"))
        return round(float(energy), 3)

    def _connector(self, cells: list[Cell]) -> int:
        said = self._text(cells, "connector") or "1"
        if not said.isdecimal() or int(said) == 0:
            raise _WrongError("connector", Finding.of("sessions.row_connector"))
        return int(said)

    def _needed(self, cells: list[Cell], name: str) -> str:
        said = self._text(cells, name)
        if not said:
            raise _WrongError(name, Finding.of("imports.row.empty"))
        return said

    def _text(self, cells: list[Cell], name: str) -> str:
        return as_found(self._cell(cells, name)).strip()

    def _cell(self, cells: list[Cell], name: str) -> Cell:
        place = self._places.get(name, -1)
        return cells[place] if 0 <= place < len(cells) else None


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _WITHOUT_ZONE:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is that of the district
        except ValueError:
            continue
    return None


def _places(mapping: PastMapping, headers: Sequence[str], width: int) -> dict[str, int]:
    plain = [header.casefold() for header in headers]
    found: dict[str, int] = {}
    for name, known in NAMES.items():
        if said := mapping.columns.get(name, ""):
            found[name] = column_place(said, headers, width)
        elif there := [plain.index(each) for each in known if each in plain]:
            found[name] = there[0]
    if missing := [name for name in NEEDED if name not in found]:
        raise FormatError(
            "sessions.no_column", missing=", ".join(missing), known=", ".join(filter(None, headers))[:300]
        )
    return found
