"""What went over connections, as the state of the service shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass

from chargepoints.connection import StationConnection


@dataclass(frozen=True, slots=True)
class Traffic:
    """What went over connections."""

    frames: int = 0
    refused: int = 0
    repeated: int = 0
    unsolicited: int = 0
    late: int = 0

    @classmethod
    def of(cls, connection: StationConnection) -> Traffic:
        """Return the traffic of one connection so far."""
        answering, calls = connection.answering, connection.calls
        return cls(connection.frames, answering.refused, answering.repeated, calls.unsolicited, calls.late)

    @classmethod
    def sum(cls, parts: Iterable[Traffic]) -> Traffic:
        """Return the traffic of all together."""
        return cls(*(sum(column) for column in zip(*map(astuple, parts), strict=True)))
