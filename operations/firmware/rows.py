"""What is asked about the firmware library, and how its files are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.firmware import FirmwareFile


@dataclass(frozen=True, slots=True, kw_only=True)
class AddFirmware:
    """A firmware file that was handed in, by its digest; the command line takes its path.

    `firmware` is the version as a station tells it once the file is installed. Without `model` it is for all of the
    `maker`. `signing_certificate` and `signature` are what the maker gives with signed firmware; both or none.
    """

    upload: str = field(metadata={"upload": True})
    maker: str
    firmware: str
    model: str = ""
    signing_certificate: str = field(default="", metadata={"file": True})
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFirmware:
    """Which files: of a maker, or all."""

    maker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFirmware:
    """A file by its number."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveFirmware:
    """Which file is thrown away; not one that a roll-out or a command still needs."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareRow:
    """A file; `loadable` says whether stations may load it now."""

    id: int
    maker: str
    model: str
    firmware: str
    name: str
    size_byte: int
    digest: str
    with_signature: bool
    loadable: bool
    added_by: str
    added_at_utc: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareDetail:
    """A file, with the certificate that signed it."""

    row: FirmwareRow
    signing_certificate: str
    signature: str


def row_of(file: FirmwareFile, *, loadable: bool) -> FirmwareRow:
    """Return a file as it is listed."""
    return FirmwareRow(
        id=file.id,
        maker=file.maker,
        model=file.model,
        firmware=file.version,
        name=file.name,
        size_byte=file.size_bytes,
        digest=file.sha256,
        with_signature=bool(file.signature),
        loadable=loadable,
        added_by=file.added_by,
        added_at_utc=file.added_at_utc,
    )
