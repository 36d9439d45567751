"""Registers of plants: compared with the inventory, and what is new or otherwise written into it, each to be undone.

The same register number is the same plant. What stands in files that people edit is never changed: the difference
is told. What a register does not know (permits, outlines, contracts) stays as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.errors import ConfigError, RequestError, ServiceError
from core.imports import KeptFile, RowProblem
from core.inventory import Inventory, Municipality, Plant, PlantKind
from core.texts import Finding
from ingest.files.plants import COLUMNS, RegisteredPlant, RegisterMapping, read_register
from operations.arrivals.entry_proposals import free_id, slug_of
from operations.arrivals.import_reading import inbox_of, kept_file
from operations.arrivals.import_rows import wrong_row
from operations.house import Call, House, InventoryWriter
from operations.inventory import places_of
from operations.plants.rows import ImportPlants, PlantsImported, RegisterDifference, RegisterRow, RegisterState
from operations.values import Told

KIND = "plants"
SHOWN = 500
PROBLEMS_KEPT = 200
KEYS_SHOWN = 20
_OPERATORS_NUMBER = "ABR"


@dataclass(frozen=True, slots=True)
class _Match:
    """A plant of a register beside the one of the inventory, if there is one."""

    line: int
    said: RegisteredPlant
    municipality: Municipality
    plant: Plant | None
    differences: tuple[RegisterDifference, ...]

    @property
    def state(self) -> RegisterState:
        if self.plant is None:
            return RegisterState.NEW
        if self.said.ended and self.plant.valid_to is None:
            return RegisterState.ENDED
        return RegisterState.CHANGED if self.differences else RegisterState.SAME


@dataclass(slots=True)
class _Found:
    """What a file comes to."""

    file: KeptFile
    rows: int = 0
    wrong: int = 0
    elsewhere: int = 0
    keys: dict[str, None] = field(default_factory=dict)
    matches: list[_Match] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)

    def refuse(self, problem: RowProblem) -> None:
        """Count a row that is left out, and keep why as long as there is room."""
        self.wrong += 1
        self.problems += [problem] if len(self.problems) < PROBLEMS_KEPT else []


async def import_plants(house: House, request: ImportPlants, call: Call) -> PlantsImported:
    """Return what a register says of plants in the inventory's municipalities, and write what is new or otherwise.

    Raises `NotFoundError` for an unknown file, `FormatError` for what is no register, `UnavailableError` where there is
    no folder to write to.
    """
    file = kept_file(house, request.upload)
    found = await asyncio.to_thread(_read, house, file, request)
    places = {} if request.dry_run else await places_of(house)
    managed = {name for (kind, name), place in places.items() if kind == KIND and place.managed}
    written = {} if request.dry_run else await asyncio.to_thread(_write, house, found, managed, call)
    return _told(request, found, written)


def _read(house: House, file: KeptFile, request: ImportPlants) -> _Found:
    inventory = house.inventory()
    found = _Found(file)
    seen: set[str] = set()
    for line in read_register(inbox_of(house).path(file.digest), _mapping(request)):
        found.rows += 1
        if line.problem is not None:
            found.refuse(line.problem)
        elif line.plant is not None and (request.roofs or line.plant.kind is not PlantKind.PV_ROOF):
            _place(line.line, line.plant, inventory, found, seen)
    return found


def _mapping(request: ImportPlants) -> RegisterMapping:
    """Return how a request wants its file understood. Raises `RequestError` for a column of what is no field."""
    columns = dict(each.partition("=")[::2] for each in request.columns if each.strip())
    for name in columns:
        if name not in COLUMNS:
            raise RequestError("plants.field_unknown", field=name[:60], known=", ".join(COLUMNS))
    return RegisterMapping(
        columns=columns,
        header=request.header,
        encoding=request.encoding,
        delimiter=request.delimiter,
        decimal=request.decimal,
        thousands=request.thousands,
    )


def _place(line: int, said: RegisteredPlant, inventory: Inventory, found: _Found, seen: set[str]) -> None:
    """Match a plant by its number, in the municipality that has its key on the day of its commissioning or now."""
    there = [each for each in inventory.municipalities.values() if each.key == said.key]
    municipality = next((each for each in there if each.valid_to is None), there[0] if there else None)
    if municipality is None:
        found.elsewhere += 1
        found.keys[said.key] = None
        return
    if said.register_number in seen:
        found.refuse(RowProblem(line, "", said.register_number, Finding.of("plants.row_twice")))
        return
    seen.add(said.register_number)
    plants = (each for each in inventory.plants.values() if each.register_number == said.register_number)
    plant = next(plants, None)
    differences = tuple(_differences(plant, said, municipality)) if plant else ()
    found.matches.append(_Match(line, said, municipality, plant, differences))


def _values(said: RegisteredPlant, municipality: Municipality) -> dict[str, str]:
    """Return what a register says, as the inventory writes it."""
    written: Mapping[str, object] = {
        "kind": said.kind.value,
        "power_w": _plain(said.power_w),
        "municipality": municipality.id,
        "operator": said.operator,
        "register_number": said.register_number,
        "commissioned": said.commissioned.isoformat(),
        "latitude_deg": _plain(said.latitude_deg),
        "longitude_deg": _plain(said.longitude_deg),
        "height_m": _plain(said.height_m),
    }
    return {name: str(value) for name, value in written.items() if value}


def _plain(value: Decimal | None) -> str:
    return format(value.normalize(), "f") if value is not None else ""


def _differences(plant: Plant, said: RegisteredPlant, municipality: Municipality) -> Iterator[RegisterDifference]:
    for name, text in _values(said, municipality).items():
        own = getattr(plant, name)
        if name == "operator" and text.startswith(_OPERATORS_NUMBER):
            continue  # the XML knows operators by number alone; the inventory has their names
        if own is None or not _same(own, text):
            yield RegisterDifference(field=name, inventory="" if own is None else str(own), register=text)


def _same(own: object, text: str) -> bool:
    return Decimal(repr(own)) == Decimal(text) if isinstance(own, float) else str(own) == text


def _write(house: House, found: _Found, managed: set[str], call: Call) -> dict[str, Told | None]:
    """Write what is new or otherwise; return the plants that were to be written, with why one was not."""
    writer = house.managed
    taken = set(house.inventory().plants)
    outcome: dict[str, Told | None] = {}
    for match in found.matches:
        if writer is None or match.state in (RegisterState.SAME, RegisterState.ENDED):
            continue
        if match.plant and match.plant.id not in managed:
            outcome[match.said.register_number] = Told.of(Finding.of("plants.by_hand", plant=match.plant.id))
            continue
        outcome[match.said.register_number] = _written(writer, match, taken, call)
    house.reload()
    return outcome


def _written(writer: InventoryWriter, match: _Match, taken: set[str], call: Call) -> Told | None:
    values, actor = _values(match.said, match.municipality), call.actor.name
    try:
        if match.plant is None:
            id_ = free_id(slug_of(match.said.name, "anlage"), taken)
            taken.add(id_)
            first = {"name": match.said.name, "valid_from": match.said.commissioned.isoformat()}
            writer.add(KIND, id_, first | values, actor=actor, now_utc=call.now_utc)
        else:
            changed = {each.field: each.register for each in match.differences}
            writer.change_fields(KIND, match.plant.id, changed, actor=actor, now_utc=call.now_utc)
    except ConfigError as error:
        return Told.of(error.findings[0])
    except ServiceError as error:
        return Told.of(error.finding)
    return None


def _told(request: ImportPlants, found: _Found, written: Mapping[str, Told | None]) -> PlantsImported:
    rows = [_row(match, written) for match in found.matches]
    done = [row for row in rows if request.dry_run or row.written]
    return PlantsImported(
        name=found.file.name,
        dry_run=request.dry_run,
        rows=found.rows,
        added=sum(row.state is RegisterState.NEW for row in done),
        changed=sum(row.state is RegisterState.CHANGED for row in done),
        same=sum(row.state is RegisterState.SAME for row in rows),
        left_out=found.wrong,
        elsewhere=found.elsewhere,
        keys=tuple(found.keys)[:KEYS_SHOWN],
        plants=tuple(rows[:SHOWN]),
        problems=tuple(wrong_row(each) for each in found.problems),
    )


def _row(match: _Match, written: Mapping[str, Told | None]) -> RegisterRow:
    number = match.said.register_number
    return RegisterRow(
        line=match.line,
        register_number=number,
        name=match.said.name,
        kind=match.said.kind,
        power_w=float(match.said.power_w),
        municipality_name=match.municipality.name,
        state=match.state,
        id=match.plant.id if match.plant else None,
        differences=match.differences,
        written=number in written and written[number] is None,
        refused=written.get(number),
    )
