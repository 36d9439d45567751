"""How wrong a station's clock is, by what it says and when that came. What it said stays as it was."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from chargepoints.decoding.events import TransactionEvidence

_SPREAD_S = 60.0
_DELAY_S = 120.0
_NO_DELAY_S = 30 * 86_400.0


def skew_s(evidence: Iterable[TransactionEvidence]) -> float | None:
    """Return by how much the clock is ahead (behind: negative), by the message with the least delay.

    None where no message names an instant, and where all may have waited in the station: they came at once
    but tell of a longer time.
    """
    pairs = [
        (said_utc, item.arrival.received_at_utc)
        for item in evidence
        if (said_utc := _said_utc(item.stamp.said)) is not None
    ]
    if not pairs:
        return None
    ahead_s = max((said_utc - received_utc).total_seconds() for said_utc, received_utc in pairs)
    if -_NO_DELAY_S < ahead_s < -_DELAY_S and _came_at_once(pairs):
        return None
    return round(ahead_s, 1)


def _came_at_once(pairs: list[tuple[datetime, datetime]]) -> bool:
    said, received = ([pair[place] for pair in pairs] for place in (0, 1))
    said_s = (max(said) - min(said)).total_seconds()
    received_s = (max(received) - min(received)).total_seconds()
    return said_s < _SPREAD_S or received_s < said_s / 2


def _said_utc(said: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(said.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
