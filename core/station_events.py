"""What happened at charge points: states, connections, errors, refused frames, and when work at them is planned."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Protocol

from core.periods import Period
from core.ports import Page
from core.texts import Finding

WHOLE_STATION = 0
"""The connector of what concerns the whole station."""

SERVICE = ""
"""The station of an event that concerns the service itself."""

SPAN = timedelta(minutes=15)
"""Equal events of a countable kind within such a quarter of an hour are one event with a count."""


class StationEventKind(StrEnum):
    """What an event is about, and what its `code` says."""

    STATUS = "status"
    """An outlet's state changed; `code` is a `ConnectorStatus`."""
    ERROR = "error"
    """A station reported an error; `code` is its OCPP error code, `info` what the maker adds."""
    CONNECTION = "connection"
    """A station came or went; `code` is a `Contact`."""
    BOOT = "boot"
    """A station started; `code` is its firmware, `info` maker and model."""
    TURNED_AWAY = "turned_away"
    """A connection was refused; `code` is the finding's."""
    REFUSED = "refused"
    """A message could not be used; `code` is the finding's."""
    NOTICE = "notice"
    """Something odd that cost nothing; `code` is the finding's, or the name of the repaired breach."""
    ANSWER = "answer"
    """An answer to a call of ours that came late, unasked for, never, or was an error."""
    SECURITY = "security"
    """A security event; `code` is its OCPP type."""
    FIRMWARE = "firmware"
    """How far an update of the firmware is; `code` is the OCPP status."""
    LOG = "log"
    """How far an upload of logs is; `code` is the OCPP status."""
    MONITOR = "monitor"
    """What a station's own monitor noticed; `code` is the variable's name."""
    LIMIT = "limit"
    """Somebody else limited a station, or no longer does; `code` is who."""
    RESERVATION = "reservation"
    """A reservation ended; `code` is why."""
    MAKER = "maker"
    """A maker's own message; `code` is the vendor's name."""
    SERVICE = "service"
    """The service itself was `started` or `stopped`: in between nobody knows anything of any station."""


class Contact(StrEnum):
    """Whether a station is connected, and if not, why."""

    CONNECTED = "connected"
    REPLACED = "replaced"
    """A newer socket took the place of one that was still open: the station stays connected."""
    CLOSED = "closed"
    SILENT = "silent"
    """No sign of life; we hung up."""
    SERVICE_STOPPED = "service_stopped"

    @property
    def up(self) -> bool:
        """Return whether the station is connected from then on."""
        return self in (Contact.CONNECTED, Contact.REPLACED)


COUNTED = frozenset(
    {
        StationEventKind.TURNED_AWAY,
        StationEventKind.REFUSED,
        StationEventKind.NOTICE,
        StationEventKind.ANSWER,
    }
)
"""The kinds whose equal events are counted per `SPAN`: a flood of them is a few rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationEvent:
    """Something that happened at an outlet, a station (connector 0) or the service (station empty).

    `at_utc` is the station's own instant where it gave one. `frame` and `last_frame` are journal ids, 0 where
    no frame tells of it: then it cannot be found again in the journal. `info` is the station's own text.
    """

    station: str
    kind: StationEventKind
    at_utc: datetime
    received_at_utc: datetime
    code: str
    connector: int = WHOLE_STATION
    info: str = ""
    finding: Finding | None = None
    count: int = 1
    frame: int = 0
    last_frame: int = 0

    @property
    def id(self) -> str:
        """Return what names it: the same whenever it is read from the journal again."""
        begun_at_utc = span_of(self.received_at_utc) if self.kind in COUNTED else self.received_at_utc
        parts = [self.station, str(self.connector), self.kind.value, self.code, begun_at_utc.isoformat()]
        if self.kind not in COUNTED:
            parts += [self.at_utc.isoformat(), str(self.frame), self.info]
        return blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()


def span_of(at_utc: datetime) -> datetime:
    """Return the begin of the quarter hour in which equal events are counted together."""
    return at_utc.replace(minute=at_utc.minute - at_utc.minute % 15, second=0, microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StationEventFilter:
    """Which events, by when they were received; newest first. None: all."""

    stations: frozenset[str] | None = None
    kinds: frozenset[StationEventKind] | None = None
    period: Period | None = None
    connector: int | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCount:
    """How often something happened at a station."""

    station: str
    kind: StationEventKind
    code: str
    count: int


class StationEventBook(Protocol):
    """Keeps what happened at charge points."""

    async def save_events(self, events: Sequence[StationEvent]) -> None:
        """Insert events, or replace the counts of those that are there."""
        ...

    async def station_events(self, wanted: StationEventFilter) -> Page[StationEvent]:
        """Return events, newest first."""
        ...

    async def station_course(self, stations: Collection[str] | None, period: Period) -> tuple[StationEvent, ...]:
        """Return states and contacts in a period and the newest of each before it, by the station's own instant.

        With them come the starts and stops of the service.
        """
        ...

    async def event_counts(
        self, kinds: Collection[StationEventKind], period: Period, stations: Collection[str] | None = None
    ) -> tuple[EventCount, ...]:
        """Return how often each code of these kinds was received in a period, by station, kind and code."""
        ...

    async def newest_events(self, after_frame: int, since_utc: datetime) -> tuple[StationEvent, ...]:
        """Return what a start goes on from.

        That is the newest state of each outlet, the newest event of the service, and what was counted from
        frames above `after_frame` or since an instant.
        """
        ...

    async def forget_journalled_events(self, first_frame: int, station: str | None = None) -> int:
        """Delete events of frames from this one on (of a station), to be made from them again; return how many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """Planned work at a station, or at all stations of a site. `id` is 0 until the ledger has given one."""

    station: str | None
    site: str | None
    period: Period
    reason: str
    added_by: str
    added_at_utc: datetime
    cancelled_by: str = ""
    cancelled_at_utc: datetime | None = None
    id: int = 0


class MaintenanceBook(Protocol):
    """Keeps planned work at charge points."""

    async def add_maintenance(self, maintenance: Maintenance) -> Maintenance:
        """Keep planned work; return it with its id."""
        ...

    async def maintenance(self, id: int) -> Maintenance | None:  # noqa: A002
        """Return one, None if there is none."""
        ...

    async def maintenances(self, period: Period | None = None) -> tuple[Maintenance, ...]:
        """Return what is planned in a period (or ever), the cancelled too, by begin."""
        ...

    async def cancel_maintenance(self, id: int, by: str, at_utc: datetime) -> Maintenance | None:  # noqa: A002
        """Cancel planned work and return it; the first to do so stays. None: there is no such."""
        ...
