"""Traccar: positions of several trackers on one topic, the odometer of one among its attributes, in metres."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, Sample, SimulatedDay

TOPIC = "traccar/positions"
CASE = Case(
    Feed(
        broker="main",
        format="traccar",
        topic=TOPIC,
        device="350000000000017",
        fields=(("counted", "energy_import_wh"),),
    ),
    vehicle=True,
)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        yield sample.message(TOPIC, body(sample, "350000000000017", sample.counted))
        yield sample.message(TOPIC, body(sample, "350000000000018", 7))


def body(sample: Sample, device: str, counted: int) -> str:
    at = sample.at_utc.astimezone(UTC)
    return (
        f'{{"position":{{"deviceTime":"{at:%Y-%m-%dT%H:%M:%S}.000+00:00","fixTime":"{at:%Y-%m-%dT%H:%M:%S}.000+00:00",'
        '"valid":true,"outdated":false,"latitude":47.7236,"longitude":10.3175,"speed":3.2,'
        f'"attributes":{{"counted":{counted},"odometer":{5_000_000 + sample.today},"batteryLevel":88,"motion":true}}}},'
        f'"device":{{"id":7,"name":"Transporter","uniqueId":"{device}"}}}}'
    )
