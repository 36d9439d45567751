"""A past that is written into memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from core.facts import ChargeSession, GeneratedSpan, LastValue
from core.fleet import Presence
from core.inventory import Inventory
from core.quantities import Quantity
from core.readings import ReadingQuality
from core.station_events import StationEvent
from core.vouchers import Voucher
from core.work import MeterEvent
from demo.history import HistoryResult, write_history

END = datetime(2026, 11, 22, 9, 52, 31, tzinfo=UTC)
WH = Quantity.ENERGY_IMPORT_WH


@dataclass
class Archive:
    """A bulk sink and the books of history, in memory."""

    series: dict[tuple[str, Quantity], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    saved: dict[str, ChargeSession] = field(default_factory=dict)
    spans: dict[tuple[str, datetime], GeneratedSpan] = field(default_factory=dict)
    booked: list[MeterEvent] = field(default_factory=list)
    presences: dict[tuple[str, datetime], Presence] = field(default_factory=dict)
    vouchers: dict[tuple[str, str, datetime, str], Voucher] = field(default_factory=dict)
    events: dict[str, StationEvent] = field(default_factory=dict)
    fails_after: int = 10**9

    async def put_series(
        self, source: str, quantity: Quantity, at_ms: Iterable[int], values: Iterable[float], received_at_utc: datetime
    ) -> int:
        assert received_at_utc >= END
        self.fails_after -= 1
        if self.fails_after < 0:
            raise ConnectionError
        at, value = np.asarray(at_ms), np.asarray(values)
        assert at.dtype == np.int64
        assert value.dtype == np.float64
        assert np.all(np.diff(at) > 0)
        before_at, before = self.series.get((source, quantity), (at[:0], value[:0]))
        kept = ~np.isin(before_at, at)
        self.series[source, quantity] = np.append(before_at[kept], at), np.append(before[kept], value)
        return len(at)

    def last(self) -> tuple[LastValue, ...]:
        return tuple(
            LastValue(
                source=source,
                quantity=quantity,
                at_utc=datetime.fromtimestamp(at_ms[-1] / 1000, UTC),
                value=float(values[-1]),
                quality=ReadingQuality.MEASURED,
                received_at_utc=END,
            )
            for (source, quantity), (at_ms, values) in self.series.items()
        )

    async def book(self, event: MeterEvent) -> MeterEvent:
        self.booked.append(event)
        return event

    async def bookings_made(self, source: str) -> tuple[MeterEvent, ...]:
        return tuple(event for event in self.booked if event.source == source)

    async def save_sessions(self, sessions: Sequence[ChargeSession]) -> None:
        self.saved |= {session.id: session for session in sessions}

    async def save_events(self, events: Sequence[StationEvent]) -> None:
        self.events |= {event.id: event for event in events}

    async def save_presences(self, presences: Sequence[Presence]) -> None:
        self.presences |= {(each.vehicle, each.since_utc): each for each in presences}

    async def keep_vouchers(self, vouchers: Sequence[Voucher]) -> int:
        self.vouchers |= {(each.vehicle, each.kind, each.at_utc, each.number): each for each in vouchers}
        return len(vouchers)

    async def mark_generated(self, spans: Sequence[GeneratedSpan]) -> None:
        self.spans |= {(span.source, span.start_utc): span for span in spans}

    async def generated_spans(self) -> tuple[GeneratedSpan, ...]:
        return tuple(self.spans.values())

    def of(self, source: str, quantity: Quantity = WH) -> tuple[np.ndarray, np.ndarray]:
        return self.series[source, quantity]


async def write(
    inventory: Inventory,
    archive: Archive,
    *,
    seed: int = 7,
    end: datetime = END,
    months: int = 13,
    last: Sequence[LastValue] = (),
) -> HistoryResult:
    return await write_history(
        inventory,
        archive,  # type: ignore[arg-type]
        archive,  # type: ignore[arg-type]
        end,
        token_of=lambda uid: f"tag:{uid.lower()}",
        seed=seed,
        months=months,
        last=last,
    )
