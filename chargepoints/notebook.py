"""What was odd, refused or unknown, gathered between two writes so that a flood costs little."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chargepoints.chronicle import Chronicle
from core.books import RejectionBook
from core.facts import Discovery, Notice, Rejection
from core.station_events import StationEventKind
from core.texts import Finding

_REJECTIONS_AT_ONCE = 200
_SUBJECTS_AT_ONCE = 200
_SUBJECT_CHARS = 100
_STATION = "station:"


class Notebook:
    """Notices and discoveries with their counts, and rejections, until they are written.

    Of more rejections or unknown names than a write takes, the rest is only counted
    (`left_out`); the journal has every frame. All of it is in the station's `chronicle` too.
    """

    def __init__(self) -> None:
        self.left_out = 0
        self.rejected = 0
        self.chronicle = Chronicle()
        self._notices: dict[tuple[str, str], Notice] = {}
        self._discoveries: dict[tuple[str, str], Discovery] = {}
        self._rejections: list[Rejection] = []

    def notice(
        self,
        source: str,
        finding: Finding,
        at_utc: datetime,
        *,
        kind: StationEventKind = StationEventKind.NOTICE,
        frame: int = 0,
    ) -> None:
        """Note something odd about a source that cost no reading; `frame` tells of it, where one does."""
        if source.startswith(_STATION):
            station = source.removeprefix(_STATION).partition("/")[0]
            self.chronicle.count(station, kind, finding, at_utc, frame)
        key = source, finding.code
        known = self._notices.get(key)
        self._notices[key] = (
            Notice(source=source, finding=finding, first_seen_utc=at_utc, last_seen_utc=at_utc)
            if known is None
            else replace(known, finding=finding, last_seen_utc=at_utc, count=known.count + 1)
        )

    def discover(self, channel: str, subject: str, at_utc: datetime, hint: str = "") -> None:
        """Note a station or tag that nobody configured."""
        key = channel, subject[:_SUBJECT_CHARS]
        known = self._discoveries.get(key)
        if known is not None:
            self._discoveries[key] = replace(known, last_seen_utc=at_utc, count=known.count + 1)
        elif len(self._discoveries) < _SUBJECTS_AT_ONCE:
            self._discoveries[key] = Discovery(
                channel=channel, subject=key[1], first_seen_utc=at_utc, last_seen_utc=at_utc, hint=hint
            )
        else:
            self.left_out += 1

    def reject(self, station: str, reason: Finding, payload: bytes, at_utc: datetime, frame: int = 0) -> None:
        """Note a frame that was not used, and its journal id."""
        self.rejected += 1
        self.chronicle.count(station, StationEventKind.REFUSED, reason, at_utc, frame)
        if len(self._rejections) >= _REJECTIONS_AT_ONCE:
            self.left_out += 1
            return
        self._rejections.append(
            Rejection(channel="ocpp", subject=station, reason=reason, payload=payload, received_at_utc=at_utc)
        )

    async def write(self, book: RejectionBook) -> None:
        """Write what was gathered."""
        notices, self._notices = self._notices, {}
        discoveries, self._discoveries = self._discoveries, {}
        rejections, self._rejections = self._rejections, []
        if rejections:
            await book.reject(rejections)
        if discoveries:
            await book.discover(tuple(discoveries.values()))
        if notices:
            await book.notice(tuple(notices.values()))
