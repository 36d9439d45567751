"""What is worth looking at while the district lives, as findings for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from core.inventory import Inventory
from core.texts import Finding
from demo.forecourt import faulty_outlet_of
from demo.outlets import lively_of, protocols_of, stations_of
from demo.stories import Story
from demo.world import silent_meter_of


def sights(inventory: Inventory, day: date, stories: Iterable[Story] = ()) -> tuple[Finding, ...]:
    """Return what the live district shows (short sessions, a silent meter, a fault) and what its history tells."""
    return (*_live(inventory, day), *(_told(story) for story in stories))


def _live(inventory: Inventory, day: date) -> Iterator[Finding]:
    protocols = protocols_of(inventory)
    for outlet in sorted(lively_of(stations_of(inventory, day), protocols)):
        yield Finding.of("demo.lively_outlet", outlet=outlet, version=protocols[outlet.partition("/")[0]].value)
    if silent := silent_meter_of(inventory):
        yield Finding.of("demo.silent_meter", meter=silent)
    if faulty := faulty_outlet_of(inventory, day):
        yield Finding.of("demo.faulty_outlet", outlet=faulty)


def _told(story: Story) -> Finding:
    told = {"source": story.source, "day": story.start_utc.date().isoformat()}
    match story.kind:
        case "exchanged":
            return Finding.of("demo.past_exchange", **told)
        case "odometer":
            return Finding.of("demo.past_odometer", **told)
        case "lifetime":
            return Finding.of("demo.past_lifetime", **told)
        case "elsewhere":
            return Finding.of("demo.past_elsewhere", source=story.source)
        case _:
            return Finding.of("demo.past_silence", **told)
