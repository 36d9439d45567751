"""WebSocket messages arrive whole and once, however the network cuts them and the station frames them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import CloseCode, Frame, Opcode
from websockets.streams import StreamReader

from chargepoints.framing import extent, mask_of, text_frame

HANDSHAKE = (
    b"GET /ocpp/lra-open HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
)
DATA = [Opcode.TEXT, Opcode.BINARY, Opcode.CONT]
MARKS = [(True, True), (True, False), (False, True), (False, False)]
SIZES = st.sampled_from([0, 1, 125, 126, 127, 65_535, 65_536]) | st.integers(0, 300)


def heartbeat(number: int) -> bytes:
    return b'[2,"%d","Heartbeat",{}]' % number


def sent(data: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True, mask: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=mask)


def whole(number: int) -> bytes:
    return sent(heartbeat(number))


def in_parts(number: int, between: bytes = b"") -> bytes:
    message = heartbeat(number)
    return sent(message[:9], fin=False) + between + sent(message[9:], Opcode.CONT)


@given(st.sampled_from(DATA), SIZES, st.sampled_from(MARKS), st.integers(0, 40), st.data())
def test_a_frame_ends_where_the_library_ends_it(
    opcode: Opcode, size: int, marks: tuple[bool, bool], before: int, data: st.DataObject
) -> None:
    fin, mask = marks
    frame = sent(bytes(size), opcode, fin=fin, mask=mask)
    stream = bytes(before) + frame + b"behind"
    found = extent(stream, before)
    assert found is not None
    assert (found.begin, found.end) == (before + len(frame) - size, before + len(frame))
    assert found.is_message is (opcode is Opcode.TEXT and fin and mask)
    assert not mask or mask_of(stream, found.begin) == frame[-size - 4 :][:4]
    cut = extent(stream[: before + data.draw(st.integers(0, len(frame) - 1))], before)
    assert cut is None or cut.end == found.end


@given(SIZES)
def test_our_frames_are_read_by_the_library(size: int) -> None:
    reader = StreamReader()
    reader.feed_data(text_frame(b"x" * size))
    with pytest.raises(StopIteration) as read:
        next(Frame.parse(reader.read_exact, mask=False))
    assert read.value.value == Frame(Opcode.TEXT, b"x" * size)


class Wire:
    """A station's end of the TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes, piece_bytes: int) -> None:
        for start in range(0, len(data), piece_bytes):
            self.writer.write(data[start : start + piece_bytes])
            await self.writer.drain()
            await asyncio.sleep(0)

    async def frame(self) -> tuple[int, bytes]:
        """Return the next frame's opcode and payload; ours are short and never in parts."""
        async with asyncio.timeout(5.0):
            first, size = await self.reader.readexactly(2)
            return first & 0x0F, await self.reader.readexactly(size)

    async def answers(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            opcode, payload = await self.frame()
            assert (opcode, json.loads(payload)[:2]) == (Opcode.TEXT, [3, str(number)])

    async def closing_code(self) -> int:
        opcode, payload = await self.frame()
        assert opcode == Opcode.CLOSE
        return int.from_bytes(payload[:2], "big")


@asynccontextmanager
async def a_wire(house: Any, ahead: bytes = b"") -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.central.port)
    try:
        writer.write(HANDSHAKE + ahead)
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        yield Wire(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("piece_bytes", [1, 2, 7, 40, 100_000])
async def test_messages_arrive_however_they_are_cut(house: Any, piece_bytes: int) -> None:
    async with a_wire(house) as wire:
        await wire.send(whole(1) + in_parts(2) + whole(3) + whole(4) + in_parts(5) + whole(6), piece_bytes)
        await wire.answers(range(1, 7))


async def test_a_ping_within_a_message_is_answered_and_the_message_too(house: Any) -> None:
    async with a_wire(house) as wire:
        await wire.send(in_parts(1, between=sent(b"alive?", Opcode.PING)) + whole(2), 11)
        assert await wire.frame() == (Opcode.PONG, b"alive?")
        await wire.answers([1, 2])


async def test_who_sends_before_being_let_in_is_answered(house: Any) -> None:
    begun = whole(2)
    async with a_wire(house, ahead=whole(1) + begun[:3]) as wire:
        await wire.send(begun[3:] + whole(3), 100_000)
        await wire.answers([1, 2, 3])


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (sent(heartbeat(2), mask=False), CloseCode.PROTOCOL_ERROR),
        (sent(heartbeat(2)[:9], fin=False) + whole(3), CloseCode.PROTOCOL_ERROR),
        (sent(b"end", Opcode.CONT), CloseCode.PROTOCOL_ERROR),
        (b"\x83\x80\0\0\0\0", CloseCode.PROTOCOL_ERROR),
        (b"\xc1\x80\0\0\0\0", CloseCode.PROTOCOL_ERROR),
        (b"\x81\xff" + (1 << 40).to_bytes(8, "big"), CloseCode.MESSAGE_TOO_BIG),
        (b"\x01\xff" + (1 << 40).to_bytes(8, "big"), CloseCode.MESSAGE_TOO_BIG),
    ],
    ids=[
        "no mask",
        "message in a message",
        "end without begin",
        "unknown kind",
        "extension",
        "too large",
        "too large part",
    ],
)
@pytest.mark.parametrize("piece_bytes", [1, 100_000])
async def test_a_frame_that_must_not_be_ends_the_connection(
    house: Any, frames: bytes, code: CloseCode, piece_bytes: int
) -> None:
    async with a_wire(house) as wire:
        await wire.send(whole(1), 100)
        await wire.answers([1])
        await wire.send(frames, piece_bytes)
        assert await wire.closing_code() == code


async def test_what_follows_a_close_is_not_read(house: Any) -> None:
    async with a_wire(house) as wire:
        await wire.send(whole(1), 100)
        await wire.answers([1])
        await wire.send(sent(b"\x03\xe8", Opcode.CLOSE) + whole(2), 100_000)
        assert await wire.closing_code() == CloseCode.NORMAL_CLOSURE
    async with a_wire(house) as wire:
        await wire.send(whole(3), 100)
        await wire.answers([3])
    kept = [frame.payload for frame in await house.frames()]
    assert [heartbeat(number) in kept for number in (1, 2, 3)] == [True, False, True]
