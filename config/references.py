"""What can only be seen across entries: names that nothing has, loops, overlaps, twins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any, TypeVar

from pydantic import ValidationError

from config.findings import Locator
from config.forms import FeedForm
from config.tree import Step
from config.values import is_slug
from core.inventory import Contract, Entry, Feed, Meter, Plant, Site, Station, Tag, Tariff, Vehicle
from core.texts import Finding
from ingest.routing import feed_findings

LATITUDES_DEG = (47.2, 55.1)
LONGITUDES_DEG = (5.8, 15.1)
"""Germany's extent, List to Haldenwanger Eck and Selfkant to Neißeaue, rounded outwards."""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry (None if its form is wrong; its id is taken all the same) and where it stands."""

    value: Entry | None
    way: tuple[str, str]
    locator: Locator

    def finding(self, code: str, *inside: Step, **params: str | int) -> Finding:
        """Return a finding about a key inside the entry."""
        return self.locator.finding(code, (*self.way, *inside), **params)


Shelves = dict[str, dict[str, Written]]

_REFERENCES: dict[str, dict[str, str]] = {
    "sites": {"municipality": "municipalities"},
    "buildings": {"site": "sites"},
    "meters": {"site": "sites", "building": "buildings", "parent": "meters"},
    "stations": {"site": "sites", "parent": "meters"},
    "vehicles": {"site": "sites"},
    "tags": {"vehicle": "vehicles"},
    "plants": {"municipality": "municipalities", "site": "sites", "meter": "meters"},
    "tariffs": {"sites": "sites"},
    "contracts": {"plant": "plants", "municipality": "municipalities"},
}
"""Which field names an entry of which kind."""

_REFERENCE_UNKNOWN = ("config.reference_unknown", "config.reference_unknown_near")
_BROKER_UNKNOWN = ("config.broker_unknown", "config.broker_unknown_near")

E = TypeVar("E", bound=Entry)


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
    yield from _parents(shelves)
    yield from _connectors(shelves)
    yield from _twins(_entries(shelves, Tag), _uid, "config.uid_twice", "uid")
    yield from _twins(_feeders(shelves), _line_of_feed, "config.feed_twice", "feed")
    yield from _tariffs(shelves)
    yield from _twins(_entries(shelves, Contract), _parties, "config.contract_twice", "plant")
    yield from _twins(_entries(shelves, Plant), _register_number, "config.register_number_twice", "register_number")


def _entries(shelves: Shelves, kind: type[E]) -> list[tuple[Written, E]]:
    written = (entry for shelf in shelves.values() for entry in shelf.values())
    return [(entry, entry.value) for entry in written if isinstance(entry.value, kind)]


def _validity(written: Written, entry: Entry) -> Iterator[Finding]:
    if entry.valid_to is not None and entry.valid_to <= entry.valid_from:
        yield written.finding(
            "config.validity_reversed", "valid_to", found=str(entry.valid_to), start=str(entry.valid_from)
        )
    if isinstance(entry, Plant) and entry.permitted and entry.permitted > entry.commissioned:
        yield written.finding(
            "config.permit_after_start", "permitted", found=str(entry.permitted), start=str(entry.commissioned)
        )


def _names(written: Written, entry: Entry, shelves: Shelves) -> Iterator[Finding]:
    for name, kind in _REFERENCES.get(written.way[0], {}).items():
        for inside, target in _targets(name, getattr(entry, name)):
            found = shelves[kind].get(target)
            if found is None:
                yield _unknown(written, inside, target, kind, shelves)
            elif found.value is not None and not _covers(found.value, entry):
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
        feed = FeedForm.model_validate(plain.get("feed")).value()
    except ValidationError:
        return  # none, or said already
    yield from _feed(written, feed, brokers)


