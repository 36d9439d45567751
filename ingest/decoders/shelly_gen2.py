"""Shelly energy meters and switches of generation 2, 3 and 4.

Devices: Pro 3EM, Pro EM, 3EM-63 Gen3, EM Gen3 (`em`, `em1`), Plus and Pro relays and plugs (`switch`), PM Mini
(`pm1`), shutters (`cover`), dimmers (`light`). A three-phase meter speaks as `em`, or, in its other profile, as
three `em1`.
Document: Shelly API docs, Gen2: Notifications, components EM, EMData, EM1, EM1Data, Switch, PM1, Cover, Light.
Topics: `<prefix>/events/rpc` carries notifications with `ts` (Unix seconds; seconds since boot until
the clock is set) that hold only what has changed, so they are laid over the last known status;
`<prefix>/status/<component>` carries one component's status without a time.
Energy is in Wh, power in W and negative when feeding in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.errors import FormatError, ReadingError
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from ingest.messages import NOTHING, Binding, Decoded, Field, Memory, Message
from ingest.times import Stamp, is_new, later, stamp
from ingest.values import gather, json_object, number

SHAPE: Final = "<prefix>"
_OUTPUT: Final = (
    Field("apower", Quantity.POWER_W),
    Field("voltage", Quantity.VOLTAGE_V),
    Field("current", Quantity.CURRENT_A),
    Field("aenergy.total", Quantity.ENERGY_IMPORT_WH),
    Field("ret_aenergy.total", Quantity.ENERGY_EXPORT_WH),
)
"""What every output that measures tells; `by_minute` is no register."""
COMPONENTS: Final[dict[str, tuple[Field, ...]]] = {
    "em": (
        Field("total_act_power", Quantity.POWER_W),
        Field("total_current", Quantity.CURRENT_A),
    ),
    "emdata": (
        Field("total_act", Quantity.ENERGY_IMPORT_WH),
        Field("total_act_ret", Quantity.ENERGY_EXPORT_WH),
    ),
    "em1": (
        Field("act_power", Quantity.POWER_W),
        Field("voltage", Quantity.VOLTAGE_V),
        Field("current", Quantity.CURRENT_A),
        Field("freq", Quantity.FREQUENCY_HZ),
    ),
    "em1data": (
        Field("total_act_energy", Quantity.ENERGY_IMPORT_WH),
        Field("total_act_ret_energy", Quantity.ENERGY_EXPORT_WH),
    ),
    "switch": _OUTPUT,
    "pm1": _OUTPUT,
    "cover": _OUTPUT,
    "light": _OUTPUT,
}
PHASES: Final[dict[str, tuple[str, ...]]] = {
    "total_act_power": ("a_act_power", "b_act_power", "c_act_power"),
    "total_current": ("a_current", "b_current", "c_current"),
    "total_act": ("a_total_act_energy", "b_total_act_energy", "c_total_act_energy"),
    "total_act_ret": ("a_total_act_ret_energy", "b_total_act_ret_energy", "c_total_act_ret_energy"),
}
"""What a total is the sum of, where a notification names phases but not their total."""
_DATA: Final = {"em": "emdata", "em1": "em1data"}
_NOTIFICATIONS: Final = ("NotifyStatus", "NotifyFullStatus")


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the power and the registers of the binding's component. Raises `FormatError`."""
    tail = binding.tail(message.topic)
    if tail == "events/rpc":
        return _notification(message, binding, memory)
    component = tail.removeprefix("status/")
    if component == tail or not _wanted(component, binding.feed.device):
        return Decoded(memory=memory)
    status = json_object(message.payload)
    at = Stamp(message.received_at_utc, own=False)
    return _decoded({component: status}, at, message, binding, memory)


def _notification(message: Message, binding: Binding, memory: Memory) -> Decoded:
    body = json_object(message.payload)
    if body.get("method") not in _NOTIFICATIONS:
        return Decoded(memory=memory)
    params = body.get("params")
    if not isinstance(params, dict):
        raise FormatError("payload.part_missing", part="params")
    statuses = {name: status for name, status in params.items() if _wanted(name, binding.feed.device)}
    if not statuses:
        return Decoded(memory=memory)
    at = stamp(params.get("ts"), message, binding.zone, memory)
    return _decoded(statuses, at, message, binding, memory)


def _wanted(component: str, device: str) -> bool:
    kind, _, index = component.partition(":")
    if kind not in COMPONENTS:
        return False
    if not device:
        return index == "0"
    wanted_kind, _, wanted_index = device.partition(":")
    return index == wanted_index and kind in {wanted_kind, _DATA.get(wanted_kind)}


def _decoded(statuses: Mapping[str, object], at: Stamp, message: Message, binding: Binding, memory: Memory) -> Decoded:
    readings: list[Reading] = []
    notices: list[Finding] = [at.finding] if at.finding else []
    state = dict(memory.state)
    for component, delta in statuses.items():
        if not isinstance(delta, dict):
            notices.append(Finding.of("payload.part_missing", part=component))
            continue
        fields = COMPONENTS[component.partition(":")[0]]
        known = _laid_over(state.get(component), delta, fields)
        state[component] = known
        found, odd = gather(_with_totals(delta, known, fields), fields, binding.source, at.at_utc)
        readings += found
        notices += odd
    remembered = Memory(later(memory, at), state)
    if not is_new(message, at, memory):
        return Decoded(memory=remembered)
    return Decoded(tuple(readings), remembered, tuple(notices), dated=at.own)


def _laid_over(known: object, delta: Mapping[str, object], fields: tuple[Field, ...]) -> Mapping[str, object]:
    """Return the last known phase values with those of `delta` over them."""
    phases = [phase for field in fields for phase in PHASES.get(field.name, ())]
    before = known if isinstance(known, dict) else NOTHING
    merged = {**before, **delta}
    return {phase: merged[phase] for phase in phases if phase in merged}


def _with_totals(
    delta: Mapping[str, object], known: Mapping[str, object], fields: tuple[Field, ...]
) -> Mapping[str, object]:
    """Return `delta` with the totals that it leaves out but whose phases it changes."""
    totals: dict[str, object] = {}
    for field in fields:
        phases = PHASES.get(field.name, ())
        if field.name in delta or not any(phase in delta for phase in phases):
            continue
        if all(phase in known for phase in phases):
            totals[field.name] = _sum_of(known, phases)
    return {**delta, **totals} if totals else delta


def _sum_of(known: Mapping[str, object], phases: tuple[str, ...]) -> float | None:
    try:
        return sum(number(known[phase], phase) for phase in phases)
    except ReadingError:
        return None


def looks_like(topic: str, payload: bytes) -> bool:
    """Return whether an unknown topic is probably such a device."""
    if topic.endswith("/events/rpc"):
        return b'"Notify' in payload
    return topic.rpartition("/")[2].partition(":")[0] in COMPONENTS and "/status/" in topic


def feed_topic(topic: str) -> str:
    """Return the device's prefix, given one of its topics."""
    return topic.removesuffix("/events/rpc").partition("/status/")[0]
