"""Tasmota counting pulses: of a water, gas or electricity meter with a pulse output.

Device: any Tasmota board with a counter; firmware 8 to 15. Document: tasmota/docs, Commands.md (Counter, SetOption79).
Topic: `tele/<name>/SENSOR`; in the object `COUNTER`, `C1` to `C8` are pulses, 32 bit. What a pulse is worth the
entry's `fields` say. With SetOption79 each message tells the pulses since the one before: the option
`counts` = `delta` adds them up. As nobody remembers the sum over a restart of the service, it then
begins anew at 0, a TelePeriod (`period_s`) before the first message, which counting takes for a reset.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from core.readings import Reading
from ingest.messages import Binding, Decoded, Memory, Message, Option
from ingest.tasmota import TELE_PERIOD_S, sensor, sensors
from ingest.telling import tell
from ingest.times import Stamp, is_new, later, stamp
from ingest.values import gather

OPTIONS: Final = {
    "counts": Option("total|delta", "total, delta"),
    "period_s": Option("[1-9][0-9]{0,4}", "60"),
}


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the positions of the counters that the entry names. Raises `FormatError`."""
    if message.topic != binding.feed.topic:
        return Decoded(memory=memory)
    body = sensors(message.payload)
    counter = sensor(body, "COUNTER")
    at = stamp(body.get("Time"), message, binding.zone, memory)
    if dict(binding.feed.options).get("counts") == "delta":
        return _added(counter, at, message, binding, memory)
    return tell(counter, at, message, binding, memory)


def _added(counter: dict[str, object], at: Stamp, message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the sums of all pulses told so far; a message that comes again is told apart by its time."""
    again = at.own and memory.last_at_utc is not None and at.at_utc <= memory.last_at_utc
    if again or not is_new(message, at, memory):
        return Decoded(memory=memory)
    added, notices = gather(counter, binding.fields, binding.source, at.at_utc)
    if at.finding:
        notices.append(at.finding)
    sums, readings = dict(memory.state), []
    for reading in added:
        before = sums.get(reading.quantity)
        if not isinstance(before, float):
            before = 0.0
            readings.append(replace(reading, at_utc=_begun(reading, binding), value=before))
        sums[reading.quantity] = before + reading.value
        readings.append(replace(reading, value=before + reading.value))
    return Decoded(tuple(readings), Memory(later(memory, at), sums), tuple(notices), dated=at.own)


def _begun(reading: Reading, binding: Binding) -> datetime:
    """Return when the counting of a first message began: just after the message that would have been before it."""
    period_s = int(dict(binding.feed.options).get("period_s", TELE_PERIOD_S))
    return reading.at_utc - timedelta(seconds=period_s - 1)


def looks_like(topic: str, payload: bytes) -> bool:
    """Return whether an unknown topic is probably such a counter."""
    return topic.endswith("/SENSOR") and b'"COUNTER"' in payload
