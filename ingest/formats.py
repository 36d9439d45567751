"""The formats that are understood: one row each.

What `Feed.topic`, `Feed.device` and `Feed.fields` of an inventory entry mean, by `Feed.format`:

| format        | `topic`                                        | `device`                   |
|---------------|------------------------------------------------|----------------------------|
| tasmota_sml   | full topic, `tele/<name>/SENSOR`               | SML object (default `SML`) |
| tasmota_plug  | full topic, `tele/<name>/SENSOR`               | channel, `1`…; all together if empty |
| tasmota_counter | full topic, `tele/<name>/SENSOR`             | unused                     |
| tasmota_p1    | full topic, `tele/<name>/RESULT`               | a meter behind it, `0-1`…; itself if empty |
| shelly_gen1   | `shellies/<id>`                                | `emeter/1`, `relay/0`; a sum: `emeter/0+1+2` |
| shelly_gen2   | the device's prefix, `<prefix>`                | component, e.g. `em1:1`    |
| zigbee2mqtt   | full topic, `zigbee2mqtt/<friendly name>`      | unused                     |
| chirpstack_v4 | `application/<application id>/device/<DevEUI>` | unused                     |
| ovms_v3       | `ovms/<user>/<vehicle id>` (or another base)   | unused                     |
| teslamate     | `teslamate/cars/<n>`, `teslamate/<ns>/cars/<n>`| unused                     |
| ha_discovery  | `<discovery prefix>/sensor/<node>`, or a sensor's `…/config` | what the state topics begin with |
| ha_statestream | `<base topic>/sensor/<object id>`             | unused                     |
| iobroker      | what the states' topics begin with             | unused                     |
| vzlogger      | what the channels' topics begin with, `vzlogger` | leaf (default `raw`)     |
| obis_json     | full topic                                     | object that holds the codes (default: the whole) |
| wmbusmeters   | full topic                                     | the meter's id; needed where meters share the topic |
| ai_on_the_edge | full topic, `<main topic>/json`               | unused                     |
| things_stack_v3 | `v3/<application>@<tenant>/devices/<device id>` | unused                   |
| opendtu       | `<base>/<serial>`, or `<base>/ac` for all      | unused                     |
| ahoydtu       | `<topic>/<inverter>`                           | unused                     |
| evcc          | `evcc/loadpoints/<n>`, `evcc/site/grid`, `…/pv`, `…/home` | unused          |
| sparkplug_b   | topic of the data, `spBv1.0/<group>/DDATA/<node>/<device>`, `…/NDATA/<node>` | unused |
| generic_json  | full topic                                     | with the option `id`: what stands there |
| generic_value | what the values' topics begin with             | unused                     |

`fields` maps a name of the payload to a quantity, with a factor where the payload has another unit:
`("E_in", "energy_import_wh * 1000")` for kWh, `("pulses", "volume_m3 * 0.01")` for ten litres a
pulse, `("temperature", "temperature_c")`. A name with dots reaches into nested objects.
ChirpStack requires it, as a codec's names in `object` are free. Tasmota knows `Total_in`, `Total_out` (kWh) and
`Power_curr` (W) by default; `fields` adds to them or replaces them.
Shelly's `device` may stay empty: then it is the component numbered 0 (`em:0`, `em1:0`, `switch:0`,
`pm1:0`), whichever the device has; its energy comes from the data component of the same number. An
empty one of generation 1 is channel 0 of whatever there is, and the sum of all three of a 3EM.
A pulse counter requires `fields`; with SetOption79 it also needs the option `counts` = `delta`, and
`period_s` where its TelePeriod is not 300.
Home Assistant's discovery, the statestream and wmbusmeters name units themselves; there `fields` add what
the device does not say, or decide where it says it twice. ioBroker, vzlogger and AI-on-the-edge
require it; the names are the state, the channel's OBIS code or uuid, and `value`. OBIS JSON needs it where the
message has no unit; there the option `time` names the field with the time.
All topics that begin with the device's prefix (for Tasmota: `tele/<name>`) belong to the entry;
those that carry no readings (`.../LWT`, `.../online`) are known and quietly passed over.
"""

from __future__ import annotations

from typing import Final

