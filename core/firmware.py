"""The firmware library: which files there are for which charge points, and where their bytes lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareFile:
    """A file for the charge points of a `maker`; an empty `model` means all of theirs.

    `version` is what a station tells once the file is installed. `signing_certificate` (PEM) and `signature` are both
    given or both empty. `id` is 0 until the ledger has given one.
    """

    name: str
    maker: str
    model: str
    version: str
    size_bytes: int
    sha256: str
    added_by: str
    added_at_utc: datetime
    signing_certificate: str = ""
    signature: str = ""
    id: int = 0

    def fits(self, maker: str, model: str) -> bool:
        """Return whether it is for stations of a maker and model, as they are called here or call themselves."""
        same_maker = _plain(self.maker) == _plain(maker)
        return same_maker and (not self.model or _plain(self.model) == _plain(model))


class FirmwareBook(Protocol):
    """Keeps what is known of firmware files."""

    async def add_firmware(self, file: FirmwareFile) -> FirmwareFile:
        """Keep what is known of a new file; return it with its id."""
        ...

    async def firmware(self, id: int) -> FirmwareFile | None:  # noqa: A002
        """Return one file, None if there is none."""
        ...

    async def firmware_files(self) -> tuple[FirmwareFile, ...]:
        """Return all files, newest first."""
        ...

    async def forget_firmware(self, id: int) -> None:  # noqa: A002
        """Forget a file."""
        ...


class FirmwareShelf(Protocol):
    """Keeps the bytes of firmware files, each content once, under its SHA-256. All of it waits for the disk."""

    def put(self, source: Path, sha256: str) -> None:
        """Keep a copy of a file. Raises `RequestError` beyond the quota, `StoreError` where the disk takes no more."""
        ...

    def path(self, sha256: str) -> Path:
        """Return where a content lies."""
        ...

    def drop(self, sha256: str) -> None:
        """Throw a content away."""
        ...


FirmwareAddress = Callable[[int, str], str]
"""Makes an address that cannot be guessed, of a file by its id and name, where stations may load it."""


def _plain(word: str) -> str:
    """Return a name without what makers write now so, now so: case, spaces, hyphens."""
    return "".join(each for each in word.casefold() if each.isalnum())
