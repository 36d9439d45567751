"""WebSocket frames as bytes (RFC 6455 5.2): no more of them than every message needs."""

from __future__ import annotations

from typing import NamedTuple

_FIN_TEXT, _MASKED = 0x81, 0x80
_TWO_BYTES, _EIGHT_BYTES = 126, 127
_MASK_BYTES = 4


class Extent(NamedTuple):
    """Where a frame's payload begins and ends; `is_message`: it is a whole text message, masked as clients must."""

    begin: int
    end: int
    is_message: bool


def extent(data: bytes, start: int) -> Extent | None:
    """Return what the head of the frame at `start` says, None while it is not all there."""
    begin = start + 2
    if len(data) < begin:
        return None
    size, is_masked = data[start + 1] & ~_MASKED, data[start + 1] >= _MASKED
    if size >= _TWO_BYTES:
        begin += 2 if size == _TWO_BYTES else 8
        if len(data) < begin:
            return None
        size = int.from_bytes(data[start + 2 : begin], "big")
    if is_masked:
        begin += _MASK_BYTES
    return Extent(begin, begin + size, is_masked and data[start] == _FIN_TEXT)


def mask_of(data: bytes, begin: int) -> bytes:
    """Return the mask of the masked frame whose payload begins at `begin`."""
    return data[begin - _MASK_BYTES : begin]


def text_frame(payload: bytes) -> bytes:
    """Return a text message in one frame, without a mask, as a server sends it."""
    size = len(payload)
    if size < _TWO_BYTES:
        return bytes((_FIN_TEXT, size)) + payload
    if size < 1 << 16:
        return bytes((_FIN_TEXT, _TWO_BYTES)) + size.to_bytes(2, "big") + payload
    return bytes((_FIN_TEXT, _EIGHT_BYTES)) + size.to_bytes(8, "big") + payload
