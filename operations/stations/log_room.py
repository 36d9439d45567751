"""That there was no room for a log: an event of the station that should have left it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.station_events import StationEvent, StationEventBook, StationEventKind
from core.texts import Finding

NO_ROOM: Final = "logs.no_room"
"""The event, and its finding, of a log that was larger than the room there was for it."""


async def note_no_room(book: StationEventBook, station: str, room_bytes: int, now_utc: datetime) -> None:
    """Write into a station's events that its log found no room."""
    finding = Finding.of(NO_ROOM, room_mb=room_bytes // 1_000_000)
    event = StationEvent(
        station=station,
        kind=StationEventKind.NOTICE,
        at_utc=now_utc,
        received_at_utc=now_utc,
        code=NO_ROOM,
        finding=finding,
    )
    await book.save_events([event])
