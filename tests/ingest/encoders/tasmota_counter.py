"""Tasmota counting a meter's pulses with SetOption79: a litre a pulse, each message those since the last."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from core.inventory import Feed, Medium
from core.quantities import Quantity
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "tele/day_counter/SENSOR"
CASE = Case(
    Feed(
        broker="main",
        format="tasmota_counter",
        topic=TOPIC,
        fields=(("C1", "volume_m3 * 0.001"),),
        options=(("counts", "delta"),),
    ),
    quantity=Quantity.VOLUME_M3,
    per_count=0.001,
    medium=Medium.WATER,
)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for before, sample in pairwise((day.samples[0], *day.samples)):
        pulses = sample.today - before.today
        if sample == before:
            pulses = (sample.today - day.samples[day.samples.index(sample) - 1].today) if sample.today else 0
        yield sample.message(
            TOPIC, f'{{"Time":"{sample.at_local:%Y-%m-%dT%H:%M:%S}","COUNTER":{{"C1":{pulses},"C2":17}}}}'
        )
