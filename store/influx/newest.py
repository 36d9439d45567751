"""The newest reading of every series: what is shown as last value, and what tells late readings from new ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from core.facts import LastValue
from core.intervals import SeriesKey
from core.quantities import Quantity
from store.influx.line import FIRST_MS
from store.influx.spoolfile import LatestRow
from store.points.columns import to_utc
from store.points.schema import QUALITIES


class Newest:
    """Newest readings by series. `held` is what is durable, `_seen` what has been put, which may not be yet."""

    def __init__(self, rows: Iterable[LatestRow]) -> None:
        self._held = {(row.source, Quantity(row.quantity)): row for row in rows}
        self._seen = dict(self._held)
        self._at_ms: dict[str, int] = {}
        for (source, _), row in self._held.items():
            self._at_ms[source] = max(row.at_ms, self._at_ms.get(source, row.at_ms))

    def note(self, row: LatestRow) -> bool:
        """Take note of a reading on its way; return whether it is its series' newest now."""
        key = row.source, Quantity(row.quantity)
        seen = self._seen.get(key)
        if seen is not None and row.at_ms < seen.at_ms:
            return False
        self._seen[key] = row
        self._at_ms[row.source] = max(row.at_ms, self._at_ms.get(row.source, row.at_ms))
        return True

    def seen(self, key: SeriesKey) -> LatestRow | None:
        """Return the newest row that was put."""
        return self._seen.get(key)

    def newest_ms(self, source: str) -> int:
        """Return the newest instant of a source; of one without readings, the first there is."""
        return self._at_ms.get(source, FIRST_MS)

    def hold(self, rows: Iterable[LatestRow]) -> None:
        """Take over what has become durable."""
        for row in rows:
            key = row.source, Quantity(row.quantity)
            held = self._held.get(key)
            if held is None or row.at_ms >= held.at_ms:
                self._held[key] = row

    def renew(self, key: SeriesKey, row: LatestRow | None) -> None:
        """Take over which reading is a series' newest after others have been deleted; None if none is left."""
        for rows in (self._held, self._seen):
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row

    def values(self, sources: Collection[str] | None) -> tuple[LastValue, ...]:
        """Return the newest value of each series of these sources, or of all, by source and quantity."""
        wanted = None if sources is None else frozenset(sources)
        return tuple(
            LastValue(
                source=source,
                quantity=quantity,
                at_utc=to_utc(row.at_ms),
                value=row.value,
                quality=QUALITIES[row.quality],
                received_at_utc=to_utc(row.received_ms),
            )
            for (source, quantity), row in sorted(self._held.items())
            if wanted is None or source in wanted
        )
