"""WiCAN: what a profile names, in `autopid_data`, here a counter of charged energy in kWh; the ECU sleeps at times."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "wican/48ca43af1234"
CASE = Case(
    Feed(broker="main", format="wican", topic=TOPIC, fields=(("CHARGED", "energy_import_wh * 1000"),)),
    vehicle=True,
)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for number, sample in enumerate(day.samples):
        if number % 7 == 0:
            yield sample.message(f"{TOPIC}/status", '{"status":"online"}')
            asleep = '{"autopid_data":{"CHARGED":0,"SOC":0,"COOLANT_TMP":-40,"ODOMETER":0}}'
            yield sample.message(f"{TOPIC}/can/rx", asleep)
        body = f'{{"autopid_data":{{"CHARGED":{sample.counted / 1000:.3f},"SOC":55.5,"ODOMETER":48211}}}}'
        yield sample.message(f"{TOPIC}/can/rx", body)
