"""Which decoder reads which topic.

What `Feed.topic`, `Feed.device` and `Feed.fields` of an inventory entry mean, by `Feed.format`:

| format        | `topic`                                        | `device`                   |
|---------------|------------------------------------------------|----------------------------|
| tasmota_sml   | full topic, `tele/<name>/SENSOR`               | SML object (default `SML`) |
| tasmota_plug  | full topic, `tele/<name>/SENSOR`               | channel, `1`…; all together if empty |
| tasmota_counter | full topic, `tele/<name>/SENSOR`             | unused                     |
| tasmota_p1    | full topic, `tele/<name>/RESULT`               | a meter behind it, `0-1`…; itself if empty |
| shelly_gen1   | `shellies/<id>`                                | `emeter/1`, `relay/0`; a sum: `emeter/0+1+2` |
| shelly_gen2   | the device's prefix, `<prefix>`                | component, e.g. `em1:1`    |
| zigbee2mqtt   | full topic, `zigbee2mqtt/<friendly name>`      | unused                     |
| chirpstack_v4 | `application/<application id>/device/<DevEUI>` | unused                     |
| ovms_v3       | `ovms/<user>/<vehicle id>` (or another base)   | unused                     |
| teslamate     | `teslamate/cars/<n>`, `teslamate/<ns>/cars/<n>`| unused                     |

`fields` maps a name of the payload to a quantity, with a factor where the payload has another unit:
`("E_in", "energy_import_wh * 1000")` for kWh, `("pulses", "volume_m3 * 0.01")` for ten litres a
pulse, `("temperature", "temperature_c")`. A name with dots reaches into nested objects.
ChirpStack requires it, as a codec's names in `object` are free. Tasmota knows `Total_in`, `Total_out` (kWh) and
`Power_curr` (W) by default; `fields` adds to them or replaces them.
Shelly's `device` may stay empty: then it is the component numbered 0 (`em:0`, `em1:0`, `switch:0`,
`pm1:0`), whichever the device has; its energy comes from the data component of the same number. An
empty one of generation 1 is channel 0 of whatever there is, and the sum of all three of a 3EM.
A pulse counter requires `fields`; with SetOption79 it also needs the option `counts` = `delta`, and
`period_s` where its TelePeriod is not 300.
All topics that begin with the device's prefix (for Tasmota: `tele/<name>`) belong to the entry;
those that carry no readings (`.../LWT`, `.../online`) are known and quietly passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import ConfigError
from core.inventory import Feed, Inventory, Meter, Vehicle
from core.quantities import Quantity
from core.texts import Finding
from ingest import tasmota
from ingest.decoders import (
    chirpstack_v4,
    ovms_v3,
    shelly_gen1,
    shelly_gen2,
    tasmota_counter,
    tasmota_p1,
    tasmota_plug,
    tasmota_sml,
    teslamate,
    zigbee2mqtt,
)
from ingest.messages import Binding, Decoded, Field, Memory, Message


def _whole(topic: str) -> str:
    return topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One row of the decoder table.

    `shape` shows people what `Feed.topic` looks like, and `feed_topic` makes it of any topic of the
    device; `prefix` cuts a `Feed.topic` to what the device's topics have in common; `fields` are the
    names known without configuration.
    """

    shape: str
    decode: Callable[[Message, Binding, Memory], Decoded]
    looks_like: Callable[[str, bytes], bool]
    feed_topic: Callable[[str], str]
    prefix: Callable[[str], str] = _whole
    fields: tuple[Field, ...] = ()
    free_fields: bool = False
    """Whether `Feed.fields` means anything to the format."""
    needs_fields: bool = False
    """Whether the format says nothing without `Feed.fields`."""
    device: str = ".*"
    """What `Feed.device` may be, as a pattern."""
    options: Mapping[str, str] = field(default_factory=dict)
    """The names that `Feed.options` may have, and what they may say, as patterns."""


