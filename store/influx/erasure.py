"""Taking back readings that an import had brought, from an InfluxDB that can delete (1.x and 2.x).

A point holds all quantities of a source at an instant, and a deletion takes whole points between two instants. So
all that stands there besides is read first, and is in the spool right behind the deletion, in the same commit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.intervals import SeriesKey
from core.measurements import READING, TAG_KEYS
from core.periods import Period
from store.influx.inlet import Inlet, entries, quality_of, received_of
from store.influx.line import number
from store.influx.newest import Newest
from store.influx.reader import Reader
from store.influx.sender import Sender
from store.influx.server import Deletion, Server
from store.influx.spoolfile import Entry, Kind
from store.influx.whereabouts import Whereabouts
from store.points.columns import to_utc

_AT_ONCE: Final = 2_000
_THIRD: Final = 3


@dataclass(frozen=True, slots=True)
class _Found:
    """How many readings are to go, and the fields of the points that stay, by instant."""

    gone: int
    left: Mapping[int, str]


class Erasure:
    """`core.imports.Eraser`."""

    def __init__(self, server: Server, reader: Reader, inlet: Inlet, newest: Newest, sender: Sender) -> None:
        self._server = server
        self._reader = reader
        self._inlet = inlet
        self._newest = newest
        self._sender = sender

    async def can_erase(self) -> bool:
        """Return whether readings can be deleted: InfluxDB 3 has no such call. Raises `StoreError` while it is away."""
        if self._server.settings.version >= _THIRD:
            return False
        await self._sender.emptied()
        await self._server.ping()
        return True

    async def erase(self, key: SeriesKey, at_ms: Collection[int]) -> int:
        """Delete the readings of a series at these instants; return how many there were."""
        ordered, gone = sorted(at_ms), 0
        for start in range(0, len(ordered), _AT_ONCE):
            async with self._inlet.without(key[0]):
                gone += await self._erase_part(key, ordered[start : start + _AT_ONCE])
        return gone

    async def _erase_part(self, key: SeriesKey, at_ms: Sequence[int]) -> int:
        await self._sender.emptied()
        found = await self._found(key, at_ms)
        if found.gone:
            deletion = Deletion(READING, at_ms[0], at_ms[-1], {"source": key[0]})
            pack = _pack(key[0], deletion, found.left, self._inlet.now_ms())
            await self._inlet.put_lines([key[0]], pack, len(found.left))
        newest = self._newest.seen(key)
        if newest is not None and newest.at_ms in set(at_ms):
            await self._sender.emptied()
            await self._inlet.renew(key, await self._reader.newest(key))
        return found.gone

    async def _found(self, key: SeriesKey, at_ms: Sequence[int]) -> _Found:
        source, quantity = key
        going, gone, left = set(at_ms), 0, {}
        own = {quantity.value, quality_of(quantity), received_of(quantity)}
        period = Period(to_utc(at_ms[0]), to_utc(at_ms[-1] + 1))
        async for _, columns in self._reader.grouped(["*"], READING, [source], period):
            fields = {name: values for name, values in columns.items() if name not in {"time", *TAG_KEYS}}
            for place, at in enumerate(columns["time"]):
                goes = at in going
                gone += goes and quantity.value in fields and fields[quantity.value][place] is not None
                if written := _written(fields, place, own if goes else set()):
                    left[at] = written
        return _Found(gone, left)


def _written(fields: Mapping[str, Sequence[Any]], place: int, without: set[str]) -> str:
    found = ((name, values[place]) for name, values in fields.items() if name not in without)
    return ",".join(f"{name}={number(value)}" for name, value in found if value is not None)


def _pack(
    source: str, deletion: Deletion, left: Mapping[int, str], now_ms: int
) -> Callable[[Whereabouts], list[Entry]]:
    def pack(whereabouts: Whereabouts) -> list[Entry]:
        lines = [f"{whereabouts.prefix(READING, source, at)} {fields} {at}".encode() for at, fields in left.items()]
        return [Entry(Kind.DELETE, deletion.as_bytes(), 0, now_ms), *entries(lines, now_ms)]

    return pack
