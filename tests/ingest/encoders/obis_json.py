"""OBIS codes as names, the unit beside the value; a two-tariff meter that has no total."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "meters/day/obis"
CASE = Case(Feed(broker="main", format="obis_json", topic=TOPIC))


def messages(day: SimulatedDay) -> Iterator[Message]:
    """Write the day; of what is counted the first tariff has two fifths."""
    for sample in day.samples:
        first = sample.counted * 2 // 5
        yield sample.message(
            TOPIC,
            f'{{"timestamp":{sample.at_utc.timestamp():.0f},'
            f'"1-0:1.8.1*255":{{"value":{first / 1000:.3f},"unit":"kWh"}},'
            f'"1-0:1.8.2*255":{{"value":{(sample.counted - first) / 1000:.3f},"unit":"kWh"}},'
            f'"1-0:16.7.0*255":{{"value":{sample.power_w:.1f},"unit":"W"}}}}',
        )
