"""What charge points told of their outlets in the generated weeks: connected, free, charging, free again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from core.facts import ChargeSession, ConnectorStatus
from core.periods import Period
from core.station_events import WHOLE_STATION, Contact, StationEvent, StationEventKind

LATELY = timedelta(days=40)
"""So far back: this month and the one before are enough to look at."""


def past_events(sessions: Sequence[ChargeSession], period: Period) -> Iterator[StationEvent]:
    """Yield the events of the outlets that have sessions, of the last weeks of a period."""
    begin_utc = max(period.start_utc, period.end_utc - LATELY)
    outlets = sorted({(session.station, session.connector) for session in sessions})
    for station in sorted({station for station, _ in outlets}):
        yield _event(station, WHOLE_STATION, StationEventKind.CONNECTION, Contact.CONNECTED.value, begin_utc)
    for station, connector in outlets:
        yield _status(station, connector, ConnectorStatus.AVAILABLE, begin_utc)
    for session in sessions:
        if session.begun_at_utc > begin_utc and session.ended_at_utc is not None:
            yield _status(session.station, session.connector, ConnectorStatus.CHARGING, session.begun_at_utc)
            yield _status(session.station, session.connector, ConnectorStatus.AVAILABLE, session.ended_at_utc)


def _status(station: str, connector: int, status: ConnectorStatus, at_utc: datetime) -> StationEvent:
    return _event(station, connector, StationEventKind.STATUS, status.value, at_utc)


def _event(station: str, connector: int, kind: StationEventKind, code: str, at_utc: datetime) -> StationEvent:
    return StationEvent(
        station=station, connector=connector, kind=kind, code=code, at_utc=at_utc, received_at_utc=at_utc
    )