def _targets(name: str, value: Any) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Return the names that stand at a key, each with the way to it."""
    if isinstance(value, list | tuple):
        yield from (((name, place), target) for place, target in enumerate(value))
    elif value is not None:
        yield (name,), value


def _unknown(written: Written, inside: tuple[Step, ...], target: str, kind: str, shelves: Shelves) -> Finding:
    return written.locator.unknown_name(_REFERENCE_UNKNOWN, (*written.way, *inside), target, shelves[kind], kind=kind)


def _covers(outer: Entry, inner: Entry) -> bool:
    ends_later = outer.valid_to is None or (inner.valid_to is not None and inner.valid_to <= outer.valid_to)
    return outer.valid_from <= inner.valid_from and ends_later


def _position(written: Written, entry: Entry) -> Iterator[Finding]:
    if not isinstance(entry, Site | Plant):
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
        inside = ("feed", key, params["name"]) if code == "config.feed_field_wrong" else ("feed", key)
        yield written.finding(code, *inside, **params)


_FEED_CODES = {
    "ingest.format_unknown": ("config.feed_format_unknown", "format"),
    "ingest.topic_wrong": ("config.feed_topic_wrong", "topic"),
    "ingest.fields_missing": ("config.feed_fields_missing", "fields"),
    "ingest.fields_unused": ("config.feed_fields_unused", "fields"),
    "ingest.field_wrong": ("config.feed_field_wrong", "fields"),
}
"""What ingest says of a feed (`ingest.routing.feed_findings`), and the key it is about."""


def _parents(shelves: Shelves) -> Iterator[Finding]:
    meters = {written.value.id: written.value for written, _ in _entries(shelves, Meter) if written.value}
    for written, meter in _entries(shelves, Meter):
        parent = meters.get(meter.parent or "")
        if not isinstance(parent, Meter):
            continue
        if parent.medium != meter.medium:
            yield written.finding(
                "config.parent_medium", "parent", found=parent.id, medium=meter.medium, other=parent.medium
            )
        circle = _circle(meter, meters)
        if circle and meter.id == min(circle):
            yield written.finding("config.parent_loop", "parent", found=" → ".join([*circle, meter.id]))
    for written, station in _entries(shelves, Station):
        parent = meters.get(station.parent or "")
        if isinstance(parent, Meter) and parent.medium != "electricity":
            yield written.finding(
                "config.parent_medium", "parent", found=parent.id, medium="electricity", other=parent.medium
            )


def _circle(meter: Meter, meters: dict[str, Any]) -> list[str]:
    """Return the ids on the way from a meter over its parents back to it; nothing if it does not come back."""
    way, here = [meter.id], meter.parent
    while here is not None and here in meters and here not in way:
        way.append(here)
        here = meters[here].parent
    return way if here == meter.id else []


def _connectors(shelves: Shelves) -> Iterator[Finding]:
    for written, station in _entries(shelves, Station):
        seen: set[int] = set()
        for place, connector in enumerate(station.connectors):
            if connector.number in seen:
                yield written.finding("config.connector_twice", "connectors", place, "number", found=connector.number)
            seen.add(connector.number)


def _twins(
    entries: Iterable[tuple[Written, E]], trait: Callable[[E], object], code: str, key: str
) -> Iterator[Finding]:
    """Yield `code` at each entry that has the same trait as an earlier one on some day."""
    groups: dict[object, list[tuple[Written, E]]] = {}
    for written, entry in entries:
        groups.setdefault(trait(entry), []).append((written, entry))
    for group in groups.values():
        for position, (written, entry) in enumerate(group):
            twin = next((first for first, other in group[:position] if _overlap(entry, other)), None)
            if twin:
                yield written.finding(code, key, other=twin.way[1], **_place(twin))


def _place(written: Written) -> dict[str, str | int]:
    return {"other_file": written.locator.file, "other_line": written.locator.line_of(written.way)}


def _overlap(one: Entry, other: Entry) -> bool:
    one_end, other_end = one.valid_to or date.max, other.valid_to or date.max
    return one.valid_from < other_end and other.valid_from < one_end


def _uid(tag: Tag) -> str:
    return tag.uid.casefold()  # OCPP 1.6 and 2.0.1: a tag's number is compared without regard to case


def _feeders(shelves: Shelves) -> list[tuple[Written, Meter | Vehicle]]:
    feeders: list[tuple[Written, Meter | Vehicle]] = [*_entries(shelves, Meter), *_entries(shelves, Vehicle)]
    return [(written, entry) for written, entry in feeders if entry.feed]


def _line_of_feed(entry: Meter | Vehicle) -> object:
    feed = entry.feed
    return feed and (feed.broker, feed.topic, feed.device.casefold(), tuple(name for name, _ in feed.fields))


def _parties(contract: Contract) -> object:
    return contract.plant, contract.municipality, contract.law


def _register_number(plant: Plant) -> object:
    return plant.register_number


def _tariffs(shelves: Shelves) -> Iterator[Finding]:
    for (first, one), (second, other) in combinations(_entries(shelves, Tariff), 2):
        common = sorted(set(one.sites) & set(other.sites))
        if one.medium == other.medium and common and _overlap(one, other):
            yield second.finding("config.tariff_twice", "sites", other=one.id, found=", ".join(common), **_place(first))
