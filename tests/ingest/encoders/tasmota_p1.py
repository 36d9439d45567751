"""A P1 telegram line by line: two tariffs in kWh with three decimals, local time with S or W, gas of its own hour."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, Sample, SimulatedDay

TOPIC = "tele/day_p1/RESULT"
CASE = Case(Feed(broker="main", format="tasmota_p1", topic=TOPIC))


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        for line in telegram(sample):
            yield sample.message(TOPIC, f'{{"SerialReceived":"{line}\\r"}}')


def telegram(sample: Sample) -> Iterator[str]:
    first = sample.counted // 3
    yield r"/KFM5KAIFA-METER"
    yield "1-3:0.2.8(50)"
    yield f"0-0:1.0.0({sample.at_local:%y%m%d%H%M%S}W)"
    yield f"1-0:1.8.1({first / 1000:010.3f}*kWh)"
    yield f"1-0:1.8.2({(sample.counted - first) / 1000:010.3f}*kWh)"
    yield "1-0:2.8.1(000000.000*kWh)"
    yield "1-0:2.8.2(000000.000*kWh)"
    yield f"1-0:1.7.0({sample.power_w / 1000:06.3f}*kW)"
    yield "1-0:2.7.0(00.000*kW)"
    yield "1-0:99.97.0(1)(0-0:96.7.19)(000101000001W)(2147483647*s)"
    yield f"0-1:24.2.1({sample.at_local:%y%m%d%H}0000W)(04139.079*m3)"
    yield "!AB12"
