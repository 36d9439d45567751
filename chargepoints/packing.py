"""Evidence of transactions as bytes, for the hours that a session takes.

A station that charges sends thousands of messages; as objects they would be most of what this
process holds, and what its garbage collector walks through again and again. Packed, a message
takes some 200 bytes. Of the samples only those stay that a session is made of, and one of any
message, so that it is counted.
"""

from __future__ import annotations

from datetime import datetime

import orjson

from chargepoints.decoding.events import (
    Arrival,
    EvidenceKind,
    MeterSample,
    ReadingContext,
    Stamp,
    TransactionEvidence,
)
from core.facts import Protocol, TagVerdict
from core.quantities import Quantity

_FOR_SESSION = {Quantity.ENERGY_IMPORT_WH, Quantity.POWER_W}


def pack(item: TransactionEvidence) -> bytes:
    """Return evidence as bytes."""
    kept = [sample for sample in item.samples if sample.quantity in _FOR_SESSION] or item.samples[:1]
    samples = [(quantity, tuple(stamp), value, context) for quantity, stamp, value, context in kept]
    return orjson.dumps(
        (
            item.kind,
            tuple(item.arrival),
            item.transaction,
            tuple(item.stamp),
            item.connector,
            item.natural_key,
            item.tag,
            item.verdict,
            item.register_wh,
            samples,
            item.stop_reason,
            item.sequence,
            item.flowing,
        )
    )


def unpack(packed: bytes) -> TransactionEvidence:
    """Return the evidence that was packed."""
    kind, arrival, transaction, stamp, connector, key, tag, verdict, register_wh, samples, reason, sequence, flowing = (
        orjson.loads(packed)
    )
    station, protocol, received, frame = arrival
    return TransactionEvidence(
        kind=EvidenceKind(kind),
        arrival=Arrival(station, Protocol(protocol), datetime.fromisoformat(received), frame),
        transaction=transaction,
        stamp=_stamp(stamp),
        connector=connector,
        natural_key=key,
        tag=tag,
        verdict=TagVerdict(verdict),
        register_wh=register_wh,
        samples=tuple(
            MeterSample(Quantity(quantity), _stamp(at), value, ReadingContext(context))
            for quantity, at, value, context in samples
        ),
        stop_reason=reason,
        sequence=sequence,
        flowing=flowing,
    )


def _stamp(packed: list[object]) -> Stamp:
    said, at, assumed = packed
    return Stamp(str(said), datetime.fromisoformat(str(at)), bool(assumed))
