"""Past sessions from other systems: looked through, and kept beside the recorded ones, never in their place.

The file that was handed in may hold numbers of cards in the clear: it is removed once it was taken in.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2s
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from annotated_types import Ge, Le

from core.books import SessionFilter
from core.errors import RequestError, UnavailableError
from core.facts import ChargeSession, Origin, Protocol, SessionState
from core.imports import RowProblem
from core.inventory import Station
from core.periods import Period
from core.texts import Finding
from ingest.files.charge_sessions import COLUMNS, PastLine, PastMapping, PastSession, read_sessions
from operations.arrivals.import_reading import inbox_of, kept_file
from operations.arrivals.import_rows import wrong_row
from operations.charging.corrections import MOST_POWER_W, again
from operations.charging.import_records import keep_sessions
from operations.charging.rows import SessionsImported
from operations.house import Call, House

PROBLEMS_KEPT: Final = 200
_AT_ONCE: Final = 500
_TOLERANCE: Final = timedelta(minutes=2)
_LONGEST: Final = timedelta(days=40)
_HOUR: Final = timedelta(hours=1)
_DIGEST_BYTES: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSessions:
    """A file of past sessions that was handed in, by its digest; the command line takes its path.

    `columns` say which column holds what, as `field=column`; those that are not named are found by known names.
    `stations` translate names of the file, as `name=station`. Energies are in `unit`. With `dry_run` nothing is kept.
    """

    upload: str = field(metadata={"upload": True})
    dry_run: bool = False
    columns: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    unit: Literal["kWh", "Wh"] = "kWh"
    header: Annotated[int, Ge(0), Le(200)] = 1
    encoding: Literal["", "utf-8", "utf-8-sig", "utf-16", "cp1252"] = ""
    delimiter: Literal["", ";", ",", "\t", "|"] = ""
    decimal: Literal[",", "."] = ","
    thousands: Literal["", ".", ",", " ", "'"] = "."


@dataclass(slots=True)
class _Found:
    rows: int = 0
    known: int = 0
    twins: int = 0
    wrong: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    fresh: list[ChargeSession] = field(default_factory=list)

    def refuse(self, problem: RowProblem) -> None:
        self.wrong += 1
        self.problems += [problem] if len(self.problems) < PROBLEMS_KEPT else []


async def import_sessions(house: House, request: ImportSessions, call: Call) -> SessionsImported:
    """Return what a file says of past sessions, and keep those that are new, marked as imported.

    What it brought can be taken back as a whole (`imports.withdraw`); the same file again brings nothing twice.
    Raises `NotFoundError` for an unknown file, `FormatError` for what is no table of sessions.
    """
    file = kept_file(house, request.upload)
    path, zone = inbox_of(house).path(file.digest), ZoneInfo(house.time_zone)
    lines = await asyncio.to_thread(lambda: list(read_sessions(path, _mapping(request), zone)))
    found = await _judged(house, request, lines, call)
    number = None
    if not request.dry_run:
        if found.fresh:
            out = found.wrong + found.twins
            number = await keep_sessions(
                house, file, found.fresh, call, rows=found.rows, known=found.known, left_out=out
            )
        await asyncio.to_thread(path.unlink, missing_ok=True)
        await again(house, found.fresh, call)
    return SessionsImported(
        id=number,
        name=file.name,
        dry_run=request.dry_run,
        rows=found.rows,
        added=len(found.fresh),
        known=found.known,
        twins=found.twins,
        left_out=found.wrong,
        problems=tuple(wrong_row(each) for each in found.problems),
    )


def _mapping(request: ImportSessions) -> PastMapping:
    columns = dict(each.partition("=")[::2] for each in request.columns if each.strip())
    for name in columns:
        if name not in COLUMNS:
            raise RequestError("sessions.field_unknown", field=name[:60], known=", ".join(COLUMNS))
    return PastMapping(
        columns=columns,
        unit=request.unit,
        header=request.header,
        encoding=request.encoding,
        delimiter=request.delimiter,
        decimal=request.decimal,
        thousands=request.thousands,
    )


async def _judged(house: House, request: ImportSessions, lines: list[PastLine], call: Call) -> _Found:
    found, there = _Found(), dict[str, list[ChargeSession]]()
    names = dict(each.partition("=")[::2] for each in request.stations if each.strip())
    for line in lines:
        found.rows += 1
        if line.problem is not None or line.session is None:
            found.refuse(line.problem or RowProblem(line.line, "", "", Finding.of("imports.row.empty")))
            continue
        station = _station(house, names, line.session.station, call)
        wrong = _wrong(line.session, station, call)
        if station is None or wrong is not None:
            found.refuse(RowProblem(line.line, "", line.session.station, wrong or Finding.of("sessions.row_station")))
            continue
        if station.id not in there:
            there[station.id] = await _sessions(house, station.id, lines)
        session = _session(house, station, line.session)
        if any(other.id == session.id for other in there[station.id]):
            found.known += 1
        elif any(_is_twin(session, other) for other in there[station.id]):
            found.twins += 1
        else:
            found.fresh.append(session)
            there[station.id].append(session)
    return found


def _station(house: House, names: dict[str, str], said: str, call: Call) -> Station | None:
    stations = house.inventory().stations
    wanted = names.get(said, said)
    known = stations.get(wanted) or next((each for each in stations.values() if each.name == wanted), None)
    return known if known is not None and call.actor.sees(known.site) else None


def _wrong(past: PastSession, station: Station | None, call: Call) -> Finding | None:
    if station is None:
        return Finding.of("sessions.row_station")
    if past.ended_at_utc > call.now_utc:
        return Finding.of("sessions.in_the_future")
    outlet = next((each for each in station.connectors if each.number == past.connector), None)
    limit_wh = (outlet.max_power_w if outlet else None) or MOST_POWER_W
    limit_wh *= (past.ended_at_utc - past.begun_at_utc + _TOLERANCE) / _HOUR
    if past.energy_wh > limit_wh:
        return Finding.of("sessions.energy_impossible", limit_wh=round(limit_wh))
    return None


def _session(house: House, station: Station, past: PastSession) -> ChargeSession:
    if past.tag and house.pseudonym is None:
        raise UnavailableError("config.cards_without_key")
    told = f"{past.connector}|{past.begun_at_utc.isoformat()}|{past.transaction}"
    number = blake2s(told.encode(), digest_size=_DIGEST_BYTES).hexdigest()
    return ChargeSession(
        id=f"{station.id}-i{number}",
        station=station.id,
        connector=past.connector,
        protocol=Protocol.OCPP_16,
        transaction=past.transaction,
        state=SessionState.ENDED,
        begun_at_utc=past.begun_at_utc,
        ended_at_utc=past.ended_at_utc,
        tag=house.pseudonym(past.tag) if past.tag and house.pseudonym else None,
        energy_wh=past.energy_wh,
        stop_reason=past.stop_reason or None,
        origin=Origin.IMPORTED,
    )


def _is_twin(session: ChargeSession, other: ChargeSession) -> bool:
    if session.connector != other.connector:
        return False
    until_utc = other.ended_at_utc
    later = until_utc is None or until_utc > session.begun_at_utc
    return session.begun_at_utc == other.begun_at_utc or (
        later and session.ended_at_utc is not None and other.begun_at_utc < session.ended_at_utc
    )


async def _sessions(house: House, station: str, lines: list[PastLine]) -> list[ChargeSession]:
    """Return the sessions of a station in the time of a file."""
    begun = [line.session.begun_at_utc for line in lines if line.session]
    ended = [line.session.ended_at_utc for line in lines if line.session]
    period = Period(min(begun) - _LONGEST, max(ended) + timedelta(microseconds=1))
    found: list[ChargeSession] = []
    cursor = None
    while True:
        wanted = SessionFilter(stations=frozenset({station}), period=period, limit=_AT_ONCE, cursor=cursor)
        page = await house.ledger.sessions(wanted)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found
