"""Which stations are connected, and what they said of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from chargepoints.chronicle import STARTED, STOPPED, Chronicle
from chargepoints.decoding.events import Booted
from core.books import StationBook
from core.facts import Protocol, StationLink
from core.station_events import Contact

_SEEN_EVERY = timedelta(seconds=15)


class Links:
    """The state of every station's connection, until it is written; mere signs of life wait a little."""

    def __init__(self, chronicle: Chronicle) -> None:
        self._chronicle = chronicle
        self._links: dict[str, StationLink] = {}
        self._changed: set[str] = set()
        self._seen: dict[str, datetime] = {}

    def load(self, links: Iterable[StationLink], now_utc: datetime, last_served: str | None = None) -> None:
        """Take over what the book has; no station is connected to a service that has just started.

        If `last_served` says that the service never stopped, it ended with the last sign of life of any station.
        """
        self.take(links)
        signs = self.left(tuple(self._links), now_utc)
        if last_served == STARTED and signs:
            self._chronicle.serving(STOPPED, max(signs), now_utc)
        self._chronicle.serving(STARTED, now_utc, now_utc)

    def take(self, links: Iterable[StationLink]) -> None:
        """Take over what the book has, as it is."""
        self._links.update((link.station, link) for link in links)

    def left(self, stations: Iterable[str], now_utc: datetime) -> list[datetime]:
        """Note that these stations lost the service; return the last sign of life of each that was connected."""
        signs = []
        for link in [self._links[station] for station in stations if station in self._links]:
            if link.connected:
                signs.append(link.last_frame_at_utc or link.since_utc)
                self._links[link.station] = replace(link, connected=False, since_utc=now_utc)
                self._changed.add(link.station)
                self._chronicle.contact(link.station, Contact.SERVICE_STOPPED, signs[-1], now_utc)
        return signs

    def of(self, station: str) -> StationLink | None:
        """Return what is known of a station's connection, None if it never had one."""
        return self._links.get(station)

    def connected(self, station: str, protocol: Protocol, at_utc: datetime) -> None:
        """Note that a station connected."""
        known = self._links.get(station)
        open_still = known is not None and known.connected
        self._chronicle.contact(station, Contact.REPLACED if open_still else Contact.CONNECTED, at_utc, at_utc)
        self._links[station] = (
            StationLink(station=station, connected=True, since_utc=at_utc, protocol=protocol)
            if known is None
            else replace(known, connected=True, since_utc=at_utc, protocol=protocol)
        )
        self._changed.add(station)

    def disconnected(self, station: str, at_utc: datetime, why: Contact = Contact.CLOSED) -> None:
        """Note that a station is gone."""
        self._chronicle.contact(station, why, at_utc, at_utc)
        self._links[station] = replace(self._links[station], connected=False, since_utc=at_utc)
        self._changed.add(station)

    def booted(self, station: str, said: Booted, at_utc: datetime) -> None:
        """Note what a station said of itself; in a replay its connection is over."""
        known = self._links.get(station) or StationLink(station=station, connected=False, since_utc=at_utc)
        self._links[station] = replace(
            known,
            maker=said.maker,
            model=said.model,
            firmware=said.firmware,
            serial_number=said.serial_number,
            booted_at_utc=at_utc,
        )
        self._changed.add(station)

    def seen(self, station: str, at_utc: datetime) -> None:
        """Note a sign of life."""
        self._seen[station] = at_utc

    async def write(self, book: StationBook) -> None:
        """Write what changed, and signs of life that are newer than the written ones by a quarter of a minute."""
        changed, self._changed = self._changed, set()
        for station, seen_utc in self._seen.items():
            known = self._links.get(station)
            if known is not None and _is_stale(known, seen_utc):
                changed.add(station)
        for station in changed:
            if station in self._seen:
                self._links[station] = replace(self._links[station], last_frame_at_utc=self._seen[station])
        if changed:
            await book.save_links([self._links[station] for station in sorted(changed)])


def _is_stale(link: StationLink, seen_utc: datetime) -> bool:
    return link.last_frame_at_utc is None or seen_utc - link.last_frame_at_utc >= _SEEN_EVERY
