"""The live overview: what happens in the district now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from console.pages.drawing import share_percent
from console.pages.marks import Mark
from console.pages.places import may
from console.pages.visit import Visit
from console.pages.words import Words
from core.facts import ConnectorStatus

PARTS = ("generated", "figures", "attention", "stations", "sites", "vehicles", "readings")
"""The parts of the page that are kept fresh; each is the template `overview/<part>.html` and an element's id."""

MOST_ATTENTION = 6
MOST_VEHICLES = 16
MOST_READINGS = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the day at a glance."""

    title: str
    value: str
    hint: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet on a station's tile."""

    number: int
    mark: Mark
    figure: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A station."""

    id: str
    name: str
    site_name: str
    outlets: tuple[Outlet, ...]


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A site's power and the length of its bar."""

    id: str
    name: str
    power_w: float | None
    bar_percent: float


@dataclass(frozen=True, slots=True)
class Line:
    """Something a person should look at."""

    name: str
    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The overview in words."""

    generated: Any
    figures: tuple[Figure, ...]
    attention: tuple[Line, ...]
    more_attention: int
    stations: tuple[Tile, ...]
    sites: tuple[SiteLine, ...]
    vehicles: tuple[Any, ...]
    readings: tuple[Any, ...]


async def show(visit: Visit) -> Response:
    """Return the page."""
    return visit.page("overview/page.html", visit.words.t("console.overview.title"), view=await look(visit))


async def look(visit: Visit) -> View:
    """Return the district as the visitor may see it now."""
    overview = await visit.ask("overview.show")
    words = visit.words
    attention = _attention(overview, words)
    return View(
        generated=overview.generated,
        figures=_figures(overview, visit),
        attention=tuple(attention[:MOST_ATTENTION]),
        more_attention=max(0, len(attention) - MOST_ATTENTION),
        stations=tuple(_tile(station, words) for station in overview.stations),
        sites=_sites(overview.sites),
        vehicles=_vehicles(overview.vehicles),
        readings=overview.latest[:MOST_READINGS],
    )


def _figures(overview: Any, visit: Visit) -> tuple[Figure, ...]:
    words, counts = visit.words, overview.counts
    figures = [
        Figure(
            words.t("console.overview.charging"),
            words.number(counts.outlets_charging),
            words.t("console.overview.of_outlets", count=counts.outlets),
            "/sessions?state=open",
        ),
        Figure(
            words.t("console.overview.charging_power"),
            words.power(_charging_w(overview.stations)),
            words.t("console.overview.connected", connected=counts.stations_connected, count=counts.stations),
            "/stations",
        ),
        Figure(
            words.t("console.overview.drawn"),
            words.power(_drawn_w(overview.sites)),
            words.t("console.overview.at_border"),
            "/sites",
        ),
        Figure(
            words.t("console.overview.meters"),
            words.number(_reporting(counts.meters)),
            words.t("console.overview.of_meters", count=sum(counts.meters.values())),
            "/meters",
        ),
    ]
    figures.append(
        Figure(
            words.t("console.alarms.title"),
            words.number(counts.alarms),
            words.t("console.overview.alarms_unseen"),
            "/alarms",
        )
    )
    if may(visit.actor, "rejections.list"):
        figures.append(
            Figure(
                words.t("console.rejections.title"),
                words.number(counts.rejections),
                words.t("console.overview.discovered", count=counts.discoveries),
                "/rejections",
            )
        )
    return tuple(figures)


def _charging_w(stations: Sequence[Any]) -> float:
    outlets = [outlet for station in stations if station.connected for outlet in station.outlets]
    charging = [outlet for outlet in outlets if outlet.status is ConnectorStatus.CHARGING and outlet.power]
    return float(sum(outlet.power.value for outlet in charging))


def _drawn_w(sites: Sequence[Any]) -> float | None:
    known = [site.power.power_w for site in sites if site.power]
    return sum(known) if known else None


def _reporting(meters: dict[Any, int]) -> int:
    return sum(count for state, count in meters.items() if state.value in ("fresh", "late"))


def _attention(overview: Any, words: Words) -> list[Line]:
    lines = []
    for station in overview.stations:
        path = f"/stations/{station.id}"
        if not station.connected:
            lines.append(Line(station.name, path, words.t("console.attention.offline")))
            continue
        lines += [
            Line(station.name, path, words.t("console.attention.faulted", number=fault.number, error=fault.error_code))
            for fault in station.outlets
            if fault.status is ConnectorStatus.FAULTED
        ]
    silent = sum(count for state, count in overview.counts.meters.items() if state.value == "silent")
    if silent:
        lines.append(
            Line(words.t("console.meters.title"), "/meters", words.t("console.attention.silent", count=silent))
        )
    return lines


def _tile(station: Any, words: Words) -> Tile:
    outlets = tuple(
        Outlet(outlet.number, words.outlet(outlet.status, connected=station.connected), _outlet_figure(outlet, words))
        for outlet in station.outlets
    )
    return Tile(station.id, station.name, station.site_name, outlets)


def _outlet_figure(outlet: Any, words: Words) -> str:
    return words.power(outlet.power.value) if outlet.status is ConnectorStatus.CHARGING and outlet.power else ""


def _sites(sites: Sequence[Any]) -> tuple[SiteLine, ...]:
    known = [(site, site.power.power_w if site.power else None) for site in sites]
    largest = max((abs(power_w) for _, power_w in known if power_w is not None), default=0.0)
    lines = [
        SiteLine(site.id, site.name, power_w, share_percent(abs(power_w or 0.0), largest)) for site, power_w in known
    ]
    return tuple(sorted(lines, key=lambda line: (line.power_w is None, -(line.power_w or 0.0), line.name)))


def _vehicles(vehicles: Sequence[Any]) -> tuple[Any, ...]:
    known = [vehicle for vehicle in vehicles if vehicle.soc]
    known.sort(key=lambda vehicle: (not vehicle.charging, not vehicle.plugged_in, vehicle.soc.value))
    return tuple(known[:MOST_VEHICLES])
