"""wmbusmeters: water, heat, gas and electricity meters and pulse adapters read by radio (Wireless M-Bus).

Program: wmbusmeters 1.x. Document: its README and drivers/src.
Topic: the user's choice, `wmbusmeters/<name>`; one JSON object per telegram. Names end in their unit.
`timestamp` is when the telegram was received (UTC); `meter_date` and `device_datetime` are the meter's
own, without zone, and not used. `id` has leading zeros. Meters repeat a telegram many times an hour.
`target_…` is the reading on the billing date: it is told when it changes, and booked by a person.
Older releases write numbers as strings and have other names (`total_kwh`, `current_kw`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from core.errors import FormatError
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from ingest.messages import Binding, Decoded, Field, Memory, Message
from ingest.times import Stamp, is_new, later, stamp
from ingest.values import gather, json_object, shown

SHAPE: Final = "wmbusmeters/<name>"
_VOLUME: Final = (
    (Field("total_m3", Quantity.VOLUME_M3), Field("total_volume_m3", Quantity.VOLUME_M3)),
    (Field("volume_flow_m3h", Quantity.FLOW_M3_PER_H), Field("flow_m3h", Quantity.FLOW_M3_PER_H)),
)
_POWER: Final = (
    Field("current_power_consumption_kw", Quantity.POWER_W, 1000.0),
    Field("power_kw", Quantity.POWER_W, 1000.0),
    Field("current_kw", Quantity.POWER_W, 1000.0),
)
_HEAT: Final = (
    *_VOLUME,
    (
        Field("total_energy_consumption_kwh", Quantity.HEAT_WH, 1000.0),
        Field("total_kwh", Quantity.HEAT_WH, 1000.0),
    ),
    _POWER,
)
_GAS: Final = (*_VOLUME, (Field("temperature_c", Quantity.TEMPERATURE_C),))
_ELECTRICITY: Final = (
    (
        Field("total_energy_consumption_kwh", Quantity.ENERGY_IMPORT_WH, 1000.0),
        Field("total_kwh", Quantity.ENERGY_IMPORT_WH, 1000.0),
    ),
    (Field("total_energy_production_kwh", Quantity.ENERGY_EXPORT_WH, 1000.0),),
    _POWER,
)
MEDIA: Final[dict[str, tuple[tuple[Field, ...], ...]]] = {
    "water": _VOLUME,
    "cold water": _VOLUME,
    "warm water": _VOLUME,
    "hot water": _VOLUME,
    "heat": _HEAT,
    "heat/cooling load": _HEAT,
    "gas": _GAS,
    "electricity": _ELECTRICITY,
}
"""What each medium's names mean; of several names for one thing the first that is there is read."""
PRODUCTION: Final = "current_power_production_kw"
REPETITION: Final = timedelta(minutes=1)
_ID_DIGITS: Final = 8
_QUIET_STATUS: Final = frozenset({"", "ok"})


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the registers of a telegram of the entry's meter. Raises `FormatError`.

    A meter that the entry does not mean is passed over if `device` names the entry's own, and
    rejected if the entry leaves that open and has read another one before.
    """
    if message.topic != binding.feed.topic:
        return Decoded(memory=memory)
    body = json_object(message.payload)
    meter = _meter(body)
    if binding.feed.device and meter != _padded(binding.feed.device):
        return Decoded(memory=memory)
    if memory.state.get("id", meter) != meter:
        raise FormatError("payload.other_meter", id=shown(meter), expected=shown(memory.state["id"]))
    at = stamp(body.get("timestamp"), message, binding.zone, memory)
    readings, notices = gather(body, _fields(body, binding), binding.source, at.at_utc)
    readings = [_net(reading, body) for reading in readings]
    notices += _remarks(body, memory, readings, at)
    heard = tuple((reading.quantity, reading.value) for reading in readings)
    remembered = Memory(later(memory, at), {"id": meter, "heard": heard, "target": _target(body)})
    if not is_new(message, at, memory) or (_is_repetition(at, memory) and heard == memory.state.get("heard")):
        return Decoded(memory=Memory(memory.last_at_utc, remembered.state))
    return Decoded(tuple(readings), remembered, tuple(notices), dated=at.own)


def _meter(body: Mapping[str, object]) -> str:
    meter = body.get("id")
    if not isinstance(meter, str | int) or isinstance(meter, bool):
        raise FormatError("payload.part_missing", part="id")
    return _padded(str(meter))


def _padded(meter: str) -> str:
    return meter.strip().lower().zfill(_ID_DIGITS)


def _fields(body: Mapping[str, object], binding: Binding) -> list[Field]:
    """Return the entry's own fields, and for all other quantities the first of the medium's names that is there."""
    declared = {field.quantity for field in binding.fields}
    choices = MEDIA.get(str(body.get("media")).lower(), ())
    known = [next((field for field in names if field.name in body), None) for names in choices]
    return [*binding.fields, *(field for field in known if field and field.quantity not in declared)]


def _net(reading: Reading, body: Mapping[str, object]) -> Reading:
    """Return power less what is fed in, which these meters state beside it."""
    if reading.quantity is not Quantity.POWER_W or PRODUCTION not in body:
        return reading
    found, _ = gather(body, [Field(PRODUCTION, Quantity.POWER_W, 1000.0)], reading.source, reading.at_utc)
    produced = found[0].value if found else 0.0
    return Reading(reading.source, reading.quantity, reading.at_utc, reading.value - produced)


def _remarks(body: Mapping[str, object], memory: Memory, readings: list[Reading], at: Stamp) -> list[Finding]:
    remarks = []
    status = str(body.get("status") or "").strip()
    if status.lower() not in _QUIET_STATUS:
        remarks.append(Finding.of("payload.meter_status", status=shown(status)))
    target = _target(body)
    if target and target != memory.state.get("target"):
        name, value, day = target
        remarks.append(Finding.of("payload.billing_value", field=name, value=value, date=day))
    if not readings:
        remarks.append(Finding.of("payload.nothing_mapped", names=shown(", ".join(_registers(body)))))
    elif at.finding:
        remarks.append(at.finding)
    return remarks


def _target(body: Mapping[str, object]) -> tuple[str, str, str] | None:
    """Return the reading on the billing date: its name, its number as written, its day."""
    day = body.get("target_date") or body.get("target_datetime")
    for name, value in body.items():
        if day and name.startswith("target_") and name.endswith(("_kwh", "_m3")):
            return name, shown(value), shown(day)
    return None


def _registers(body: Mapping[str, object]) -> list[str]:
    return [name for name in body if name.endswith(("_counter", "_kwh", "_m3", "_mj", "_gj"))]


def _is_repetition(at: Stamp, memory: Memory) -> bool:
    return memory.last_at_utc is not None and abs(at.at_utc - memory.last_at_utc) < REPETITION


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - the topic is the user's choice
    """Return whether an unknown topic is probably a telegram."""
    return all(word in payload for word in (b'"media":', b'"meter":', b'"id":')) and payload.startswith(b"{")
