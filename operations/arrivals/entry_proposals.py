"""Entries for devices that were heard: what is known is filled in, what is not is left to a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

from config.splice import write_value
from config.values import MAX_ID_LENGTH
from core.inventory import Feed, Inventory, Medium
from core.quantities import Quantity
from ingest.detective import DECLARED, Heard
from ingest.formats import DECODERS
from ingest.redaction import redact_topic
from operations.keepers import EntryKind

_VEHICLE_NEEDS = ("site", "maker", "model", "drive", "group")
_EVERYWHERE = frozenset(
    {"tele", "stat", "sensor", "result", "json", "event", "up", "status", "shellies", "zigbee2mqtt", "wmbusmeters"}
    | {"homeassistant", "application", "device", "devices", "v3", "spbv1.0", "ddata", "ndata", "ovms", "teslamate"}
    | {"cars", "evcc", "solar", "inverter", "main", "data", "[vin]"}
    | {"telemetry", "wican", "loadpoints", "traccar", "positions"}
)
"""Levels of topics that tell no device from another."""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryProposal:
    """An entry that `inventory.add` would take: its id, its `values` as `field=value`, the fields still `missing`."""

    id: str
    name: str
    values: tuple[str, ...]
    missing: tuple[str, ...]


def entry_with(inventory: Inventory, feed: Feed, day: date) -> str | None:
    """Return the entry that reads a device already, such as `meters/rathaus-strom`."""
    shelves: tuple[tuple[EntryKind, Iterable[object]], ...] = (
        (EntryKind.METERS, inventory.meters.values()),
        (EntryKind.VEHICLES, inventory.vehicles.values()),
    )
    place = _place(feed)
    for kind, shelf in shelves:
        for entry in shelf:
            own: Feed | None = getattr(entry, "feed", None)
            if own is not None and _place(own) == place and entry.valid_on(day):  # type: ignore[attr-defined]
                return f"{kind}/{entry.id}"  # type: ignore[attr-defined]
    return None


def _place(feed: Feed) -> tuple[str, str, str, str]:
    """Return what makes two feeds the same: numbers of components that everybody means by default count as none."""
    device = "" if feed.device in {"SML", "em:0", "em1:0", "switch:0", "pm1:0", "emeter/0", "relay/0"} else feed.device
    return feed.broker, feed.format, feed.topic, device


def proposals_of(heard: Sequence[Heard], inventory: Inventory, day: date) -> list[EntryProposal]:
    """Return an entry for each device, with ids that nobody has."""
    taken = set(inventory.meters) | set(inventory.vehicles)
    return [_proposal(one, taken, day) for one in heard]


def _proposal(heard: Heard, taken: set[str], day: date) -> EntryProposal:
    kind = EntryKind.VEHICLES if heard.part.vehicle else EntryKind.METERS
    name = _name(heard)
    said = _said(heard, name, day)
    id_ = free_id(slug_of(name, "fahrzeug" if heard.part.vehicle else "zaehler"), taken)
    taken.add(id_)
    needed = _VEHICLE_NEEDS if heard.part.vehicle else ("site", "medium", "role")
    missing = [field for field in needed if field not in said]
    if "feed.topic" not in said:
        missing.append("feed.topic")
    if "feed.fields" not in said and (DECODERS[heard.feed.format].needs_fields or heard.part.unit_open):
        missing.append("feed.fields")
    values = tuple(f"{field}={text}" for field, text in said.items())
    return EntryProposal(id=f"{kind}/{id_}", name=name, values=values, missing=tuple(missing))


def _said(heard: Heard, name: str, day: date) -> dict[str, str]:
    feed, part = heard.feed, heard.part
    medium = part.medium or _medium(heard)
    lines = "\n".join(f"{write_value(field)}: {write_value(target)}" for field, target in feed.fields)
    topic = feed.topic if redact_topic(feed.topic) == feed.topic else ""
    said: Mapping[str, str | None] = {
        "name": name,
        "medium": None if part.vehicle else medium,
        "role": part.role,
        "generator": part.generator,
        "feed.broker": feed.broker,
        "feed.format": feed.format,
        "feed.topic": topic,
        "feed.device": feed.device,
        "feed.fields": lines,
        "nominal_interval_s": None if part.vehicle or not heard.seen.interval_s else str(heard.seen.interval_s),
        "valid_from": day.isoformat(),
    }
    return {field: str(text) for field, text in said.items() if text}


def _medium(heard: Heard) -> Medium | None:
    """Return the medium where the quantities leave only one; a volume may be water or gas."""
    quantities = {*heard.seen.values}
    if Quantity.HEAT_WH in quantities:
        return Medium.HEAT
    electric = {Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH, Quantity.POWER_W}
    return Medium.ELECTRICITY if quantities & electric and Quantity.VOLUME_M3 not in quantities else None


def _name(heard: Heard) -> str:
    """Return what a person would call it: what tells its topic from others, and the part of the device."""
    feed, part = heard.feed, heard.part
    levels = [level for level in redact_topic(feed.topic).split("/") if level and level.casefold() not in _EVERYWHERE]
    own = part.name if part.name and len(part.name) > 2 and feed.format not in DECLARED else ""  # noqa: PLR2004
    if feed.format in {"chirpstack_v4", "things_stack_v3"}:
        return own or f"LoRaWAN {levels[-1]}"
    words = levels[-2:] if feed.format in {*DECLARED, "zigbee2mqtt", "sparkplug_b"} else levels[-1:]
    name = " ".join([*words, *([part.name] if part.name and part.name not in words else [])])
    return name if any(sign.isalpha() for sign in name) else f"{feed.format} {name}".strip()


def slug_of(name: str, kind: str) -> str:
    """Return an id made of a name; `kind` stands before one that does not begin with a letter."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_UMLAUTS)).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: MAX_ID_LENGTH - 4].rstrip("-")
    return slug if slug[:1].isalpha() else f"{kind}-{slug}".rstrip("-")[: MAX_ID_LENGTH - 4]


def free_id(slug: str, taken: set[str]) -> str:
    """Return the id, with a number behind it if somebody has it."""
    if slug not in taken:
        return slug
    return next(name for number in count(2) if (name := f"{slug}-{number}") not in taken)
