"""What most messages are: an object of named values, and the instant they hold at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ingest.messages import NOTHING, Binding, Decoded, Field, Memory, Message
from ingest.times import Stamp, is_new, later
from ingest.values import gather


def tell(
    values: Mapping[str, object],
    at: Stamp,
    message: Message,
    binding: Binding,
    memory: Memory,
    *,
    fields: Iterable[Field] | None = None,
    state: Mapping[str, object] = NOTHING,
) -> Decoded:
    """Return what `values` say by `fields` (those of the entry if none are given) at an instant.

    `state` is what to remember besides the instant. What the broker merely replays gives no readings.
    """
    remembered = Memory(later(memory, at), state)
    if not is_new(message, at, memory):
        return Decoded(memory=remembered)
    readings, notices = gather(values, binding.fields if fields is None else fields, binding.source, at.at_utc)
    if at.finding:
        notices.append(at.finding)
    return Decoded(tuple(readings), remembered, tuple(notices), dated=at.own)
