"""What was taken over from a file of past sessions: on record, and taken back as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from core.facts import ChargeSession
from core.imports import SESSIONS, FileImport, ImportPart, ImportState, KeptFile
from core.quantities import Quantity
from energy.register_walk import epoch_ms
from operations.charging.corrections import again
from operations.house import Call, House


def is_of_sessions(made: FileImport) -> bool:
    """Return whether an import brought past charge sessions."""
    return (made.mapping, made.version) == (SESSIONS, 0)


async def keep_sessions(
    house: House, file: KeptFile, sessions: Sequence[ChargeSession], call: Call, *, rows: int, known: int, left_out: int
) -> int:
    """Keep the sessions that a file brings, and what it brought; return the import's number.

    What it brings is on record before it is there: an import that ends half-way can be taken back.
    """
    stations = house.inventory().stations
    begun = [session.begun_at_utc for session in sessions]
    made = await house.ledger.save_import(
        FileImport(
            digest=file.digest,
            file=file.name,
            mapping=SESSIONS,
            version=0,
            state=ImportState.RUNNING,
            made_by=call.actor.name,
            made_at_utc=call.now_utc,
            sites=tuple(sorted({stations[session.station].site for session in sessions})),
            first_utc=min(begun),
            last_utc=max(begun),
            added=len(sessions),
            rows=rows,
            known=known,
            left_out=left_out,
        )
    )
    for part in _parts(sessions):
        await house.ledger.save_part(made.id, part)
    await house.ledger.save_sessions(sessions)
    await house.ledger.save_import(replace(made, state=ImportState.DONE))
    return made.id


async def take_sessions_back(house: House, made: FileImport, call: Call) -> None:
    """Take all sessions away that an import brought, and compute again what rests on them.

    Raises `ConflictError` where a booking about one of them is in force.
    """
    begun_ms: dict[tuple[str, int], frozenset[int]] = {}
    for part in await house.ledger.parts(made.id):
        station, _, connector = part.source.removeprefix("station:").rpartition("/")
        begun_ms[station, int(connector)] = frozenset(part.at_ms)
    await again(house, await house.ledger.take_imported_back(begun_ms), call)


def _parts(sessions: Sequence[ChargeSession]) -> list[ImportPart]:
    outlets: defaultdict[str, list[ChargeSession]] = defaultdict(list)
    for session in sessions:
        outlets[session.source].append(session)
    return [
        ImportPart(
            source=source,
            quantity=Quantity.ENERGY_SESSION_WH,
            at_ms=tuple(sorted({epoch_ms(session.begun_at_utc) for session in brought})),
            total=round(sum(1000 * (session.energy_wh or 0.0) for session in brought)),
        )
        for source, brought in sorted(outlets.items())
    ]
