"""A Zigbee plug: kWh with two decimals, no time; the whole state comes again with each report of the power."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, Sample, SimulatedDay

TOPIC = "zigbee2mqtt/Rathaus/EG/Drucker"
CASE = Case(Feed(broker="main", format="zigbee2mqtt", topic=TOPIC), coarse=10.0)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for before, sample in pairwise((day.samples[0], *day.samples)):
        yield report(sample, before.counted)
        yield report(sample, sample.counted)


def report(sample: Sample, counted: int) -> Message:
    return sample.message(
        TOPIC,
        f'{{"child_lock":"UNLOCK","current":{sample.power_w / 230:.2f},"energy":{counted / 1000:.2f},'
        f'"indicator_mode":null,"linkquality":48,"power":{sample.power_w:.0f},"state":"ON","voltage":230}}',
    )
