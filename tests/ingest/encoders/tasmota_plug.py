"""A plug with Tasmota: kWh with three decimals, local time without offset, an array of powers beside a plain total."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "tele/day_plug/SENSOR"
CASE = Case(Feed(broker="main", format="tasmota_plug", topic=TOPIC))


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        yield sample.message(
            TOPIC,
            f'{{"Time":"{sample.at_local:%Y-%m-%dT%H:%M:%S}","ENERGY":{{"TotalStartTime":"2026-01-01T00:00:00",'
            f'"Total":{sample.counted / 1000:.3f},"Yesterday":5.340,"Today":{sample.today / 1000:.3f},'
            f'"Power":[{sample.power_w:.2f},0],"Voltage":227,"Current":[{sample.power_w / 227:.3f},0]}}}}',
        )
