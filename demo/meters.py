"""Meters as their devices speak: Tasmota SML reader, Shelly Gen2/3, LoRaWAN over ChirpStack v4.

Written from the devices' documentation, without a look at our decoders: what arrives in the
store is compared with what was meant here. Intervals are shorter than real ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from core.inventory import Feed
from core.quantities import Quantity
from demo.dials import Dial
from demo.messages import Outgoing, Promise

TASMOTA_EVERY_S, SHELLY_EVERY_S, CHIRPSTACK_EVERY_S = 5.0, 3.0, 16.0
_REGISTERS_EVERY, _STATUS_EVERY = 3, 5
"""Every third Shelly notification carries the registers, every fifth is followed by the full status."""

_TASMOTA_NAMES: dict[str, tuple[Quantity, float]] = {
    "Total_in": (Quantity.ENERGY_IMPORT_WH, 1000.0),
    "Total_out": (Quantity.ENERGY_EXPORT_WH, 1000.0),
    "Power_curr": (Quantity.POWER_W, 1.0),
}
_MAINS_V = 231.0


@dataclass(slots=True)
class Device:
    """Something with an address of its own: a reader, a Shelly, a LoRaWAN node; it may carry several meters."""

    format: str
    topic: str
    zone: ZoneInfo
    dials: tuple[Dial, ...]
    chance: random.Random
    due_s: float
    sent: int = 0

    def messages(self, now_utc: datetime) -> Iterator[Outgoing]:
        """Yield what the device sends now."""
        match self.format:
            case "tasmota_sml":
                yield tasmota(self, now_utc)
            case "shelly_gen2":
                yield from shelly(self, now_utc)
            case "chirpstack_v4":
                yield chirpstack(self, now_utc)
        self.sent += 1


EVERY_S: dict[str, float] = {
    "tasmota_sml": TASMOTA_EVERY_S,
    "shelly_gen2": SHELLY_EVERY_S,
    "chirpstack_v4": CHIRPSTACK_EVERY_S,
}
_FIRST_WITHIN_S = 6.0


def devices_of(dials: Sequence[Dial], zones: dict[str, ZoneInfo], seed: int, now_s: float) -> list[Device]:
    """Return the devices behind meters with a feed, the first message of each within a few seconds."""
    by_address: dict[tuple[str, str], list[Dial]] = {}
    for dial in dials:
        feed = dial.meter.feed
        if feed and feed.format in EVERY_S:
            by_address.setdefault((feed.format, feed.topic), []).append(dial)
    devices = []
    for (format_, topic), carried in by_address.items():
        chance = random.Random(f"{seed}/{topic}")
        due_s = now_s + chance.uniform(0.0, min(_FIRST_WITHIN_S, EVERY_S[format_]))
        devices.append(Device(format_, topic, zones[carried[0].meter.site], tuple(carried), chance, due_s))
    return devices


def tasmota(device: Device, now_utc: datetime) -> Outgoing:
    """Return `tele/<name>/SENSOR`: local time without offset, kWh, W (negative when feeding in)."""
    at_utc = now_utc.replace(microsecond=0)
    local = at_utc.astimezone(device.zone).replace(tzinfo=None)
    body: dict[str, object] = {"Time": local.isoformat()}
    promises: list[Promise] = []
    for dial in device.dials:
        values: dict[str, object] = {}
        for name, (quantity, factor) in _tasmota_names(dial.meter.feed).items():
            shown = dial.shown(quantity)
            if shown is None:
                continue
            values[name] = value = round(shown / factor, 4)
            promises.append(Promise(dial.meter.source, quantity, value * factor, at_utc))
        values["Meter_Number"] = _serial_number(device)
        body[_object_name(dial.meter.feed)] = values
    return Outgoing(format="tasmota", topic=device.topic, payload=orjson.dumps(body), promises=tuple(promises))


def shelly(device: Device, now_utc: datetime) -> Iterator[Outgoing]:
    """Yield a `NotifyStatus` with what has changed, now and then the registers and a full status."""
    stamp_s = round(now_utc.timestamp(), 2)
    at_utc = datetime.fromtimestamp(stamp_s, UTC)
    params: dict[str, object] = {"ts": stamp_s}
    promises: list[Promise] = []
    for dial in device.dials:
        component, data = _components(dial.meter.feed)
        power, promised = _shelly_power(component, dial)
        params[component] = power
        promises += [Promise(*known, at_utc) for known in promised]
        if data and device.sent % _REGISTERS_EVERY == 0:
            registers, promised = _shelly_registers(data, dial)
            params[data] = registers
            promises += [Promise(*known, at_utc) for known in promised]
    name = device.topic.rpartition("/")[2]
    body = {"src": name, "dst": f"{device.topic}/events", "method": "NotifyStatus", "params": params}
    topic = f"{device.topic}/events/rpc"
    yield Outgoing(format="shelly", topic=topic, payload=orjson.dumps(body), promises=tuple(promises))
    if device.sent % _STATUS_EVERY == 0:
        for dial in device.dials:
            yield from _shelly_status(device, dial)


def chirpstack(device: Device, now_utc: datetime) -> Outgoing:
    """Return an uplink with the decoded `object`; like all proto3 JSON it leaves out what is zero."""
    at_utc = now_utc.replace(microsecond=now_utc.microsecond // 1000 * 1000)
    values: dict[str, object] = {}
    promises: list[Promise] = []
    for dial in device.dials:
        for name, quantity, factor in _fields(dial.meter.feed):
            shown = dial.shown(quantity)
            if shown is None:
                continue
            value = round(shown / factor, 6)
            _put(values, name, value)
            promises.append(Promise(dial.meter.source, quantity, value * factor, at_utc))
    _, application, _, eui = device.topic.split("/")[:4]
    body: dict[str, object] = {
        "deduplicationId": str(UUID(int=device.chance.getrandbits(128), version=4)),
        "time": f"{now_utc:%Y-%m-%dT%H:%M:%S}.{now_utc.microsecond:06d}{device.chance.randrange(1000):03d}+00:00",
        "deviceInfo": {
            "tenantName": "Landkreis",
            "applicationId": application,
            "applicationName": "meters",
            "deviceProfileName": "meter",
            "deviceName": device.dials[0].meter.id,
            "devEui": eui,
            "tags": {},
        },
        "devAddr": f"{device.chance.getrandbits(32):08x}",
        "dr": 5,
        "fPort": 2,
        "data": "AA==",
        "object": values,
        "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -96, "snr": 7.5}],
        "txInfo": {"frequency": 868_100_000},
    }
    if device.sent:
        body["fCnt"] = device.sent
    payload = orjson.dumps(body)
    return Outgoing(format="chirpstack", topic=f"{device.topic}/event/up", payload=payload, promises=tuple(promises))


Known = tuple[str, Quantity, float]


def _shelly_power(component: str, dial: Dial) -> tuple[dict[str, object], list[Known]]:
    power_w = round(dial.rate, 1)
    status: dict[str, object] = {"id": _number(component)}
    match component.partition(":")[0]:
        case "em":
            phases = {f"{phase}_act_power": round(dial.rate * share, 1) for phase, share in _SHARES}
            power_w = round(sum(phases.values()), 1)
            status |= phases | {"total_act_power": power_w}
        case "em1":
            status |= {"current": _current_a(power_w), "act_power": power_w, "voltage": _MAINS_V}
        case _:
            status |= {"apower": power_w, "aenergy": {"total": dial.shown(Quantity.ENERGY_IMPORT_WH)}}
    return status, [(dial.meter.source, Quantity.POWER_W, power_w)]


def _shelly_registers(data: str, dial: Dial) -> tuple[dict[str, object], list[Known]]:
    taken, given = dial.shown(Quantity.ENERGY_IMPORT_WH) or 0.0, dial.shown(Quantity.ENERGY_EXPORT_WH) or 0.0
    taken, given = round(taken, 2), round(given, 2)
    status: dict[str, object] = {"id": _number(data)}
    if data.startswith("em1data"):
        status |= {"total_act_energy": taken, "total_act_ret_energy": given}
    else:
        for phase, share in _SHARES:
            status[f"{phase}_total_act_energy"] = round(taken * share, 2)
            status[f"{phase}_total_act_ret_energy"] = round(given * share, 2)
        status |= {"total_act": taken, "total_act_ret": given}
    source = dial.meter.source
    return status, [(source, Quantity.ENERGY_IMPORT_WH, taken), (source, Quantity.ENERGY_EXPORT_WH, given)]


def _shelly_status(device: Device, dial: Dial) -> Iterator[Outgoing]:
    component, data = _components(dial.meter.feed)
    status, promised = _shelly_power(component, dial)
    if component.startswith("em:"):
        status |= _electrics(dial.rate)
    yield _status_message(device, component, status, promised)
    if data:
        yield _status_message(device, data, *_shelly_registers(data, dial))


def _status_message(device: Device, component: str, status: dict[str, object], promised: list[Known]) -> Outgoing:
    topic = f"{device.topic}/status/{component}"
    promises = tuple(Promise(*known) for known in promised)
    return Outgoing(format="shelly", topic=topic, payload=orjson.dumps(status), promises=promises)


_SHARES = (("a", 0.38), ("b", 0.33), ("c", 0.29))


def _electrics(power_w: float) -> dict[str, object]:
    """Return what a three-phase device states beside the power."""
    status: dict[str, object] = {}
    for phase, share in _SHARES:
        current_a = _current_a(power_w * share)
        status[f"{phase}_current"] = current_a
        status[f"{phase}_voltage"] = _MAINS_V
        status[f"{phase}_aprt_power"] = round(current_a * _MAINS_V, 1)
        status[f"{phase}_pf"] = -0.97 if power_w < 0 else 0.97
    status |= {"n_current": None, "total_aprt_power": round(abs(power_w) / 0.97, 1), "user_calibrated_phase": []}
    return status


def _current_a(power_w: float) -> float:
    return round(abs(power_w) / _MAINS_V / 0.97, 3)


def _components(feed: Feed | None) -> tuple[str, str]:
    """Return the component with the power and the one with the registers, which a switch has in itself."""
    component = feed.device if feed and feed.device else "em:0"
    kind, _, number = component.partition(":")
    return component, f"{kind}data:{number}" if kind in {"em", "em1"} else ""


def _number(component: str) -> int:
    return int(component.partition(":")[2] or 0)


def _tasmota_names(feed: Feed | None) -> dict[str, tuple[Quantity, float]]:
    return _TASMOTA_NAMES | {name: (quantity, factor) for name, quantity, factor in _fields(feed)}


def _object_name(feed: Feed | None) -> str:
    return feed.device if feed and feed.device else "SML"


def _fields(feed: Feed | None) -> Iterator[tuple[str, Quantity, float]]:
    """Yield name, quantity and factor of `Feed.fields`, e.g. `energy_import_wh * 1000`."""
    for name, target in feed.fields if feed else ():
        quantity, _, factor = target.partition("*")
        yield name, Quantity(quantity.strip()), float(factor or 1.0)


def _put(values: dict[str, object], name: str, value: float) -> None:
    """Set a value under a name whose dots reach into nested objects."""
    outer, dot, inner = name.partition(".")
    if not dot:
        values[name] = value
        return
    nested = values.setdefault(outer, {})
    if isinstance(nested, dict):
        _put(nested, inner, value)


def _serial_number(device: Device) -> str:
    return random.Random(device.topic).randbytes(10).hex()
