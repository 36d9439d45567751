"""An edge node with a meter: kWh as double named once in a birth, then by alias; protobuf written here by hand.

Wire format: protobuf's own documentation, Encoding. A message of another device of the node shares the count.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, Sample, SimulatedDay

GROUP, EDGE, DEVICE = "Rathaus", "Technik", "Zaehler"
TOPIC = f"spBv1.0/{GROUP}/DDATA/{EDGE}/{DEVICE}"
ENERGY, ALIAS = "Energie/Bezug gesamt", 7
FIELDS = ((ENERGY, "energy_import_wh * 1000"), ("Leistung", "power_w"))
CASE = Case(Feed(broker="main", format="sparkplug_b", topic=TOPIC, fields=FIELDS))
INT8, INT16, INT32, INT64, DOUBLE, BOOLEAN = 1, 2, 3, 4, 10, 11


def messages(day: SimulatedDay) -> Iterator[Message]:
    numbers = count()
    begin = replaced(day.samples[0], -timedelta(minutes=1))
    yield begin.message(node("NBIRTH"), payload(begin.at_utc, number(numbers), metric("bdSeq", integer=0, datatype=4)))
    yield begin.message(own("DBIRTH"), payload(begin.at_utc, number(numbers), *born(begin)))
    for sample in day.samples:
        energy = metric(alias=ALIAS, at_utc=sample.at_utc, double=sample.counted / 1000)
        power = metric(alias=ALIAS + 1, at_utc=sample.at_utc, integer=-round(sample.power_w) & 0xFFFFFFFF)
        yield sample.message(own("DDATA"), payload(sample.at_utc, number(numbers), energy, power))
        yield sample.message(node("NDATA"), payload(sample.at_utc, number(numbers), metric("Laufzeit", integer=1)))


def born(sample: Sample) -> tuple[bytes, bytes]:
    """Return the metrics of the meter's birth: a null first, the power signed in 32 bits."""
    return (
        metric(ENERGY, alias=ALIAS, at_utc=sample.at_utc, datatype=DOUBLE, double=sample.counted / 1000),
        metric("Leistung", alias=ALIAS + 1, at_utc=sample.at_utc, datatype=INT32, integer=0),
    )


def replaced(sample: Sample, later: timedelta) -> Sample:
    return Sample(sample.at_utc + later, sample.counted, sample.today, sample.power_w)


def node(kind: str) -> str:
    return f"spBv1.0/{GROUP}/{kind}/{EDGE}"


def own(kind: str) -> str:
    return f"{node(kind)}/{DEVICE}"


def number(numbers: Iterator[int]) -> int:
    return next(numbers) % 256


def payload(at_utc: datetime, seq: int | None, *metrics: bytes) -> bytes:
    """Return a Payload: timestamp=1, metrics=2, seq=3."""
    body = _varint(1, round(at_utc.timestamp() * 1000)) + b"".join(_bytes(2, each) for each in metrics)
    return body if seq is None else body + _varint(3, seq)


def metric(
    name: str = "",
    *,
    alias: int | None = None,
    at_utc: datetime | None = None,
    datatype: int = 0,
    integer: int | None = None,
    long: int | None = None,
    double: float | None = None,
    boolean: bool | None = None,
    text: str | None = None,
    historical: bool = False,
    null: bool = False,
) -> bytes:
    """Return a Metric: name=1, alias=2, timestamp=3, datatype=4, is_historical=5, is_null=7, values from 10."""
    parts = [
        _bytes(1, name.encode()) if name else b"",
        _varint(2, alias) if alias is not None else b"",
        _varint(3, round(at_utc.timestamp() * 1000)) if at_utc else b"",
        _varint(4, datatype) if datatype else b"",
        _varint(5, 1) if historical else b"",
        _varint(7, 1) if null else b"",
        _varint(10, integer) if integer is not None else b"",
        _varint(11, long) if long is not None else b"",
        _tag(13, 1) + struct.pack("<d", double) if double is not None else b"",
        _varint(14, int(boolean)) if boolean is not None else b"",
        _bytes(15, text.encode()) if text is not None else b"",
    ]
    return b"".join(parts)


def _tag(field: int, wire: int) -> bytes:
    return _base128(field << 3 | wire)


def _varint(field: int, value: int) -> bytes:
    return _tag(field, 0) + _base128(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _tag(field, 2) + _base128(len(value)) + value


def _base128(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
