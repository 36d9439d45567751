"""How an OCPP frame stands in a journal segment: a record that says its length and its checksum.

`mark · crc32 · length · id · instant · flags · three name lengths · station · connection · protocol · payload`,
little endian. The checksum covers everything behind it. The mark lets a reader find the next
record behind damaged bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct
from zlib import crc32

from core.errors import StoreError
from core.ports import Direction, Frame

MARK = b"\xf7KWF"
_LEAD = Struct("<4sII")  # mark, checksum of what follows it, length of the body
_LENGTH = Struct("<I")
_SIGN = Struct("<4sI")  # mark and checksum, the lead as far as it is not checked itself
_HEAD = Struct("<QqBBBB")  # id, instant in µs since 1970, flags, lengths of station, connection, protocol
_CHECKED_HEAD = Struct("<IQqBBBB")  # length of the body and its head
_OUT, _SEALED = 1, 2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NAME_BYTES = 255
_BODY_BYTES = 16 << 20  # more is no frame but a damaged length
LEAD_BYTES = _LEAD.size
ID_BYTES = 8


def encode(frame: Frame, number: int) -> bytes:
    """Return the record of `frame` under the id `number`. Raises `StoreError` for a name over 255 bytes."""
    return b"".join(pieces(frame, number))


def pieces(frame: Frame, number: int) -> tuple[bytes, bytes]:
    """Return the record as head and message, so that whoever writes many of them copies each once."""
    station, connection, direction, at_utc, protocol, payload, sealed, _ = frame
    lengths, names = _names(station, connection, protocol)
    flags = (direction is Direction.OUT) * _OUT | sealed * _SEALED
    length = _HEAD.size + len(names) + len(payload)
    if length > _BODY_BYTES:
        raise StoreError("store.frame_too_large", station=station, size_byte=length)
    at_us = (at_utc - _EPOCH) // _MICROSECOND
    checked = _CHECKED_HEAD.pack(length, number, at_us, flags, *lengths) + names
    return _SIGN.pack(MARK, crc32(payload, crc32(checked))) + checked, payload


@lru_cache(maxsize=8192)
def _names(*names: str) -> tuple[tuple[int, ...], bytes]:
    """Return the lengths of names and the names, as bytes; a connection writes the same ones again and again."""
    encoded = [name.encode() for name in names]
    lengths = tuple(map(len, encoded))
    if max(lengths) > _NAME_BYTES:
        raise StoreError("store.frame_name_too_long", station=names[0][:80])
    return lengths, b"".join(encoded)


def decode(body: bytes) -> Frame:
    """Return the frame whose record has this body."""
    number, at_us, flags, station, connection, protocol = _HEAD.unpack_from(body)
    places = [_HEAD.size]
    for length in (station, connection, protocol):
        places.append(places[-1] + length)
    return Frame(
        station=body[places[0] : places[1]].decode(),
        connection=body[places[1] : places[2]].decode(),
        direction=Direction.OUT if flags & _OUT else Direction.IN,
        at_utc=_EPOCH + timedelta(microseconds=at_us),
        protocol=body[places[2] : places[3]].decode(),
        payload=body[places[3] :],
        sealed=bool(flags & _SEALED),
        id=number,
    )


def number_of(body: bytes) -> int:
    """Return the id in a record's body."""
    return int.from_bytes(body[:ID_BYTES], "little")


def bodies(block: bytes, *, last: bool) -> Iterator[tuple[int, bytes]]:
    """Yield (where the record ends, its body) for each whole, sound record in `block`, in order.

    Damaged bytes are passed over up to the next sound record. A record that `block` cuts off ends
    the search, unless it is the `last` block: then what looks like its beginning is damage too.
    """
    place = 0
    while (place := block.find(MARK, place)) >= 0 and place + LEAD_BYTES <= len(block):
        _, checksum, length = _LEAD.unpack_from(block, place)
        end = place + LEAD_BYTES + length
        if len(block) < end <= place + LEAD_BYTES + _BODY_BYTES and not last:
            return
        body = block[place + LEAD_BYTES : end]
        if end <= len(block) and length >= _HEAD.size and crc32(body, crc32(_LENGTH.pack(length))) == checksum:
            yield end, body
            place = end
        else:
            place += 1
