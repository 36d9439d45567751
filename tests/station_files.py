"""Files between stations and the service, as a test finds them: a log that came, firmware in the library."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from chargepoints.upload_folder import UploadFolder, UploadRight
from core.people import Actor, Role
from operations.gate import Gate

LOG = "0123456789abcdef" * 2
FIRMWARE = b"firmware of the Eve, version 2.1.0"
FIRMWARE_DIGEST = sha256(FIRMWARE).hexdigest()
OTHER_FIRMWARE = b"firmware of the Eve, version 2.2.0"
OTHER_FIRMWARE_DIGEST = sha256(OTHER_FIRMWARE).hexdigest()
_ANNA = Actor("anna", Role.ADMIN)


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def put_firmware(
    gate: Gate, now_utc: datetime, content: bytes = FIRMWARE, maker: str = "Alfen", **given: Any
) -> Any:
    """Hand a file in and take it into the library; return it."""
    inbox = gate.house.inbox
    assert inbox is not None
    kept = await inbox.keep("eve.bin", pieces(content))
    asked = {"upload": kept.digest, "maker": maker, "firmware": "2.1.0", **given}
    return await gate.ask("firmware.add", asked, _ANNA, now_utc)


def put_log(gate: Gate, station: str, now_utc: datetime, number: str = LOG) -> None:
    """Let a log of a station have come."""
    folder = gate.house.station_logs
    assert isinstance(folder, UploadFolder)
    upload = folder.begin(UploadRight(station, number, now_utc + timedelta(hours=1)))
    upload.write(f"log of {station}".encode())
    upload.finish("diagnostics.zip", now_utc)
