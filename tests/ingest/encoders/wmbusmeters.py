"""A water meter by radio: cubic metres with three decimals, UTC, each telegram several times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from core.inventory import Feed, Medium
from core.quantities import Quantity
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "wmbusmeters/day"
FEED = Feed(broker="main", format="wmbusmeters", topic=TOPIC, device="33225544")
CASE = Case(FEED, Quantity.VOLUME_M3, per_count=0.001, medium=Medium.WATER)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        for seconds in (0, 16):
            at_utc = sample.at_utc + timedelta(seconds=seconds)
            yield sample.message(
                TOPIC,
                '{"_":"telegram","media":"water","meter":"iperl","name":"MyTapWater","id":"33225544","max_flow_m3h":0,'
                f'"total_m3":{sample.counted / 1000:.3f},"timestamp":"{at_utc:%Y-%m-%dT%H:%M:%SZ}"}}',
            )
