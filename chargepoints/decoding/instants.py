"""Device time as it comes: without a zone, from 1970, from the future.

Rule 4 of the ingest rules: a time before 2020 or more than five minutes ahead is replaced by the
receive time and marked. A time without a zone is taken for UTC, as OCPP recommends.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chargepoints.decoding.events import Stamp
from core.texts import Finding

_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(minutes=5)
_SHOWN = 40


def stamp_of(said: object, received_at_utc: datetime, findings: list[Finding]) -> Stamp:
    """Return the instant a station names, or the receive time where it names none that can be; `findings` tell."""
    if not isinstance(said, str) or not said:
        return Stamp("", received_at_utc, assumed=True)
    try:
        at = datetime.fromisoformat(said.strip())
        if at.tzinfo is None:
            findings.append(Finding.of("ocpp.time_zone_missing", said=said[:_SHOWN]))
            at = at.replace(tzinfo=UTC)
        at_utc = at.astimezone(UTC)
    except (ValueError, OverflowError):
        return _assumed("ocpp.time_unreadable", said, received_at_utc, findings)
    if at_utc < _EARLIEST:
        return _assumed("ocpp.time_in_past", said, received_at_utc, findings)
    if at_utc > received_at_utc + _AHEAD:
        return _assumed("ocpp.time_in_future", said, received_at_utc, findings)
    return Stamp(said, at_utc)


def _assumed(code: str, said: str, received_at_utc: datetime, findings: list[Finding]) -> Stamp:
    findings.append(Finding.of(code, said=said[:_SHOWN]))
    return Stamp(said, received_at_utc, assumed=True)