from ingest import tasmota
from ingest.decoders import (
    ahoydtu,
    ai_on_the_edge,
    chirpstack_v4,
    evcc,
    evcc_vehicle,
    generic_json,
    generic_value,
    ha_discovery,
    ha_statestream,
    iobroker,
    obis_json,
    opendtu,
    ovms_v3,
    shelly_gen1,
    shelly_gen2,
    sparkplug_b,
    tasmota_counter,
    tasmota_p1,
    tasmota_plug,
    tasmota_sml,
    tesla_fleet,
    teslamate,
    things_stack_v3,
    traccar,
    vzlogger,
    wican,
    wmbusmeters,
    zigbee2mqtt,
)
from ingest.format_row import Format

DECODERS: Final[dict[str, Format]] = {
    "tasmota_sml": Format(
        shape=tasmota.SHAPE,
        decode=tasmota_sml.decode,
        looks_like=tasmota_sml.looks_like,
        prefix=tasmota.prefix,
        fields=tasmota_sml.FIELDS,
        free_fields=True,
    ),
    "shelly_gen2": Format(
        shape=shelly_gen2.SHAPE,
        decode=shelly_gen2.decode,
        looks_like=shelly_gen2.looks_like,
        feed_topic=shelly_gen2.feed_topic,
    ),
    "chirpstack_v4": Format(
        shape=chirpstack_v4.SHAPE,
        decode=chirpstack_v4.decode,
        looks_like=chirpstack_v4.looks_like,
        feed_topic=chirpstack_v4.feed_topic,
        free_fields=True,
        needs_fields=True,
        options=chirpstack_v4.OPTIONS,
    ),
    "ovms_v3": Format(
        shape=ovms_v3.SHAPE,
        decode=ovms_v3.decode,
        looks_like=ovms_v3.looks_like,
        feed_topic=ovms_v3.feed_topic,
    ),
    "teslamate": Format(
        shape=teslamate.SHAPE,
        decode=teslamate.decode,
        looks_like=teslamate.looks_like,
        feed_topic=teslamate.feed_topic,
    ),
    "ha_discovery": Format(
        shape=ha_discovery.SHAPE,
        decode=ha_discovery.decode,
        looks_like=ha_discovery.looks_like,
        feed_topic=ha_discovery.feed_topic,
        prefix=ha_discovery.prefix,
        further=ha_discovery.further,
        announces=ha_discovery.announces,
        free_fields=True,
    ),
    "ha_statestream": Format(
        shape=ha_statestream.SHAPE,
        decode=ha_statestream.decode,
        looks_like=ha_statestream.looks_like,
        feed_topic=ha_statestream.feed_topic,
        free_fields=True,
    ),
    "iobroker": Format(
        shape=iobroker.SHAPE,
        decode=iobroker.decode,
        looks_like=iobroker.looks_like,
        feed_topic=iobroker.feed_topic,
        free_fields=True,
        needs_fields=True,
    ),
    "vzlogger": Format(
        shape=vzlogger.SHAPE,
        decode=vzlogger.decode,
        looks_like=vzlogger.looks_like,
        feed_topic=vzlogger.feed_topic,
        announces=vzlogger.announces,
        free_fields=True,
        needs_fields=True,
    ),
    "obis_json": Format(
        shape=obis_json.SHAPE,
        decode=obis_json.decode,
        looks_like=obis_json.looks_like,
        free_fields=True,
        options=obis_json.OPTIONS,
    ),
    "wmbusmeters": Format(
        shape=wmbusmeters.SHAPE,
        decode=wmbusmeters.decode,
        looks_like=wmbusmeters.looks_like,
        free_fields=True,
    ),
    "ai_on_the_edge": Format(
        shape=ai_on_the_edge.SHAPE,
        decode=ai_on_the_edge.decode,
        looks_like=ai_on_the_edge.looks_like,
        prefix=ai_on_the_edge.prefix,
        free_fields=True,
        needs_fields=True,
    ),
    "tasmota_plug": Format(
        shape=tasmota.SHAPE,
        decode=tasmota_plug.decode,
        looks_like=tasmota_plug.looks_like,
        prefix=tasmota.prefix,
        fields=tasmota_plug.FIELDS,
        free_fields=True,
        device=tasmota_plug.DEVICE,
    ),
    "tasmota_counter": Format(
        shape=tasmota.SHAPE,
        decode=tasmota_counter.decode,
        looks_like=tasmota_counter.looks_like,
        prefix=tasmota.prefix,
        free_fields=True,
        needs_fields=True,
        options=tasmota_counter.OPTIONS,
    ),
    "tasmota_p1": Format(
        shape=tasmota_p1.SHAPE,
        decode=tasmota_p1.decode,
        looks_like=tasmota_p1.looks_like,
        prefix=tasmota.prefix,
        device=tasmota_p1.DEVICE,
    ),
    "shelly_gen1": Format(
        shape=shelly_gen1.SHAPE,
        decode=shelly_gen1.decode,
        looks_like=shelly_gen1.looks_like,
        feed_topic=shelly_gen1.feed_topic,
        device=shelly_gen1.DEVICE,
    ),
    "zigbee2mqtt": Format(
        shape=zigbee2mqtt.SHAPE,
        decode=zigbee2mqtt.decode,
        looks_like=zigbee2mqtt.looks_like,
        fields=zigbee2mqtt.FIELDS,
        free_fields=True,
    ),
    "things_stack_v3": Format(
        shape=things_stack_v3.SHAPE,
        decode=things_stack_v3.decode,
        looks_like=things_stack_v3.looks_like,
        feed_topic=things_stack_v3.feed_topic,
        device="",
        free_fields=True,
        needs_fields=True,
        options=things_stack_v3.OPTIONS,
    ),
    "opendtu": Format(
        shape=opendtu.SHAPE,
        decode=opendtu.decode,
        looks_like=opendtu.looks_like,
        feed_topic=opendtu.feed_topic,
        device="",
        prefix=opendtu.prefix,
    ),
    "ahoydtu": Format(
        shape=ahoydtu.SHAPE,
        decode=ahoydtu.decode,
        looks_like=ahoydtu.looks_like,
        feed_topic=ahoydtu.feed_topic,
        device="",
    ),
    "evcc": Format(
        shape=evcc.SHAPE,
        decode=evcc.decode,
        looks_like=evcc.looks_like,
        feed_topic=evcc.feed_topic,
        device="",
        prefix=evcc.prefix,
    ),
    "evcc_vehicle": Format(
        shape=evcc_vehicle.SHAPE,
        decode=evcc_vehicle.decode,
        looks_like=evcc_vehicle.looks_like,
        feed_topic=evcc_vehicle.feed_topic,
        device=evcc_vehicle.DEVICE,
        prefix=evcc_vehicle.prefix,
        further=evcc_vehicle.further,
    ),
    "wican": Format(
        shape=wican.SHAPE,
        decode=wican.decode,
        looks_like=wican.looks_like,
        feed_topic=wican.feed_topic,
        device="",
        fields=wican.FIELDS,
        free_fields=True,
    ),
    "tesla_fleet": Format(
        shape=tesla_fleet.SHAPE,
        decode=tesla_fleet.decode,
        looks_like=tesla_fleet.looks_like,
        feed_topic=tesla_fleet.feed_topic,
        device=tesla_fleet.DEVICE,
    ),
    "traccar": Format(
        shape=traccar.SHAPE,
        decode=traccar.decode,
        looks_like=traccar.looks_like,
        device=traccar.DEVICE,
        fields=traccar.FIELDS,
        free_fields=True,
    ),
    "sparkplug_b": Format(
        shape=sparkplug_b.SHAPE,
        decode=sparkplug_b.decode,
        looks_like=sparkplug_b.looks_like,
        feed_topic=sparkplug_b.feed_topic,
        device="",
        prefix=sparkplug_b.prefix,
        further=sparkplug_b.further,
        free_fields=True,
        needs_fields=True,
    ),
    "generic_json": Format(
        shape=generic_json.SHAPE,
        decode=generic_json.decode,
        looks_like=generic_json.looks_like,
        free_fields=True,
        needs_fields=True,
        options=generic_json.OPTIONS,
        check=generic_json.check,
    ),
    "generic_value": Format(
        shape=generic_value.SHAPE,
        decode=generic_value.decode,
        looks_like=generic_value.looks_like,
        free_fields=True,
        needs_fields=True,
        options=generic_value.OPTIONS,
        device="",
    ),
}
