"""ioBroker with state objects; on each connection it publishes all states again."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

STATES = "iobroker/smartmeter/0"
FIELDS = (("1-0:1_8_0__255.value", "energy_import_wh * 1000"),)
CASE = Case(Feed(broker="main", format="iobroker", topic=STATES, fields=FIELDS))


def messages(day: SimulatedDay) -> Iterator[Message]:
    for number, sample in enumerate(day.samples):
        at_ms = round(sample.at_utc.timestamp() * 1000)
        body = (
            f'{{"val":{sample.counted / 1000},"ack":true,"ts":{at_ms},"q":0,"from":"system.adapter.smartmeter.0",'
            f'"user":"system.user.admin","lc":{at_ms}}}'
        )
        for _ in range(2 if number % 50 == 0 else 1):
            yield sample.message(f"{STATES}/1-0:1_8_0__255/value", body)
