"""One backup as a file: a tar of sealed parts, and last a manifest that says what must be there.

The manifest is readable by anybody: when, by which release, how much; never what. A file without
it was cut off. Names in the tar are looked up, never unpacked to.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, Self

from core.errors import RequestError, StoreError
from store.journal.segment import sync_folder

FORMAT: Final = 1
"""A release reads backups of this format and of every one before it."""

PRODUCT: Final = "kreiswatt"
MANIFEST: Final = "manifest.json"
STAMP: Final = "manifest.stamp"
SUFFIX: Final = ".tar"
PARTIAL: Final = ".part"
_NO_LINKS: Final = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""What network drives and sticks say that know no hard links."""
_LARGEST_MANIFEST: Final = 256 << 20
_LARGEST_PART: Final = 1 << 30


class Seal(Protocol):
    """Closes parts so that only the recovery passphrase opens them (`config.recovery.Seal`)."""

    name: str
    """Tells by which passphrase it is opened."""
    header: Mapping[str, str]
    """What is needed besides the passphrase."""

    def close(self, name: str, data: bytes) -> bytes:
        """Return the data, closed."""
        ...

    def stamp(self, data: bytes) -> str:
        """Return a mark of who made the data."""
        ...


class Opener(Protocol):
    """Opens parts (`config.recovery.Opened`)."""

    def open(self, name: str, closed: bytes) -> bytes:
        """Return the data."""
        ...

    def knows(self, data: bytes, stamp: str) -> bool:
        """Return whether the stamp is of this data."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """One member of the tar: its size and SHA-256 as it stands there, and how many rows are in it."""

    name: str
    size_bytes: int
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds. `counts` are rows per table, frames of the journal and files of the configuration."""

    version: str
    created_at_utc: str
    recovery: Mapping[str, str]
    time_series: str
    layout: tuple[str, ...]
    ledger_revision: str
    readings: Mapping[str, int]
    counts: Mapping[str, int]
    last_frame: int
    audit_head: str
    left_out: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    product: str = PRODUCT
    format: int = FORMAT

    def of(self, prefix: str) -> Iterator[Part]:
        """Yield the parts whose names begin so, in order."""
        return (part for part in self.parts if part.name.startswith(prefix))


