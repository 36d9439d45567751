"""Which decoder reads which topic.

`DECODERS` is named here again, as this is where others look a format up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import ConfigError
from core.inventory import Feed, Inventory, Meter, Vehicle
from core.texts import Finding
from ingest.fields import parse_field
from ingest.formats import DECODERS
from ingest.messages import Binding, Decoded, Memory, Message, Option

__all__ = [
    "DECODERS",
    "KEPT_TOPICS",
    "Route",
    "Router",
    "Routes",
    "bind",
    "feed_findings",
    "hint",
    "needs_announcements",
    "parse_field",
]


@dataclass(frozen=True, slots=True)
class Route:
    """Where the messages of one topic go: a decoder and the entries it reads for."""

    format: str
    decode: Callable[[Message, Binding, Memory], Decoded]
    binding: Binding


Routes = tuple[Route, ...]
KEPT_TOPICS: Final = 100_000
"""Topics whose routes are remembered; beyond that they are looked up anew, so that noise costs no memory."""


class Router:
    """The topics of one broker on one day, by the inventory.

    Entries that share a topic (two meters on one reader) all get its messages. Entries whose feed
    is wrong are left out; `feed_findings` says what is wrong, and `kreiswatt check` shows it.
    """

    def __init__(self, inventory: Inventory, broker: str, zone: ZoneInfo, day: date) -> None:
        self._by_prefix: dict[str, Routes] = {}
        self._known: dict[str, Routes] = {}
        for entry in _entries(inventory):
            if entry.feed is None or entry.feed.broker != broker or not entry.valid_on(day):
                continue
            if feed_findings(entry.feed):
                continue
            route = _route(entry.source, entry.feed, zone)
            for prefix in {route.binding.prefix, *DECODERS[route.format].further(entry.feed)}:
                self._by_prefix[prefix] = (*self._by_prefix.get(prefix, ()), route)

    def routes(self, topic: str) -> Routes:
        """Return the routes of a topic, none if nobody configured it."""
        known = self._known.get(topic)
        if known is None:
            known = self._search(topic)
            if len(self._known) < KEPT_TOPICS:
                self._known[topic] = known
        return known

    def neighbours(self) -> list[tuple[str, ...]]:
        """Return the sources that share a prefix, for each prefix."""
        return [tuple(route.binding.source for route in routes) for routes in self._by_prefix.values()]

    def _search(self, topic: str) -> Routes:
        prefix = topic
        while prefix:
            if found := self._by_prefix.get(prefix):
                return found
            prefix = prefix.rpartition("/")[0]
        return ()


def needs_announcements(message: Message, routes: Routes) -> bool:
    """Return whether a message is to be read by what its device announces on other topics."""
    if message.retained:
        return False
    known = [announces for route in routes if (announces := DECODERS[route.format].announces)]
    return any(not announces(message.topic) for announces in known)


def hint(topic: str, payload: bytes) -> str:
    """Return the format that an unknown topic looks like, empty if none."""
    return next((name for name, row in DECODERS.items() if row.looks_like(topic, payload)), "")


def feed_findings(feed: Feed) -> tuple[Finding, ...]:
    """Return what is wrong with a feed: unknown format or quantity, fields missing, topic of another shape."""
    row = DECODERS.get(feed.format)
    if row is None:
        return (Finding.of("ingest.format_unknown", format=feed.format, known=", ".join(DECODERS)),)
    findings = []
    if not feed.topic or feed.topic.endswith("/") or {"#", "+"} & set(feed.topic) or not row.prefix(feed.topic):
        findings.append(Finding.of("ingest.topic_wrong", topic=feed.topic, shape=row.shape))
    if row.needs_fields and not feed.fields:
        findings.append(Finding.of("ingest.fields_missing", format=feed.format))
    if feed.fields and not row.free_fields:
        findings.append(Finding.of("ingest.fields_unused", format=feed.format))
    if not re.fullmatch(row.device, feed.device):
        findings.append(Finding.of("ingest.device_wrong", device=feed.device, format=feed.format))
    findings.extend(_option_findings(feed, row.options))
    findings.extend(row.check(feed))
    for name, target in feed.fields:
        try:
            parse_field(name, target)
        except ConfigError as error:
            findings.extend(error.findings)
    return tuple(findings)


def _option_findings(feed: Feed, known: Mapping[str, Option]) -> Iterator[Finding]:
    for name, value in feed.options:
        if name not in known:
            yield Finding.of("ingest.option_unknown", name=name, format=feed.format, known=", ".join(known) or "-")
        elif not re.fullmatch(known[name].pattern, value):
            yield Finding.of("ingest.option_wrong", name=name, value=value, known=known[name].shown)


def bind(source: str, feed: Feed, zone: ZoneInfo) -> Binding:
    """Return a feed made ready for its decoder. Raises `ConfigError` if it is wrong."""
    if findings := feed_findings(feed):
        raise ConfigError(findings)
    row = DECODERS[feed.format]
    own = tuple(parse_field(name, target) for name, target in feed.fields)
    named = {field.name for field in own}
    defaults = tuple(field for field in row.fields if field.name not in named)
    return Binding(source, feed, row.prefix(feed.topic), defaults + own, zone)


def _route(source: str, feed: Feed, zone: ZoneInfo) -> Route:
    return Route(feed.format, DECODERS[feed.format].decode, bind(source, feed, zone))


def _entries(inventory: Inventory) -> Iterator[Meter | Vehicle]:
    yield from inventory.meters.values()
    yield from inventory.vehicles.values()
