"""A generator that is never the limit: MQTT 3.1.1 packets at QoS 1, encoded beforehand, many on their way at once."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence

WINDOW = 4000
_ACKNOWLEDGEMENT_BYTE = 4


def publish(
    port: int, user: str, password: str, messages: Sequence[tuple[str, bytes]], *, retain: bool = False
) -> None:
    """Send all messages and return when the broker has acknowledged them."""
    packets = [_packet(place % 65_535 + 1, *message, retain=retain) for place, message in enumerate(messages)]
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.sendall(_connect_packet(user, password))
        assert wire.recv(4) == b"\x20\x02\x00\x00"
        _send_in_window(wire, packets)
        wire.sendall(b"\xe0\x00")


def _packet(packet_id: int, topic: str, payload: bytes, *, retain: bool) -> bytes:
    body = _text(topic) + struct.pack("!H", packet_id) + payload
    return (b"\x33" if retain else b"\x32") + _length(len(body)) + body


def _text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack("!H", len(encoded)) + encoded


def _length(size: int) -> bytes:
    encoded = bytearray()
    while True:
        size, digit = divmod(size, 128)
        encoded.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(encoded)


def _send_in_window(wire: socket.socket, packets: Sequence[bytes]) -> None:
    sent = acknowledged_bytes = 0
    while acknowledged_bytes < _ACKNOWLEDGEMENT_BYTE * len(packets):
        room = WINDOW - (sent - acknowledged_bytes // _ACKNOWLEDGEMENT_BYTE)
        if sent < len(packets) and room > WINDOW // 2:
            wire.sendall(b"".join(packets[sent : sent + room]))
            sent = min(sent + room, len(packets))
        acknowledged_bytes += len(wire.recv(65_536))


def _connect_packet(user: str, password: str) -> bytes:
    body = _text("MQTT") + b"\x04\xc2" + struct.pack("!H", 60) + _text("generator") + _text(user) + _text(password)
    return b"\x10" + _length(len(body)) + body
