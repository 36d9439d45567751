"""Any topics whose message is one plain number, by a mapping that the inventory declares.

Topic: what the device's topics begin with; `fields` name what follows it (`power`, `energy/total`), or
`value` for the topic itself. The values have no time: that of receipt holds. Options say what words
mean "no value" and which decimal sign is used.
"""

from __future__ import annotations

from typing import Final

from core.errors import ReadingError
from ingest.declared import VALUE_OPTIONS, declared
from ingest.messages import Binding, Decoded, Memory, Message
from ingest.telling import tell
from ingest.times import Stamp

SHAPE: Final = "<topic>"
ITSELF: Final = "value"
OPTIONS: Final = VALUE_OPTIONS


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the one value of a topic that `fields` name."""
    name = binding.tail(message.topic) or ITSELF
    fields = [field for field in binding.fields if field.name == name]
    if not fields or message.retained:
        return Decoded(memory=memory)
    try:
        value = declared(binding.feed).cleaned(message.payload.decode("utf-8", "replace"), name)
    except ReadingError as error:
        return Decoded(memory=memory, notices=(error.finding,))
    return tell({name: value}, Stamp(message.received_at_utc, own=False), message, binding, memory, fields=fields)


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - a mapping is declared, never guessed
    """Return False: what is declared by people has no looks of its own."""
    return False
