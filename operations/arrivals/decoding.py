"""Trying a payload out before a meter is configured."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.errors import ConfigError
from core.quantities import Quantity
from core.readings import ReadingQuality
from ingest.decoding import decode_sample
from operations.edge import InvalidRequestError
from operations.house import Call, House
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodePayload:
    """A payload as text, the `format` (row of the decoder table) it should have, and the topic it came on.

    `device`, `fields` and `options` are those of the inventory's feed, a field written `name=quantity * factor`,
    an option `name=value`.

    The command line reads the payload from a file where it is given as `@FILE`.
    """

    format: str
    topic: str
    payload: str = field(metadata={"file": True})
    device: str = ""
    fields: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedReading:
    """A reading the payload carries; it is not stored."""

    quantity: Quantity
    value: float
    at_utc: datetime
    quality: ReadingQuality


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedPayload:
    """What a payload says, and what was odd about single fields."""

    readings: tuple[DecodedReading, ...]
    notices: tuple[Told, ...]


async def decode_payload(house: House, request: DecodePayload, call: Call) -> DecodedPayload:
    """Return what would be read from a payload.

    Raises `PayloadError` where it would be rejected, `InvalidRequestError` for a topic or fields the format
    does not know.
    """
    payload = request.payload.encode("utf-8", "surrogateescape")
    try:
        decoded = decode_sample(
            request.format,
            request.topic,
            payload,
            call.now_utc,
            house.time_zone,
            device=request.device,
            fields=_pairs(request.fields),
            options=_pairs(request.options),
        )
    except ConfigError as error:
        raise InvalidRequestError(error.findings) from error
    return DecodedPayload(
        readings=tuple(
            DecodedReading(
                quantity=reading.quantity, value=reading.value, at_utc=reading.at_utc, quality=reading.quality
            )
            for reading in decoded.readings
        ),
        notices=tuple(Told.of(notice) for notice in decoded.notices),
    )


def _pairs(written: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name.strip(), said.strip()) for name, _, said in (each.partition("=") for each in written))
