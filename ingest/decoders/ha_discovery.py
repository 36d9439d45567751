"""Home Assistant MQTT discovery: devices that announce their own sensors, and the states they announce.

Devices: zigbee2mqtt, ESPHome, OpenMQTTGateway and many more. Document: home-assistant.io, MQTT discovery.
Topics: `<discovery prefix>/sensor/[<node>/]<object>/config`, retained, says by device class, state
class and unit what a sensor measures, on which state topic, and by which template its value is found
there; an empty payload takes the sensor away. `<discovery prefix>/device/<object>/config` announces
many sensors at once. Names may be abbreviated (`stat_t`), topics may begin with `~`.

Templates are never evaluated: those that only name a value (`{{ value_json.a['b'] | float }}`) are
understood, all others are a notice. Filters that round are passed over, as are their defaults, since
a missing value is not 0. States have no time and bear the time of receipt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

from core.errors import FormatError, ReadingError
from core.inventory import Feed
from core.quantities import Quantity
from core.texts import Finding
from ingest.home_assistant import field_of
from ingest.messages import Binding, Decoded, Field, Memory, Message
from ingest.values import gather, json_object, json_value, shown

SHAPE: Final = "homeassistant/sensor/<node>"
KEPT_SENSORS: Final = 500
ABBREVIATIONS: Final = {
    "dev_cla": "device_class",
    "stat_cla": "state_class",
    "stat_t": "state_topic",
    "unit_of_meas": "unit_of_measurement",
    "uniq_id": "unique_id",
    "val_tpl": "value_template",
    "cmps": "components",
    "p": "platform",
}
_CONFIG: Final = "/config"
_PLAIN: Final = "value"
_LONGEST_TEMPLATE: Final = 200
_STEP: Final = r"(?:\.[A-Za-z_]\w*|\[\s*(?:'[^'\]]*'|\"[^\"\]]*\")\s*\])"
_TEMPLATE: Final = re.compile(
    rf"\{{\{{-?\s*(?:value|value_json(?P<path>{_STEP}*))"
    r"\s*(?:\|\s*(?:float|int|round|default|d|is_defined|string|trim)\b\s*(?:\([^()|]*\)\s*)?)*-?\}\}\Z"
)
_NAME: Final = re.compile(r"\.(\w+)|\[\s*['\"]([^'\"]*)['\"]\s*\]")


class Sensor(NamedTuple):
    """One announced value: the topic it comes on, and what its field there is to us."""

    topic: str
    field: Field


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Remember what a device announces, and return what its states hold by that. Raises `FormatError`."""
    if message.topic.startswith(binding.prefix + "/") and announces(message.topic):
        return _announced(message, binding, memory)
    return Decoded(memory=memory) if message.retained else _measured(message, binding, memory)


def _announced(message: Message, binding: Binding, memory: Memory) -> Decoded:
    kept = {topic: sensors for topic, sensors in memory.state.items() if topic != message.topic}
    if not message.payload.strip():
        return Decoded(memory=Memory(memory.last_at_utc, kept))
    sensors: list[Sensor] = []
    notices: list[Finding] = []
    for name, config in _configs(message.topic, _spelled_out(json_object(message.payload))):
        try:
            sensor = _sensor(name, config)
        except ReadingError as error:
            notices.append(error.finding)
            continue
        if sensor is None:
            continue
        sensors.append(sensor)
        if not _routed(sensor.topic, binding):
            notices.append(Finding.of("payload.state_elsewhere", field=name, topic=shown(sensor.topic)))
    if len(kept) < KEPT_SENSORS:
        kept[message.topic] = tuple(sensors[:KEPT_SENSORS])
    doubtful = _ambiguous(_sensors(kept), binding) & {sensor.field.quantity for sensor in sensors}
    notices += [Finding.of("payload.sensor_ambiguous", quantity=quantity) for quantity in sorted(doubtful)]
    return Decoded(memory=Memory(memory.last_at_utc, kept), notices=tuple(notices))


def _configs(topic: str, body: Mapping[str, object]) -> list[tuple[str, Mapping[str, object]]]:
    """Return the sensors of an announcement by name; what they have in common stands around the components."""
    levels = topic.split("/")
    components = body.get("components")
    if not isinstance(components, dict):
        return [(levels[-2], body)] if "sensor" in levels[-4:-2] else []
    parts = {name: _spelled_out(part) for name, part in components.items() if isinstance(part, dict)}
    return [(name, {**body, **part}) for name, part in parts.items() if part.get("platform") == "sensor"]