class ArchiveWriter:
    """A backup that is being written: under a passing name until it is complete and on the disk."""

    def __init__(self, folder: Path, name: str, seal: Seal) -> None:
        """Begin the file in a folder, made if it is missing for none but its owner.

        Raises `RequestError` where the folder cannot be used, or has a file of that name.
        """
        self.path = folder / f"{name}{SUFFIX}"
        self._partial = folder / f"{name}{SUFFIX}{PARTIAL}"
        self._seal = seal
        self._parts: list[Part] = []
        if self.path.exists():
            raise RequestError("backup.file_exists", file=str(self.path))
        try:
            folder.mkdir(0o700, exist_ok=True)
            descriptor = os.open(self._partial, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise RequestError("backup.folder_unusable", folder=str(folder), error=error.strerror or "") from error
        self._file = os.fdopen(descriptor, "w+b")
        self._tar = tarfile.open(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed below

    def add(self, name: str, data: bytes, rows: int = 0) -> None:
        """Write one part. Raises `StoreError` when the disk is full or fails."""
        closed = self._seal.close(name, data)
        self._write(name, closed)
        self._parts.append(Part(name, len(closed), hashlib.sha256(closed).hexdigest(), rows))

    def finish(self, manifest: Callable[[Mapping[str, str], tuple[Part, ...]], Manifest]) -> int:
        """Write the manifest, give the file its name once all of it is on the disk, and return its size in bytes."""
        text = json.dumps(asdict(manifest(self._seal.header, tuple(self._parts))), indent=1).encode()
        self._write(MANIFEST, text)
        self._write(STAMP, self._seal.stamp(text).encode())
        try:
            self._tar.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            size_bytes = os.fstat(self._file.fileno()).st_size
            self._take_name()
        except OSError as error:
            raise self._failed(error) from error
        return size_bytes

    def _take_name(self) -> None:
        try:
            os.link(self._partial, self.path)  # unlike a rename, this never replaces what is there
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            self._partial.rename(self.path)
        with suppress(OSError):  # a network drive may know no such thing
            sync_folder(self.path.parent)

    def close(self) -> None:
        """Let go of the file; of one that is not complete nothing stays."""
        self._file.close()
        self._partial.unlink(missing_ok=True)

    def _write(self, name: str, data: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(data), 0o600
        try:
            self._tar.addfile(member, io.BytesIO(data))
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> StoreError:
        return StoreError("backup.write_failed", file=str(self.path), error=error.strerror or str(error))


@dataclass(slots=True)
class ArchiveReader:
    """A backup that is there. Raises `RequestError` for a file that is none, or not whole, or of a newer release."""

    path: Path
    manifest: Manifest
    _text: bytes = field(repr=False)
    _stamp: str = field(repr=False)
    _members: dict[str, tarfile.TarInfo] = field(repr=False)

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return the backup in a file, its manifest read; see `verify` for the rest of it."""
        members = _members_of(path)
        if MANIFEST not in members or STAMP not in members:
            raise RequestError("backup.cut_off", file=str(path))
        text = _content(path, members[MANIFEST], _LARGEST_MANIFEST)
        stamp = _content(path, members[STAMP], _LARGEST_MANIFEST)
        return cls(path, _manifest_of(text, path), text, stamp.decode("ascii", "replace"), members)

    def verify(self, progress: Callable[[float], None]) -> None:
        """Return if every part is there as it was written. Raises `RequestError` for the first that is not."""
        total = sum(part.size_bytes for part in self.manifest.parts) or 1
        done = 0
        for part in self.manifest.parts:
            if hashlib.sha256(self._closed(part)).hexdigest() != part.sha256:
                raise RequestError("backup.part_changed", part=part.name)
            done += part.size_bytes
            progress(done / total)

    def must_be_ours(self, opener: Opener) -> None:
        """Return if the manifest was written by who knows the passphrase's mark. Raises `RequestError`."""
        if not opener.knows(self._text, self._stamp):
            raise RequestError("backup.manifest_changed", file=str(self.path))

    def open(self, part: Part, opener: Opener) -> bytes:
        """Return what is in a part."""
        return opener.open(part.name, self._closed(part))

    def _closed(self, part: Part) -> bytes:
        member = self._members.get(part.name)
        if member is None or member.size != part.size_bytes:
            raise RequestError("backup.part_missing", part=part.name)
        return _content(self.path, member, _LARGEST_PART)


def _members_of(path: Path) -> dict[str, tarfile.TarInfo]:
    code = "backup.not_one"
    try:
        with tarfile.open(path, "r:") as tar:
            code = "backup.cut_off"
            return {member.name: member for member in tar.getmembers() if member.isreg()}
    except tarfile.TarError as error:
        raise RequestError(code, file=str(path)) from error
    except OSError as error:
        raise RequestError("backup.file_unreadable", file=str(path), error=error.strerror or str(error)) from error


def _content(path: Path, member: tarfile.TarInfo, largest: int) -> bytes:
    if member.size > largest:
        raise RequestError("backup.not_one", file=str(path))
    try:
        with path.open("rb") as file:
            file.seek(member.offset_data)
            data = file.read(member.size)
    except OSError as error:
        raise RequestError("backup.file_unreadable", file=str(path), error=error.strerror or str(error)) from error
    if len(data) != member.size:
        raise RequestError("backup.cut_off", file=str(path))
    return data


def _manifest_of(text: bytes, path: Path) -> Manifest:
    try:
        said: dict[str, Any] = json.loads(text)
        if said["product"] != PRODUCT:
            raise RequestError("backup.not_one", file=str(path))
        if said["format"] > FORMAT:
            raise RequestError("backup.too_new", file=str(path), version=str(said["version"])[:40])
        said["parts"] = tuple(Part(**part) for part in said["parts"])
        said["layout"], said["left_out"] = tuple(said["layout"]), tuple(said["left_out"])
        return Manifest(**said)
    except (ValueError, KeyError, TypeError) as error:
        raise RequestError("backup.not_one", file=str(path)) from error
