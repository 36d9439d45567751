"""Home Assistant's statestream: state, times, attributes, in the order in which it publishes them."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

ENTITY = "homeassistant/sensor/day_energy"
CASE = Case(Feed(broker="main", format="ha_statestream", topic=ENTITY))


def messages(day: SimulatedDay) -> Iterator[Message]:
    """Write the day; attributes are known from before, as the broker replays them."""
    attributes = ("device_class", '"energy"'), ("state_class", '"total_increasing"'), ("unit_of_measurement", '"kWh"')
    for leaf, text in attributes:
        yield day.samples[0].message(f"{ENTITY}/{leaf}", text)
    for sample in day.samples:
        yield sample.message(f"{ENTITY}/state", f'"{sample.counted / 1000:.3f}"')
        yield sample.message(f"{ENTITY}/last_updated", f'"{sample.at_utc.isoformat()}"')
        for leaf, text in attributes:
            yield sample.message(f"{ENTITY}/{leaf}", text)
