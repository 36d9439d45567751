"""Outlets of the live world: who is plugged in, for how long, and what the outlet's meter shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from core.facts import Protocol
from core.inventory import Connector, Inventory, Station
from demo.cars import DIRECT_CURRENT_W, Car

SPOKEN = (Protocol.OCPP_16, Protocol.OCPP_201)
"""The versions that the demo's stations speak."""

KNOWN_MAKES: dict[str, Protocol] = {
    "Kranichwerk KW": Protocol.OCPP_16,
    "Ladequell LQ": Protocol.OCPP_201,
    "Funkenthal FT-50": Protocol.OCPP_16,
    "Funkenthal FT-50 neo": Protocol.OCPP_201,
}
"""The makes of `config/example`; a maker's whole line speaks the same where only its first word stands here."""

LIVELY_MIN_W = 7_000.0
"""An outlet that shows sessions at a glance must give enough power for figures that can be checked."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cable hangs: a station and one of its connectors."""

    station: Station
    connector: Connector

    @property
    def name(self) -> str:
        """Return `<station>/<number>`."""
        return f"{self.station.id}/{self.connector.number}"

    @property
    def source(self) -> str:
        """Return the source id of its readings."""
        return f"{self.station.source}/{self.connector.number}"

    @property
    def is_fast(self) -> bool:
        """Return whether it gives direct current."""
        return self.connector.max_power_w >= DIRECT_CURRENT_W


@dataclass(frozen=True, slots=True)
class Pace:
    """How an outlet is used: seconds of stay, of pause, and between two samples."""

    stay_s: tuple[float, float]
    pause_s: tuple[float, float]
    sample_every_s: float
    first_s: tuple[float, float]
    charges_below_percent: float
    """Fleet vehicles come only with less than this: where sessions are short, power shall be full."""


LIVELY = Pace(
    stay_s=(8.8, 10.0), pause_s=(1.5, 2.5), sample_every_s=2.0, first_s=(0.5, 1.5), charges_below_percent=76.0
)
"""One outlet per protocol: in any 25 s a session begins and ends."""
BUSY = Pace(
    stay_s=(60.0, 420.0), pause_s=(30.0, 240.0), sample_every_s=5.0, first_s=(0.0, 90.0), charges_below_percent=92.0
)


@dataclass(slots=True)
class Visit:
    """A car at an outlet."""

    number: int
    car: Car
    tag_uid: str
    leaves_s: float
    sample_s: float


@dataclass(slots=True)
class Outlet:
    """An outlet, its register, and the visit it serves."""

    place: Place
    pace: Pace
    register_wh: float
    next_s: float
    """When the next car may come."""
    power_w: float = 0.0
    visit: Visit | None = None
    faulted: bool = False


def places_of(stations: Iterable[Station]) -> Iterator[Place]:
    """Yield the places of stations, in their order."""
    for station in stations:
        for connector in station.connectors:
            yield Place(station, connector)


def stations_of(inventory: Inventory, day: date) -> tuple[Station, ...]:
    """Return the stations that stand there on `day`, by id."""
    stations = (inventory.stations[name] for name in sorted(inventory.stations))
    return tuple(station for station in stations if station.valid_on(day))


def protocols_of(inventory: Inventory) -> dict[str, Protocol]:
    """Return which OCPP version each station speaks: by its make where the example's are known, else in turns."""
    stations = [station for _, station in sorted(inventory.stations.items())]
    return {station.id: KNOWN_MAKES.get(_make(station), SPOKEN[place % 2]) for place, station in enumerate(stations)}


def lively_of(stations: Iterable[Station], protocols: Mapping[str, Protocol]) -> frozenset[str]:
    """Return one outlet per protocol, `<station>/<number>`, for short sessions that follow each other."""
    chosen: dict[Protocol, str] = {}
    for place in places_of(stations):
        if place.connector.max_power_w >= LIVELY_MIN_W:
            chosen.setdefault(protocols[place.station.id], place.name)
    return frozenset(chosen.values())


def _make(station: Station) -> str:
    whole = f"{station.maker} {station.model}"
    return whole if whole in KNOWN_MAKES else f"{station.maker} {station.model.partition(' ')[0]}"
