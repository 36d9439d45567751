"""A LoRaWAN water meter behind The Things Stack, its frames' counter beginning anew with the reset."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed, Medium
from core.quantities import Quantity
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "v3/kreis-wasser@ttn/devices/zaehler-17"
CASE = Case(
    Feed(broker="main", format="things_stack_v3", topic=TOPIC, fields=(("liter", "volume_m3 * 0.001"),)),
    quantity=Quantity.VOLUME_M3,
    per_count=0.001,
    medium=Medium.WATER,
)


def messages(day: SimulatedDay) -> Iterator[Message]:
    frame = 0
    for sample in day.samples:
        frame = frame + 1 if sample.counted else 0
        counter = f'"f_cnt":{frame},' if frame else ""
        yield sample.message(
            f"{TOPIC}/up",
            f'{{"end_device_ids":{{"device_id":"zaehler-17"}},"received_at":"{sample.at_utc:%Y-%m-%dT%H:%M:%S}.000260676Z",'
            f'"uplink_message":{{"f_port":20,{counter}"frm_payload":"qg==",'
            f'"decoded_payload":{{"liter":{sample.counted},"alarm":null}}}}}}',
        )
