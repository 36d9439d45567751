"""A camera on a water meter's dial: every value a string, local time with an offset without colon."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed, Medium
from core.quantities import Quantity
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "watermeter-day/main/json"
FEED = Feed(broker="main", format="ai_on_the_edge", topic=TOPIC, fields=(("value", "volume_m3"),))
CASE = Case(FEED, Quantity.VOLUME_M3, per_count=0.001, medium=Medium.WATER)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        dial = f"{sample.counted / 1000:.3f}"
        yield sample.message(
            TOPIC,
            f'{{"value":"{dial}","raw":"{dial}","pre":"{dial}","error":"no error","rate":"0.000000",'
            f'"timestamp":"{sample.at_local:%Y-%m-%dT%H:%M:%S%z}"}}',
        )
