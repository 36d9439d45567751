"""What can only be seen across entries: names that nothing has, entries that outlive others, places on the map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from config.fleet_rules import check_fleet
from config.forms import FeedForm
from config.meter_rules import check_meters
from config.share_rules import check_shares
from config.shelves import Shelves, Written, entries_of
from config.supply_rules import check_supplies
from config.tree import Step
from config.values import is_slug
from core.inventory import Entry, Feed, Plant, Site, Station, WeatherStation
from core.texts import Finding
from ingest.routing import feed_findings

LATITUDES_DEG = (47.2, 55.1)
LONGITUDES_DEG = (5.8, 15.1)
"""Germany's extent, List to Haldenwanger Eck and Selfkant to Neißeaue, rounded outwards."""

_REFERENCES: dict[str, dict[str, str]] = {
    "sites": {"municipality": "municipalities", "calendar": "calendars", "weather_station": "weather_stations"},
    "buildings": {"site": "sites", "calendar": "calendars"},
    "meters": {"site": "sites", "building": "buildings", "parent": "meters", "fuel": "fuels", "terms": "meters"},
    "stations": {"site": "sites", "parent": "meters"},
    "vehicles": {"site": "sites", "replaces": "vehicles"},
    "tags": {"vehicle": "vehicles", "sites": "sites", "calendar": "calendars"},
    "plants": {"municipality": "municipalities", "site": "sites", "meter": "meters", "feed_in_meter": "meters"},
    "tariffs": {"sites": "sites"},
    "contracts": {"plants": "plants", "parties": "municipalities"},
    "budgets": {"site": "sites"},
    "recipients": {"sites": "sites"},
    "weather_stations": {"outdoor_meter": "meters"},
    "area_corrections": {"plant": "plants", "municipality": "municipalities"},
    "profiles": {"sites": "sites", "stations": "stations"},
}
"""Which field names an entry of which kind; in the sections of a list it is `_NAMES_IN` that does."""

_NAMES_IN = {"terms": "meter", "parties": "municipality"}

_MAY_LIE_OUTSIDE = frozenset({"replaces", "plants"})
"""Fields that name what may have ended before the entry does or begin after it: a contract may precede the plant."""

_REFERENCE_UNKNOWN = ("config.reference_unknown", "config.reference_unknown_near")
_BROKER_UNKNOWN = ("config.broker_unknown", "config.broker_unknown_near")


def check_references(shelves: Shelves, brokers: frozenset[str] | None) -> Iterator[Finding]:
    """Yield every mistake that shows only when entries are seen together."""
    for shelf in shelves.values():
        for written in shelf.values():
            if written.value is not None:
                yield from _validity(written, written.value)
                yield from _names(written, written.value, shelves)
                yield from _position(written, written.value)
                yield from _feed(written, getattr(written.value, "feed", None), brokers)
            else:
                yield from _unread(written, shelves, brokers)
    yield from check_meters(shelves)
    yield from check_supplies(shelves)
    yield from check_fleet(shelves)
    yield from check_shares(shelves)
    yield from _connectors(shelves)


def _validity(written: Written, entry: Entry) -> Iterator[Finding]:
    if entry.valid_to is not None and entry.valid_to <= entry.valid_from:
        yield written.finding(
            "config.validity_reversed", "valid_to", found=str(entry.valid_to), start=str(entry.valid_from)
        )


def _names(written: Written, entry: Entry, shelves: Shelves) -> Iterator[Finding]:
    for name, kind in _REFERENCES.get(written.way[0], {}).items():
        for inside, target in _targets(name, getattr(entry, name)):
            found = shelves[kind].get(target)
            if found is None:
                yield _unknown(written, inside, target, kind, shelves)
            elif found.value is not None and name not in _MAY_LIE_OUTSIDE and not _covers(found.value, entry):
                yield written.finding("config.outlives", *inside, found=target)


def _unread(written: Written, shelves: Shelves, brokers: frozenset[str] | None) -> Iterator[Finding]:
    """Yield what nothing has and what is wrong with the feed in an entry whose form is wrong elsewhere."""
    plain = written.locator.plain(written.way)
    if not isinstance(plain, dict):
        return
    for name, kind in _REFERENCES.get(written.way[0], {}).items():
        for inside, target in _targets(name, plain.get(name)):
            if isinstance(target, str) and is_slug(target) and target not in shelves[kind]:
                yield _unknown(written, inside, target, kind, shelves)
    try:
        feed = FeedForm.model_validate(plain.get("feed")).made()
    except ValidationError:
        return  # none, or said already
    yield from _feed(written, feed, brokers)


