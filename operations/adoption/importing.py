"""Many new charge points at once, from a list: each becomes an entry of the inventory, with a password of its own.

A row that is wrong costs only itself. The passwords are told this once; kept are their digests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from config.entries import merged
from config.splice import write_value
from config.values import is_slug
from core.errors import ConfigError, ServiceError, UnavailableError
from core.imports import KeptFile
from core.texts import Finding
from ingest.files.named import NamedLine
from ingest.files.stations import COLUMNS, read_stations
from operations.adoption.joining import joined, objection_to
from operations.arrivals.entry_proposals import slug_of
from operations.arrivals.import_reading import inbox_of, kept_file
from operations.arrivals.named_lists import NamedList, mapping_of
from operations.house import Call, House, InventoryWriter
from operations.keepers import EntryKind
from operations.values import Told

STATIONS: Final = "stations"
_PLAIN: Final = ("name", "site", "maker", "model", "serial_number", "security_profile", "valid_from")
_MOST_OUTLETS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportStations(NamedList):
    """A list of new charge points, read as said; `site` is where those are that name none."""

    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedStation:
    """A row: the charge point, whether it was written, its password shown this once, or why it was not."""

    line: int
    id: str
    wire_name: str
    site: str
    written: bool
    refused: Told | None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StationsImported:
    """What a list came to, written or, in a dry run, what would be. `url` stands before the name of each."""

    name: str
    dry_run: bool
    rows: int
    added: int
    left_out: int
    url: str
    stations: tuple[ImportedStation, ...]


@dataclass(slots=True)
class _Row:
    line: int
    id: str
    said: Mapping[str, str]
    refused: Finding | None = None
    secret: str | None = field(default=None, repr=False)
    written: bool = False


async def import_stations(house: House, request: ImportStations, call: Call) -> StationsImported:
    """Enter the charge points of a list.

    Raises `NotFoundError` for an unknown file, `FormatError` for what is none, `UnavailableError` where there is no
    folder to write to.
    """
    file = kept_file(house, request.upload)
    rows = await asyncio.to_thread(_read, house, file, request, call)
    if not request.dry_run:
        if house.managed is None:
            raise UnavailableError("inventory.no_folder")
        await asyncio.to_thread(_write, house, house.managed, rows, request, call)
    told = tuple(_shown(row, request) for row in rows)
    return StationsImported(
        name=file.name,
        dry_run=request.dry_run,
        rows=len(rows),
        added=sum(row.written or (request.dry_run and row.refused is None) for row in rows),
        left_out=sum(row.refused is not None for row in rows),
        url=house.charge_points_url,
        stations=told,
    )


def _read(house: House, file: KeptFile, request: ImportStations, call: Call) -> list[_Row]:
    taken = set(house.inventory().stations)
    rows = []
    for line in read_stations(
        inbox_of(house).path(file.digest), mapping_of(request, COLUMNS, "adoption.field_unknown")
    ):
        row = _Row(line.line, _id(line), line.said)
        row.refused = next(_wrong(house, row, request, taken, call), None)
        taken.add(row.id)
        rows.append(row)
    return rows


def _id(line: NamedLine) -> str:
    said = line.said.get("id", "")
    return said if is_slug(said) else slug_of(said, "station")


def _wrong(house: House, row: _Row, request: ImportStations, taken: set[str], call: Call) -> Iterator[Finding]:
    if not row.said.get("id"):
        yield Finding.of("adoption.row_without_name")
    if row.id in taken:
        yield Finding.of("adoption.row_known", station=row.id)
    site = row.said.get("site") or request.site
    if site not in house.inventory().sites:
        yield Finding.of("adoption.row_site_unknown", site=site[:60])
    elif not call.actor.sees(site):
        yield Finding.of("error.site_out_of_scope", site=site)
    outlets = row.said.get("outlets", "1")
    if not (outlets.isascii() and outlets.isdigit() and 1 <= int(outlets) <= _MOST_OUTLETS):
        yield Finding.of("adoption.row_outlets", found=outlets[:20], limit=_MOST_OUTLETS)
    if profile := row.said.get("profile"):
        yield from objection_to(house, profile)


def _fields(row: _Row, request: ImportStations, call: Call, house: House) -> dict[str, str]:
    said = {name: row.said[name] for name in _PLAIN if name in row.said}
    outlet = {"max_power_w": row.said.get("power_w", "22000"), "plug": row.said.get("plug", "Typ 2")}
    outlets = [{"number": number, **outlet} for number in range(1, int(row.said.get("outlets", "1")) + 1)]
    first = {
        "name": row.said["id"],
        "site": request.site,
        "valid_from": house.day(call.now_utc).isoformat(),
        "connectors": write_value(outlets),
    }
    wire = row.said["id"]
    return first | said | ({} if wire == row.id else {"identity": wire})


def _write(house: House, managed: InventoryWriter, rows: list[_Row], request: ImportStations, call: Call) -> None:
    """Write what is sound; a row that cannot be written costs only itself."""
    actor, now = call.actor.name, call.now_utc
    for row in rows:
        if row.refused is None:
            try:
                values: Mapping[str, Any] = merged(STATIONS, {}, _fields(row, request, call, house))
                managed.add(EntryKind.STATIONS, row.id, values, actor=actor, now_utc=now)
                row.secret, row.written = managed.settle_password(row.id).secret, True
            except ConfigError as error:
                row.refused = error.findings[0]
            except ServiceError as error:
                row.refused = error.finding
    house.reload()
    wanted: dict[str, list[str]] = {}
    for row in rows:
        if row.written and (profile := row.said.get("profile")):
            wanted.setdefault(profile, []).append(row.id)
    for profile, stations in wanted.items():
        joined(house, managed, profile, stations, call)
    house.reload()


def _shown(row: _Row, request: ImportStations) -> ImportedStation:
    return ImportedStation(
        line=row.line,
        id=row.id,
        wire_name=row.said.get("id", ""),
        site=row.said.get("site") or request.site,
        written=row.written,
        refused=Told.of(row.refused) if row.refused else None,
        secret=row.secret,
    )