DECODERS: Final[dict[str, Format]] = {
    "tasmota_sml": Format(
        shape=tasmota.SHAPE,
        decode=tasmota_sml.decode,
        looks_like=tasmota_sml.looks_like,
        feed_topic=_whole,
        prefix=tasmota.prefix,
        fields=tasmota_sml.FIELDS,
        free_fields=True,
    ),
    "shelly_gen2": Format(
        shape=shelly_gen2.SHAPE,
        decode=shelly_gen2.decode,
        looks_like=shelly_gen2.looks_like,
        feed_topic=shelly_gen2.feed_topic,
    ),
    "chirpstack_v4": Format(
        shape=chirpstack_v4.SHAPE,
        decode=chirpstack_v4.decode,
        looks_like=chirpstack_v4.looks_like,
        feed_topic=chirpstack_v4.feed_topic,
        free_fields=True,
        needs_fields=True,
    ),
    "ovms_v3": Format(
        shape=ovms_v3.SHAPE,
        decode=ovms_v3.decode,
        looks_like=ovms_v3.looks_like,
        feed_topic=ovms_v3.feed_topic,
    ),
    "teslamate": Format(
        shape=teslamate.SHAPE,
        decode=teslamate.decode,
        looks_like=teslamate.looks_like,
        feed_topic=teslamate.feed_topic,
    ),
    "tasmota_plug": Format(
        shape=tasmota.SHAPE,
        decode=tasmota_plug.decode,
        looks_like=tasmota_plug.looks_like,
        feed_topic=_whole,
        prefix=tasmota.prefix,
        fields=tasmota_plug.FIELDS,
        free_fields=True,
        device=tasmota_plug.DEVICE,
    ),
    "tasmota_counter": Format(
        shape=tasmota.SHAPE,
        decode=tasmota_counter.decode,
        looks_like=tasmota_counter.looks_like,
        feed_topic=_whole,
        prefix=tasmota.prefix,
        free_fields=True,
        needs_fields=True,
        options=tasmota_counter.OPTIONS,
    ),
    "tasmota_p1": Format(
        shape=tasmota_p1.SHAPE,
        decode=tasmota_p1.decode,
        looks_like=tasmota_p1.looks_like,
        feed_topic=_whole,
        prefix=tasmota.prefix,
        device=tasmota_p1.DEVICE,
    ),
    "shelly_gen1": Format(
        shape=shelly_gen1.SHAPE,
        decode=shelly_gen1.decode,
        looks_like=shelly_gen1.looks_like,
        feed_topic=shelly_gen1.feed_topic,
        device=shelly_gen1.DEVICE,
    ),
    "zigbee2mqtt": Format(
        shape=zigbee2mqtt.SHAPE,
        decode=zigbee2mqtt.decode,
        looks_like=zigbee2mqtt.looks_like,
        feed_topic=_whole,
        fields=zigbee2mqtt.FIELDS,
        free_fields=True,
    ),
}


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
            self._by_prefix[route.binding.prefix] = (*self._by_prefix.get(route.binding.prefix, ()), route)

    def routes(self, topic: str) -> Routes:
        """Return the routes of a topic, none if nobody configured it."""
        known = self._known.get(topic)
        if known is None:
            known = self._search(topic)
            if len(self._known) < KEPT_TOPICS:
                self._known[topic] = known
        return known

    def _search(self, topic: str) -> Routes:
        prefix = topic
        while prefix:
            if found := self._by_prefix.get(prefix):
                return found
            prefix = prefix.rpartition("/")[0]
        return ()


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
    for name, target in feed.fields:
        try:
            parse_field(name, target)
        except ConfigError as error:
            findings.extend(error.findings)
    return tuple(findings)


def _option_findings(feed: Feed, known: Mapping[str, str]) -> Iterator[Finding]:
    for name, value in feed.options:
        if name not in known:
            yield Finding.of("ingest.option_unknown", name=name, format=feed.format, known=", ".join(known) or "-")
        elif not re.fullmatch(known[name], value):
            yield Finding.of("ingest.option_wrong", name=name, value=value, known=known[name])


def parse_field(name: str, target: str) -> Field:
    """Return the field of a mapping like `energy_import_wh * 1000`. Raises `ConfigError`."""
    quantity, star, factor = (part.strip() for part in target.partition("*"))
    try:
        parsed = Field(name, Quantity(quantity), float(factor) if star else 1.0)
    except ValueError:
        parsed = None
    if parsed is None or not isfinite(parsed.factor) or not parsed.factor:
        raise ConfigError([Finding.of("ingest.field_wrong", name=name, target=target)])
    return parsed


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
