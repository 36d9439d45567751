"""A LoRaWAN water meter behind ChirpStack: whole litres, time with nanoseconds, a name that its codec chose."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed, Medium
from core.quantities import Quantity
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "application/1/device/70b3d5e050013950"
CASE = Case(
    Feed(broker="main", format="chirpstack_v4", topic=TOPIC, fields=(("meter.liter", "volume_m3 * 0.001"),)),
    quantity=Quantity.VOLUME_M3,
    per_count=0.001,
    medium=Medium.WATER,
)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        at = f"{sample.at_utc:%Y-%m-%dT%H:%M:%S}.775023242+00:00"
        yield sample.message(
            f"{TOPIC}/event/up",
            f'{{"deduplicationId":"{sample.at_utc.timestamp():.0f}","time":"{at.replace(".775023242", ".000000242")}",'
            f'"deviceInfo":{{"devEui":"70b3d5e050013950"}},"fPort":1,"data":"qg==",'
            f'"object":{{"meter":{{"liter":{sample.counted}}}}}}}',
        )
