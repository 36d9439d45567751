"""evcc: the energy manager of a building with charge points and PV.

Program: evcc 0.2 to 0.313. Document: evcc-io/evcc, server/mqtt.go, core/keys.
Topics: `evcc/loadpoints/<n>/<leaf>` (numbered from 1) and `evcc/site/<leaf>`, one value each as plain
text, all retained. There is no time beside a value. Nothing is an empty payload: at its start and its end evcc
empties its whole tree. What cannot be computed is `NaN` or `+Inf`.
**The energy of the charge under way is in Wh, the charge point's register in kWh.** Power from the grid
is positive, also ours; PV is generation: negative with us. Which vehicle stands at a charge
point changes, so its charge level and odometer are not read here,
but by `evcc_vehicle`.
"""

from __future__ import annotations

import re
from typing import Final

from core.quantities import Quantity
from ingest.messages import Binding, Decoded, Field, Memory, Message
from ingest.telling import tell
from ingest.times import Stamp

SHAPE: Final = "evcc/loadpoints/<n>, evcc/site/grid, evcc/site/pv, evcc/site/home"
LOADPOINT: Final = (
    Field("chargePower", Quantity.POWER_W),
    Field("chargedEnergy", Quantity.ENERGY_SESSION_WH),
    Field("chargeTotalImport", Quantity.ENERGY_IMPORT_WH, 1000.0),
)
SITE: Final = {
    "grid": (Field("grid/power", Quantity.POWER_W), Field("gridPower", Quantity.POWER_W)),
    "pv": (Field("pvPower", Quantity.POWER_W, -1.0),),
    "home": (Field("homePower", Quantity.POWER_W),),
}
"""`gridPower` is what older releases call it."""
_PARTS: Final = {field.name: part for part, fields in SITE.items() for field in fields}
_LOADPOINT: Final = re.compile(r"(.+/)?loadpoints/[1-9]\d*(?=/|\Z)")
_SITE: Final = re.compile(r"((?:.+/)?site)/(grid|pv|home)")


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the one value of the topic, at the time of receipt; nothing for an empty payload."""
    name = binding.tail(message.topic)
    field = next((field for field in _fields(binding.feed.topic) if field.name == name), None)
    if field is None or message.retained or not message.payload:
        return Decoded(memory=memory)
    value = message.payload.decode("utf-8", "replace")
    at = Stamp(message.received_at_utc, own=False)
    return tell({name: value}, at, message, binding, memory, fields=(field,))


def _fields(topic: str) -> tuple[Field, ...]:
    part = _SITE.fullmatch(topic)
    return SITE[part[2]] if part else LOADPOINT


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - the topic says it all
    """Return whether an unknown topic is probably evcc's."""
    if topic.rpartition("/site/")[2] in _PARTS:
        return True
    return _LOADPOINT.match(topic) is not None and topic.rpartition("/")[2] in {field.name for field in LOADPOINT}


def feed_topic(topic: str) -> str:
    """Return the charge point's part of one of its topics, or the part of the site that a value belongs to."""
    site, middle, leaf = topic.rpartition("/site/")
    if leaf in _PARTS:
        return f"{site}{middle}{_PARTS[leaf]}"
    loadpoint = _LOADPOINT.match(topic)
    return loadpoint[0] if loadpoint else topic


def prefix(topic: str) -> str:
    """Return what the topics of a charge point, or of the site, have in common; nothing for other topics."""
    if part := _SITE.fullmatch(topic):
        return part[1]
    return topic if _LOADPOINT.fullmatch(topic) else ""
