"""OVMS in a car: kWh from the grid with three decimals, one plain value a topic, no time."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "ovms/fleet/DAY"
CASE = Case(Feed(broker="main", format="ovms_v3", topic=TOPIC), vehicle=True)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        yield sample.message(f"{TOPIC}/metric/v/c/kwh/grid/total", f"{sample.counted / 1000:.3f}")
        yield sample.message(f"{TOPIC}/metric/v/b/soc", "71.5")
