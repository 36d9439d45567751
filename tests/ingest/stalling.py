"""A decoder that does what no decoder should; also a decode worker that has it."""

from __future__ import annotations

import os
import time
from dataclasses import replace

from core.inventory import Feed, Inventory
from core.quantities import Quantity
from core.readings import Reading
from ingest import decode_process
from ingest.format_row import Format
from ingest.formats import DECODERS
from ingest.messages import Binding, Decoded, Memory, Message
from tests.ingest.rig import meter

FORMAT = "generic_value"
PROGRAM = "from tests.ingest.stalling import main; main()"
NAMES = ("a", "b", "c", "d", "e")
DISTRICT = Inventory(
    meters={
        name: meter(name, Feed(broker="main", format=FORMAT, topic=f"x/{name}", fields=(("v", "power_w"),)))
        for name in NAMES
    }
)


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the payload as a power, unless it says what to do instead."""
    match message.payload:
        case b"spin":
            while True:
                pass
        case b"sleep":
            time.sleep(3600)
        case b"die":
            os._exit(1)
    reading = Reading(binding.source, Quantity.POWER_W, message.received_at_utc, float(message.payload))
    return Decoded((reading,), memory)


def row() -> Format:
    return replace(DECODERS[FORMAT], decode=decode)


def main() -> None:
    DECODERS[FORMAT] = row()
    decode_process.main()
