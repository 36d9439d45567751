"""Sparkplug B's messages on the wire: protobuf, described here, as field numbers are all that we need of it.

Field numbers: those of pysparkplug 0.6.1's generated module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from google.protobuf import (  # type: ignore[import-untyped]
    descriptor_pb2,
    descriptor_pool,
    message_factory,
)
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from core.errors import FormatError

_TYPES: Final = descriptor_pb2.FieldDescriptorProto
_METRIC: Final = {
    "name": (1, _TYPES.TYPE_STRING),
    "alias": (2, _TYPES.TYPE_UINT64),
    "timestamp": (3, _TYPES.TYPE_UINT64),
    "datatype": (4, _TYPES.TYPE_UINT32),
    "is_historical": (5, _TYPES.TYPE_BOOL),
    "is_null": (7, _TYPES.TYPE_BOOL),
    "int_value": (10, _TYPES.TYPE_UINT32),
    "long_value": (11, _TYPES.TYPE_UINT64),
    "float_value": (12, _TYPES.TYPE_FLOAT),
    "double_value": (13, _TYPES.TYPE_DOUBLE),
    "boolean_value": (14, _TYPES.TYPE_BOOL),
    "string_value": (15, _TYPES.TYPE_STRING),
}
_VALUES: Final = ("int_value", "long_value", "float_value", "double_value", "boolean_value", "string_value")
_SIGNED_BITS: Final = {1: 8, 2: 16, 3: 32, 4: 64}
"""Int8 to Int64: sent in unsigned fields, in two's complement."""
_BOOLEAN: Final = 11
REBIRTH: Final = "Node Control/Rebirth"


class Metric(NamedTuple):
    """A value of a message. `name` or `alias` says whose, `at_ms` when it was measured."""

    name: str
    alias: int | None
    at_ms: int | None
    datatype: int
    historical: bool
    value: object

    def number(self, datatype: int) -> object:
        """Return the value by its datatype, or by `datatype` from the birth where it names none."""
        bits = _SIGNED_BITS.get(self.datatype or datatype)
        if bits is None or type(self.value) is not int:
            return float(self.value) if isinstance(self.value, bool) else self.value
        value = self.value & ((1 << bits) - 1)
        return value - (1 << bits) if value >> (bits - 1) else value


@dataclass(frozen=True, slots=True)
class Payload:
    """A message: its number in the sequence of its node (0 to 255), and its metrics."""

    seq: int | None
    metrics: tuple[Metric, ...]


@lru_cache(maxsize=4)
def read(payload: bytes) -> Payload:
    """Return a message; several entries read the same one. Raises `FormatError`."""
    try:
        raw = _PAYLOAD.FromString(payload)
    except DecodeError as error:
        raise FormatError("payload.not_protobuf") from error
    at_ms = raw.timestamp if raw.HasField("timestamp") else None
    return Payload(raw.seq if raw.HasField("seq") else None, tuple(_metrics(raw.metrics, at_ms)))


def rebirth(at_utc: datetime) -> bytes:
    """Return the command with which a node is asked to say its births again."""
    at_ms = round(at_utc.timestamp() * 1000)
    command = _PAYLOAD(timestamp=at_ms)
    command.metrics.add(name=REBIRTH, timestamp=at_ms, datatype=_BOOLEAN, boolean_value=True)
    said: bytes = command.SerializeToString()
    return said


def _metrics(raws: Any, at_ms: int | None) -> Iterator[Metric]:
    for raw in raws:
        kind = None if raw.is_null else raw.WhichOneof("value")
        yield Metric(
            name=raw.name,
            alias=raw.alias if raw.HasField("alias") else None,
            at_ms=raw.timestamp if raw.HasField("timestamp") else at_ms,
            datatype=raw.datatype,
            historical=raw.is_historical,
            value=getattr(raw, kind) if kind else None,
        )


def _payload_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_b.proto", package="kreiswatt", syntax="proto2")
    metric = file.message_type.add(name="Metric")
    metric.oneof_decl.add(name="value")
    for name, (number, kind) in _METRIC.items():
        field = metric.field.add(name=name, number=number, type=kind, label=_TYPES.LABEL_OPTIONAL)
        if name in _VALUES:
            field.oneof_index = 0
    payload = file.message_type.add(name="Payload")
    payload.field.add(name="timestamp", number=1, type=_TYPES.TYPE_UINT64, label=_TYPES.LABEL_OPTIONAL)
    payload.field.add(
        name="metrics", number=2, type=_TYPES.TYPE_MESSAGE, type_name=".kreiswatt.Metric", label=_TYPES.LABEL_REPEATED
    )
    payload.field.add(name="seq", number=3, type=_TYPES.TYPE_UINT64, label=_TYPES.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("kreiswatt.Payload"))


_PAYLOAD: Final = _payload_class()
