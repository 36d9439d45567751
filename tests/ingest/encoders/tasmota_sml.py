"""Tasmota's SML reader: kWh with four decimals, local time without offset."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "tele/day_sml/SENSOR"
CASE = Case(Feed(broker="main", format="tasmota_sml", topic=TOPIC))


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        yield sample.message(
            TOPIC,
            f'{{"Time":"{sample.at_local:%Y-%m-%dT%H:%M:%S}","SML":{{"Total_in":{sample.counted / 1000:.4f},'
            f'"Total_out":0.0000,"Power_curr":{sample.power_w:.0f},"Meter_Number":"0a01454652240487bd2a"}}}}',
        )