def _targets(name: str, value: Any) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Return the names that stand at a key, each with the way to it."""
    if isinstance(value, list | tuple) and name in _NAMES_IN:
        inner = _NAMES_IN[name]
        yield from (((name, place, inner), _said(part, inner)) for place, part in enumerate(value))
    elif isinstance(value, list | tuple):
        yield from (((name, place), target) for place, target in enumerate(value))
    elif value is not None:
        yield (name,), value


def _said(part: Any, key: str) -> Any:
    return part.get(key) if isinstance(part, dict) else getattr(part, key, None)


def _unknown(written: Written, inside: tuple[Step, ...], target: str, kind: str, shelves: Shelves) -> Finding:
    return written.locator.unknown_name(_REFERENCE_UNKNOWN, (*written.way, *inside), target, shelves[kind], kind=kind)


def _covers(outer: Entry, inner: Entry) -> bool:
    ends_later = outer.valid_to is None or (inner.valid_to is not None and inner.valid_to <= outer.valid_to)
    return outer.valid_from <= inner.valid_from and ends_later


def _position(written: Written, entry: Entry) -> Iterator[Finding]:
    if not isinstance(entry, Site | Plant | WeatherStation):
        return
    latitude, longitude = entry.latitude_deg, entry.longitude_deg
    if latitude is None or longitude is None:
        if latitude is not longitude:
            present, missing = ("latitude_deg", "longitude_deg")[:: 1 if longitude is None else -1]
            yield written.finding("config.position_half", present, missing=missing)
    elif _in_germany(longitude, latitude):
        yield written.finding("config.position_swapped", "latitude_deg", found=f"{latitude}, {longitude}")
    elif not _in_germany(latitude, longitude):
        yield written.finding("config.position_outside", "latitude_deg", found=f"{latitude}, {longitude}")
    if isinstance(entry, Plant):
        yield from _outline(written, entry)


def _outline(written: Written, plant: Plant) -> Iterator[Finding]:
    """Yield the first corner that lies elsewhere: if one is swapped, all are."""
    for place, corner in enumerate(plant.outline):
        if not _in_germany(corner.latitude_deg, corner.longitude_deg):
            swapped = _in_germany(corner.longitude_deg, corner.latitude_deg)
            code = "config.outline_swapped" if swapped else "config.outline_outside"
            yield written.finding(code, "outline", place, found=f"{corner.longitude_deg}, {corner.latitude_deg}")
            return


def _in_germany(latitude_deg: float, longitude_deg: float) -> bool:
    south, north = LATITUDES_DEG
    west, east = LONGITUDES_DEG
    return south <= latitude_deg <= north and west <= longitude_deg <= east


def _feed(written: Written, feed: Feed | None, brokers: frozenset[str] | None) -> Iterator[Finding]:
    if feed is None:
        return
    if brokers is not None and feed.broker not in brokers:
        way = (*written.way, "feed", "broker")
        yield written.locator.unknown_name(_BROKER_UNKNOWN, way, feed.broker, brokers)
    for wrong in feed_findings(feed):
        code, key = _FEED_CODES.get(wrong.code, (wrong.code, "format"))
        params = {name: str(value) for name, value in wrong.params}
        inside = ("feed", key, params["name"]) if key in {"fields", "options"} and "name" in params else ("feed", key)
        yield written.finding(code, *inside, **params)


_FEED_CODES = {
    "ingest.format_unknown": ("config.feed_format_unknown", "format"),
    "ingest.topic_wrong": ("config.feed_topic_wrong", "topic"),
    "ingest.fields_missing": ("config.feed_fields_missing", "fields"),
    "ingest.fields_unused": ("config.feed_fields_unused", "fields"),
    "ingest.field_wrong": ("config.feed_field_wrong", "fields"),
    "ingest.path_wrong": ("config.feed_path_wrong", "fields"),
    "ingest.device_wrong": ("config.feed_device_wrong", "device"),
    "ingest.id_needs_device": ("config.feed_id_needs_device", "device"),
    "ingest.option_unknown": ("config.feed_option_unknown", "options"),
    "ingest.option_wrong": ("config.feed_option_wrong", "options"),
    "ingest.option_needs": ("config.feed_option_needs", "options"),
}
"""What ingest says of a feed (`ingest.routing.feed_findings`), and the key it is about."""


def _connectors(shelves: Shelves) -> Iterator[Finding]:
    for written, station in entries_of(shelves, Station):
        seen: set[int] = set()
        for place, connector in enumerate(station.connectors):
            if connector.number in seen:
                yield written.finding("config.connector_twice", "connectors", place, "number", found=connector.number)
            seen.add(connector.number)
