"""A zigbee2mqtt plug announced for Home Assistant: kWh in its state, no time, the old energy beside fresh power."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, Sample, SimulatedDay

NODE = "homeassistant/sensor/0x84fd27fffe39e3ac"
STATE = "zigbee2mqtt/0x84fd27fffe39e3ac"
CASE = Case(Feed(broker="main", format="ha_discovery", topic=NODE, device=STATE))


def messages(day: SimulatedDay) -> Iterator[Message]:
    yield announcement(day.samples[0], "energy", "total_increasing", "kWh")
    yield announcement(day.samples[0], "power", "measurement", "W")
    for sample in day.samples:
        state = f'{{"energy":{sample.counted / 1000},"linkquality":48,"power":{sample.power_w:.0f},"state":"ON"}}'
        yield sample.message(STATE, state)


def announcement(sample: Sample, name: str, state_class: str, unit: str) -> Message:
    return sample.message(
        f"{NODE}/{name}/config",
        f'{{"device_class":"{name}","state_class":"{state_class}","state_topic":"{STATE}","unit_of_measurement":"{unit}",'
        f'"unique_id":"0x84fd27fffe39e3ac_{name}_zigbee2mqtt","value_template":"{{{{ value_json.{name} }}}}"}}',
    )