def _spelled_out(body: Mapping[str, object]) -> dict[str, object]:
    return {ABBREVIATIONS.get(name, name): value for name, value in body.items()}


def _sensor(name: str, config: Mapping[str, object]) -> Sensor | None:
    words = [config.get(word) for word in ("device_class", "state_class", "unit_of_measurement")]
    device_class, state_class, unit = (word if isinstance(word, str) else "" for word in words)
    topic, base = config.get("state_topic"), config.get("~")
    field = field_of(name, device_class, state_class, unit)
    if field is None or not isinstance(topic, str):
        return None
    if isinstance(base, str):
        topic = base + topic[1:] if topic.startswith("~") else topic
        topic = topic[:-1] + base if topic.endswith("~") else topic
    return Sensor(topic, field._replace(name=_path(name, config.get("value_template"))))


def _path(name: str, template: object) -> str:
    """Return the dotted name that a template reads, `value` for the whole payload. Raises `ReadingError`."""
    if template is None:
        return _PLAIN
    found = None
    if isinstance(template, str) and len(template) <= _LONGEST_TEMPLATE:
        found = _TEMPLATE.match(template.strip())
    if found is None:
        raise ReadingError("payload.template_unknown", field=name, template=shown(template))
    steps = _NAME.findall(found["path"] or "")
    return ".".join(plain or quoted for plain, quoted in steps) or _PLAIN


def _routed(topic: str, binding: Binding) -> bool:
    return any(f"{topic}/".startswith(f"{prefix}/") for prefix in (binding.prefix, *further(binding.feed)))


def _sensors(state: Mapping[str, object]) -> set[Sensor]:
    return {sensor for sensors in state.values() if isinstance(sensors, tuple) for sensor in sensors}


def _ambiguous(sensors: set[Sensor], binding: Binding) -> set[Quantity]:
    """Return the quantities that more than one value claims to be, unless the entry declares which."""
    declared = {field.quantity for field in binding.fields}
    claims = Counter(sensor.field.quantity for sensor in sensors)
    return {quantity for quantity, count in claims.items() if count > 1} - declared


def _measured(message: Message, binding: Binding, memory: Memory) -> Decoded:
    sensors = _sensors(memory.state)
    if not memory.state and not binding.fields:
        raise FormatError("payload.not_announced", topic=message.topic)
    declared = {field.quantity for field in binding.fields}
    unread = _ambiguous(sensors, binding) | declared
    announced = [sensor.field for sensor in sensors if sensor.topic == message.topic]
    fields = [field for field in announced if field.quantity not in unread] + list(binding.fields)
    values = _values(message, binding, plain=any(field.name == _PLAIN for field in announced))
    readings, notices = gather(values, sorted(fields), binding.source, message.received_at_utc)
    return Decoded(tuple(readings), memory, tuple(notices))


def _values(message: Message, binding: Binding, *, plain: bool) -> Mapping[str, object]:
    """Return a state's values by name; a payload that is one value has the names `value` and its topic's end."""
    text = message.payload.decode("utf-8", "replace")
    if text.lstrip().startswith("{"):
        body = json_value(message.payload)
        return body if isinstance(body, dict) else {}
    end = message.topic.removeprefix(f"{binding.feed.device}/")
    return {_PLAIN: text, end: text} if plain else {end: text}


def further(feed: Feed) -> tuple[str, ...]:
    """Return what the state topics have in common, as the entry names it in `device`."""
    return (feed.device,) if feed.device else ()


def announces(topic: str) -> bool:
    """Return whether a topic announces sensors."""
    return topic.endswith(_CONFIG)


def prefix(topic: str) -> str:
    """Return what the discovery topics have in common, given one of them."""
    return topic.removesuffix(_CONFIG)


def looks_like(topic: str, payload: bytes) -> bool:
    """Return whether an unknown topic is probably an announcement."""
    return topic.endswith(_CONFIG) and any(word in payload for word in (b'"state_topic"', b'"stat_t"', b'"cmps"'))


def feed_topic(topic: str) -> str:
    """Return what the discovery topics of a device have in common, given one of its sensors' topics."""
    return topic.removesuffix(_CONFIG).rpartition("/")[0] if topic.endswith(_CONFIG) else topic
