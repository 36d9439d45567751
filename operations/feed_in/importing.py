"""Files of operators' statements: as they would be imported, imported, and taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from core.errors import ConflictError
from core.imports import FileImport, ImportState, KeptFile, RowProblem
from core.inventory import Inventory
from core.shares import FeedInStatement
from core.texts import Finding
from ingest.files.feed_in import FeedInMapping, LineSaid, read_feed_in
from operations.arrivals.import_reading import inbox_of, kept_file
from operations.arrivals.import_rows import wrong_row
from operations.feed_in.rows import FeedInImported, ImportFeedIn, feed_in_row
from operations.feed_in.statements import doubts_about, wrong_with
from operations.house import Call, House
from operations.values import Told

MAPPING: Final = "feed_in"
"""What stands as mapping on the record of such an import; as version 0, which no mapping that people save has."""

DISTRICT: Final = ""
"""What stands as site on the record: none, so that nobody sees it whose scope is limited to some sites."""

MOST_WRONG: Final = 2
"""If more than one line in so many is wrong, the columns are not those that the file has."""

SHOWN: Final = 20
PROBLEMS_KEPT: Final = 200

_COLUMNS: Final = {
    "plant": "plant_column",
    "month": "month_column",
    "fed_in_wh": "fed_in_column",
    "unavailable_wh": "unavailable_column",
    "curtailed_wh": "curtailed_column",
    "other_fictitious_wh": "other_fictitious_column",
    "negative_wh": "negative_column",
    "number": "number_column",
}


@dataclass(slots=True)
class _Found:
    """What a file comes to: its statements, and the lines that are left out."""

    file: KeptFile
    rows: int = 0
    wrong: int = 0
    statements: list[FeedInStatement] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)

    @property
    def refused(self) -> tuple[Finding, ...]:
        """Return why the file must not be imported."""
        if self.rows and self.wrong * MOST_WRONG > self.rows:
            return (Finding.of("feed_in.refused_rows", wrong=self.wrong, rows=self.rows),)
        return ()


async def import_feed_in(house: House, request: ImportFeedIn, call: Call) -> FeedInImported:
    """Keep what a file states; wrong lines are left out and told, and the same file again changes nothing.

    Raises `NotFoundError` for an unknown file, `FormatError` for what is no such table.
    """
    file = kept_file(house, request.upload)
    found = await asyncio.to_thread(_read, house, file, mapping_of(request), call)
    if request.dry_run or found.refused:
        known = await _known(house, found)
        return _told(house, request, found, len(found.statements) - known, None)
    if earlier := await _standing(house, file):
        return _told(house, request, found, 0, earlier.id)
    made = await house.ledger.save_import(_record(found, call))
    added = await house.ledger.keep_feed_in([replace(each, file_import=made.id) for each in found.statements])
    done = replace(made, state=ImportState.DONE, added=added, known=len(found.statements) - added)
    await house.ledger.save_import(done)
    return _told(house, request, found, added, made.id)


async def take_feed_in_back(house: House, made: FileImport, reason: str, call: Call) -> None:
    """Withdraw all statements that an import brought."""
    there = await house.ledger.feed_in_of_import(made.id)
    await house.ledger.withdraw_feed_in([each.id for each in there], call.actor.name, call.now_utc, reason)


def is_of_feed_in(made: FileImport) -> bool:
    """Return whether an import brought operators' statements."""
    return (made.mapping, made.version) == (MAPPING, 0)


def mapping_of(request: ImportFeedIn) -> FeedInMapping:
    """Return how a request wants its file understood."""
    pairs = (each.rpartition("=") for each in request.plants if each.strip())
    return FeedInMapping(
        columns={name: getattr(request, column) for name, column in _COLUMNS.items()},
        plants={name.strip(): plant.strip() for name, _, plant in pairs},
        unit=request.unit,
        header=request.header,
        sheet=request.sheet,
        encoding=request.encoding,
        delimiter=request.delimiter,
        decimal=request.decimal,
        thousands=request.thousands,
    )


