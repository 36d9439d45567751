"""vzlogger with timestamps, reading Wh from an SML meter; it announces each channel before its first value."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "vzlogger-day"
CASE = Case(Feed(broker="main", format="vzlogger", topic=TOPIC, fields=(("1-0:1.8.0", "energy_import_wh"),)))


def messages(day: SimulatedDay) -> Iterator[Message]:
    for channel, code in enumerate(["1-0:16.7.0*255", "1-0:1.8.0*255"]):
        yield day.samples[0].message(f"{TOPIC}/chn{channel}/id", code)
        yield day.samples[0].message(f"{TOPIC}/chn{channel}/uuid", f"a9d7e4f0-0000-4000-8000-00000000000{channel}")
    for sample in day.samples:
        at_ms = round(sample.at_utc.timestamp() * 1000)
        for channel, value in enumerate([sample.power_w, float(sample.counted)]):
            yield sample.message(f"{TOPIC}/chn{channel}/raw", f'{{ "timestamp": {at_ms}, "value": {value} }}')
