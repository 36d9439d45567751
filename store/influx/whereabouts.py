"""Under which tags the points of a source stand, from when on.

A point's tags are a part of what it is known by: written again under other tags it would be a second
point. So a source that moves keeps its old tags for instants before the move was seen, for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.inventory import Inventory
from core.measurements import tags_of
from store.influx.line import FIRST_MS, series
from store.influx.spoolfile import PlaceRow


class Whereabouts:
    """Tags by source and instant."""

    def __init__(self, rows: Iterable[PlaceRow], inventory: Callable[[], Inventory]) -> None:
        self._inventory = inventory
        self._seen: Inventory | None = None
        self._settled: set[str] = set()
        self._rows: dict[str, list[PlaceRow]] = {}
        self._unsaved: dict[tuple[str, int], PlaceRow] = {}
        self._prefixes: dict[tuple[str, str, int], str] = {}
        for row in rows:
            self._rows.setdefault(row.source, []).append(row)

    def settle(self, sources: Iterable[str], from_ms: Callable[[str], int]) -> list[PlaceRow]:
        """Take note of where the inventory says that sources are; return what must be remembered.

        `from_ms` gives an instant after all points that a source has already.
        """
        inventory = self._inventory()
        if inventory is not self._seen:
            self._seen = inventory
            self._settled = set()
        for source in set(sources) - self._settled:
            tags = tags_of(source, inventory)
            known = self._rows.get(source)
            if known is None or known[-1].tags != tags:
                row = PlaceRow(source, from_ms(source) if known else FIRST_MS, tags)
                self._rows[source] = [*(known or ()), row]
                self._unsaved[source, row.since_ms] = row
            self._settled.add(source)
        return list(self._unsaved.values())

    def hold(self, rows: Iterable[PlaceRow]) -> None:
        """Take note that these have been remembered."""
        for row in rows:
            self._unsaved.pop((row.source, row.since_ms), None)

    def prefix(self, measurement: str, source: str, at_ms: int) -> str:
        """Return how the line of a source's point begins; any thread may ask, once the source is settled."""
        rows = self._rows[source]
        place = len(rows) - 1
        while place and rows[place].since_ms > at_ms:
            place -= 1
        key = measurement, source, place
        found = self._prefixes.get(key)
        if found is None:
            found = self._prefixes[key] = series(measurement, rows[place].tags)
        return found
