"""What happens at an outlet beside its transactions, and tells of them: a start, a free outlet, a pause.

A transaction whose end never comes is over when its outlet is free again, when the next one begins there,
or when the station started anew and says no more of it. Nothing else ends one: no time-out, no guess.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from chargepoints.decoding.events import Arrival, Booted, Event, EvidenceKind, StatusReported, TransactionEvidence
from core.facts import ConnectorStatus

_KEPT = 16


class SignKind(StrEnum):
    """What happened."""

    BOOT = "boot"
    FREE = "free"
    NEXT = "next"
    PAUSED = "paused"
    FLOWING = "flowing"

    @property
    def closes(self) -> bool:
        """Return whether a transaction that says no more after it is over."""
        return self in (SignKind.BOOT, SignKind.FREE, SignKind.NEXT)


class Sign(NamedTuple):
    """Something that happened at an outlet (None: the whole station); `transaction` is the one that begins.

    `by_our_clock`: the station gave no time, so it is the one at which it was heard.
    """

    kind: SignKind
    at_utc: datetime
    connector: int | None = None
    transaction: str = ""
    by_our_clock: bool = False

    def concerns(self, connector: int | None) -> bool:
        """Return whether it happened at an outlet."""
        return self.connector is None or self.connector == connector


_OF_STATUS = {
    ConnectorStatus.AVAILABLE: SignKind.FREE,
    ConnectorStatus.CHARGING: SignKind.FLOWING,
    ConnectorStatus.SUSPENDED_EV: SignKind.PAUSED,
    ConnectorStatus.SUSPENDED_EVSE: SignKind.PAUSED,
    ConnectorStatus.FINISHING: SignKind.PAUSED,
}


def sign_of(arrival: Arrival, event: Event) -> Sign | None:
    """Return what an event tells of the transactions at its outlet, None if nothing."""
    match event:
        case Booted():
            return Sign(SignKind.BOOT, arrival.received_at_utc, by_our_clock=True)
        case StatusReported() if event.connector and event.status in _OF_STATUS:
            stamp = event.stamp
            return Sign(_OF_STATUS[event.status], stamp.at_utc, event.connector, by_our_clock=stamp.assumed)
        case TransactionEvidence(kind=EvidenceKind.BEGIN) if event.connector:
            stamp = event.stamp
            return Sign(SignKind.NEXT, stamp.at_utc, event.connector, event.transaction, by_our_clock=stamp.assumed)
    return None


class RecentSigns:
    """The last signs of each outlet, for transactions that are heard of only after them."""

    def __init__(self) -> None:
        self._of: dict[str, dict[int | None, deque[Sign]]] = {}

    def add(self, station: str, sign: Sign) -> bool:
        """Remember a sign; return False if it is known."""
        known = self._of.setdefault(station, {}).setdefault(sign.connector, deque(maxlen=_KEPT))
        if sign in known:
            return False
        known.append(sign)
        return True

    def around(self, station: str) -> Iterable[Sign]:
        """Return what is known of a station and all its outlets."""
        for signs in self._of.get(station, {}).values():
            yield from signs