def _read(house: House, file: KeptFile, mapping: FeedInMapping, call: Call) -> _Found:
    found = _Found(file)
    for said in _lines(house, file, mapping, call):
        found.rows += 1
        if isinstance(said, RowProblem):
            found.wrong += 1
            found.problems += [said] if len(found.problems) < PROBLEMS_KEPT else []
        else:
            found.statements.append(said)
    return found


def _lines(house: House, file: KeptFile, mapping: FeedInMapping, call: Call) -> Iterator[FeedInStatement | RowProblem]:
    seen: set[tuple[str, str]] = set()
    path = inbox_of(house).path(file.digest)
    for line in read_feed_in(path, mapping, _plant_of(house.inventory()), call.now_utc, call.actor.name):
        if line.problem is not None:
            yield line.problem
            continue
        yield _judged(house, line, seen, call)


def _judged(house: House, line: LineSaid, seen: set[tuple[str, str]], call: Call) -> FeedInStatement | RowProblem:
    """Return a line's statement, or why it is left out: what cannot be right is entered by hand."""
    statement = line.statement
    assert statement is not None  # noqa: S101 - a line has one or the other
    place = statement.plant, statement.month
    wrong = [*wrong_with(house, statement, call)]
    if not wrong:
        wrong += doubts_about(house, house.inventory().plants[statement.plant], statement, call)
    if place in seen:
        wrong.append(Finding.of("feed_in.row_twice", field="month", month=statement.month))
    seen.add(place)
    return line.refused(wrong[0]) if wrong else statement


def _plant_of(inventory: Inventory) -> Callable[[str], str | None]:
    """Return what finds a plant by its id, register number or name, in whatever case."""
    plants = inventory.plants.values()
    known = {each.name.casefold(): each.id for each in plants}
    known |= {each.register_number.casefold(): each.id for each in plants}
    known |= {each.id.casefold(): each.id for each in plants}
    return lambda said: known.get(said.casefold())


async def _standing(house: House, file: KeptFile) -> FileImport | None:
    """Return the import of the same file that still stands. Raises `ConflictError` where it was imported otherwise."""
    for earlier in await house.ledger.imports_of(file.digest):
        if earlier.state is ImportState.WITHDRAWN:
            continue
        if not is_of_feed_in(earlier):
            raise ConflictError("imports.imported_otherwise", id=earlier.id, mapping=earlier.mapping)
        if earlier.state is ImportState.DONE:
            return earlier
    return None


async def _known(house: House, found: _Found) -> int:
    """Return how many statements of a file are what counts already."""
    plants = {each.plant for each in found.statements}
    there = {(each.plant, each.month): each for each in await house.ledger.feed_in(plants, None)}
    return sum(_same(each, there.get((each.plant, each.month))) for each in found.statements)


def _same(one: FeedInStatement, other: FeedInStatement | None) -> bool:
    if other is None:
        return False
    return replace(one, id=0, file_import=None) == replace(
        other, id=0, file_import=None, entered_by=one.entered_by, entered_at_utc=one.entered_at_utc
    )


def _record(found: _Found, call: Call) -> FileImport:
    return FileImport(
        digest=found.file.digest,
        file=found.file.name,
        mapping=MAPPING,
        version=0,
        state=ImportState.RUNNING,
        made_by=call.actor.name,
        made_at_utc=call.now_utc,
        sites=(DISTRICT,),
        rows=found.rows,
        left_out=found.wrong,
        problems=tuple(found.problems),
    )


def _told(house: House, request: ImportFeedIn, found: _Found, added: int, number: int | None) -> FeedInImported:
    months = sorted(each.month for each in found.statements)
    inventory = house.inventory()
    return FeedInImported(
        id=number,
        name=found.file.name,
        dry_run=request.dry_run,
        rows=found.rows,
        added=added,
        known=len(found.statements) - added,
        left_out=found.wrong,
        plants=len({each.plant for each in found.statements}),
        first_month=months[0] if months else "",
        last_month=months[-1] if months else "",
        statements=tuple(feed_in_row(each, inventory) for each in found.statements[:SHOWN]),
        problems=tuple(wrong_row(each) for each in found.problems),
        refused=tuple(Told.of(each) for each in found.refused),
    )
