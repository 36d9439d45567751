"""Everybody on one broker: all recorded messages and the simulated devices, and who each of them is.

The recorded messages stand on the topics on which such devices send; where the record names its topic, on that.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ingest.formats import DECODERS
from tests.ingest.simulated_day import Case, simulated_day

PAYLOADS = Path(__file__).parent / "payloads"
SIMULATED_MESSAGES = 60


class Somebody(NamedTuple):
    """A device: its format, the topic its entry would have, and what it sends, in order."""

    format: str
    topic: str
    messages: tuple[tuple[str, bytes], ...]


def everybody() -> list[Somebody]:
    """Return all devices."""
    return [*recorded(), *simulated()]


def recorded() -> Iterator[Somebody]:
    for format_, topic, at, file in ONE_MESSAGE:
        yield Somebody(format_, topic, ((at, (PAYLOADS / format_ / file).read_bytes()),))
    for format_, topic, file in VALUES:
        found = json.loads((PAYLOADS / format_ / file).read_text())
        yield Somebody(
            format_, topic, tuple((_at(format_, topic, name), text.encode()) for name, text in found.items())
        )
    yield Somebody("shelly_gen1", "shellies/shellyem3-3494546ECFF8", tuple(_lines("shelly_gen1/3em.txt")))
    yield Somebody(
        "ahoydtu", "inverter/Balkon", tuple(_lines("ahoydtu/lines.txt", "<TOPIC>/<INVERTER_NAME>", "inverter/Balkon"))
    )
    p1 = (PAYLOADS / "tasmota_p1/lines.txt").read_text().splitlines()
    lines = [p1[0], *(f'{{"SerialReceived":{line}}}' for line in p1[1:])]
    yield Somebody("tasmota_p1", "tele/p1/RESULT", tuple(("tele/p1/RESULT", line.encode()) for line in lines))


ONE_MESSAGE = (
    ("tasmota_sml", "tele/tasmota_power/SENSOR", "tele/tasmota_power/SENSOR", "2019.json"),
    ("tasmota_sml", "tele/tasmota_phases/SENSOR", "tele/tasmota_phases/SENSOR", "phases.partial.json"),
    ("tasmota_plug", "tele/sonoff_pow/SENSOR", "tele/sonoff_pow/SENSOR", "pow.json"),
    ("tasmota_counter", "tele/counter/SENSOR", "tele/counter/SENSOR", "counter.json"),
    ("zigbee2mqtt", "zigbee2mqtt/Kaffeemaschine", "zigbee2mqtt/Kaffeemaschine", "plug.json"),
    ("shelly_gen2", "shellyemg3-dcb4d9c564f4", "shellyemg3-dcb4d9c564f4/events/rpc", "em1_notification.json"),
    ("shelly_gen2", "shellypro3em-a", "shellypro3em-a/status/em:0", "em_status.partial.json"),
    ("shelly_gen2", "shellypro3em-b", "shellypro3em-b/status/emdata:0", "emdata_status.json"),
    (
        "chirpstack_v4",
        "application/7/device/70b3d5e050013951",
        "application/7/device/70b3d5e050013951/event/up",
        "up.partial.json",
    ),
    (
        "chirpstack_v4",
        "application/7/device/70b3d5e050013952",
        "application/7/device/70b3d5e050013952/event/status",
        "status.partial.json",
    ),
    (
        "ha_discovery",
        "homeassistant/sensor/0x84fd27fffe39e3af",
        "homeassistant/sensor/0x84fd27fffe39e3af/voltage/config",
        "voltage.partial.json",
    ),
    ("iobroker", "iobroker/deconz/0", "iobroker/deconz/0/Sensors/1/open", "state_object.json"),
    ("obis_json", "powerfox/17", "powerfox/17", "powerfox.json"),
    ("wmbusmeters", "wmbusmeters/MyTapWater", "wmbusmeters/MyTapWater", "water.json"),
    ("wmbusmeters", "wmbusmeters/pulse", "wmbusmeters/pulse", "pulse.json"),
    ("wmbusmeters", "funk/heat", "funk/heat", "heat.partial.json"),
    ("wmbusmeters", "wmbusmeters/gas", "wmbusmeters/gas", "gas.partial.json"),
    ("wmbusmeters", "wmbusmeters/electricity", "wmbusmeters/electricity", "electricity.partial.json"),
    ("wican", "wican/a1b2c3", "wican/a1b2c3/can/rx", "autopid.partial.json"),
    ("ai_on_the_edge", "watermeter/main/json", "watermeter/main/json", "value.json"),
    ("things_stack_v3", "v3/bruecke@ttn/devices/lobaro-1", "v3/bruecke@ttn/devices/lobaro-1/up", "up.partial.json"),
)
"""Format, the entry's topic, the message's topic, the file."""
VALUES = (
    ("ovms_v3", "ovms/fleet/DEMO", "metrics.partial.json"),
    ("teslamate", "teslamate/cars/1", "leaves.json"),
    ("tesla_fleet", "telemetry", "fields.json"),
    ("vzlogger", "vzlogger/data", "raw.json"),
    ("ha_statestream", "homeassistant/sensor/light", "leaves.partial.json"),
)


def _at(format_: str, topic: str, name: str) -> str:
    if format_ == "vzlogger":
        return name
    if format_ == "tesla_fleet":
        return f"{topic}/5YJ3E1EA7KF317000/v/{name}"
    return f"{topic}/metric/{name}" if format_ == "ovms_v3" else f"{topic}/{name}"


def _lines(file: str, old: str = "", new: str = "") -> Iterator[tuple[str, bytes]]:
    for line in (PAYLOADS / file).read_text().splitlines():
        if line.strip():
            topic, value = line.split()
            yield topic.replace(old, new) if old else topic, value.encode()


def simulated() -> Iterator[Somebody]:
    """Yield a device of each format, with the first of its day's messages."""
    day = simulated_day()
    for format_ in DECODERS:
        encoder = importlib.import_module(f"tests.ingest.encoders.{format_}")
        case: Case = encoder.CASE
        said = islice(encoder.messages(day), SIMULATED_MESSAGES)
        yield Somebody(format_, case.feed.topic, tuple((message.topic, message.payload) for message in said))
