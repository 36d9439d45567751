"""Where files stand that were handed in, each under the digest of its content, for some days."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Final

from core.errors import RequestError, StoreError
from core.imports import KeptFile
from core.ports import Clock

MAX_FILE_BYTE: Final = 500_000_000
"""Unless the settings say otherwise."""
KEPT_FOR: Final = timedelta(days=14)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = ".name"
_NEW: Final = ".new"
_WORK: Final = "work-"


class DiskInbox:
    """`core.imports.FileInbox` in a folder that nobody else may read."""

    def __init__(self, folder: Path, clock: Clock, limit_byte: int = MAX_FILE_BYTE) -> None:
        self._folder = folder
        self._clock = clock
        self._limit_byte = limit_byte

    async def keep(self, name: str, chunks: AsyncIterator[bytes]) -> KeptFile:
        """Return the file once it is on disk; what is older than two weeks is thrown away.

        Raises `RequestError` where it is empty or too large, `StoreError` where the disk takes no more; nothing of it
        is left then.
        """
        try:
            folder = self._made()
            await asyncio.to_thread(self._tidy)
            with tempfile.NamedTemporaryFile(dir=folder, prefix=_WORK) as file:
                digest, size_byte = await self._written(file, chunks)
                await asyncio.to_thread(_synchronised, file)
                self._shelve(Path(file.name), digest, shown := _plain_name(name) or digest[:12])
        except OSError as error:
            raise StoreError("store.write_failed", file=str(self._folder), error=str(error)) from error
        return KeptFile(digest, shown, size_byte)

    def kept(self, digest: str) -> KeptFile | None:
        """Return a file that is still there, None where there is none."""
        if not _DIGEST.fullmatch(digest) or not self.path(digest).is_file():
            return None
        name = self._folder / f"{digest}{_NAME}"
        shown = name.read_text(encoding="utf-8") if name.is_file() else digest[:12]
        return KeptFile(digest, shown, self.path(digest).stat().st_size)

    def path(self, digest: str) -> Path:
        """Return where a file stands."""
        return self._folder / digest

    def workplace(self) -> Path:
        """Return a new empty folder beside the files."""
        return Path(tempfile.mkdtemp(dir=self._made(), prefix=_WORK))

    async def _written(self, file: IO[bytes], chunks: AsyncIterator[bytes]) -> tuple[str, int]:
        digest, size_byte = hashlib.sha256(), 0
        async for chunk in chunks:
            size_byte += len(chunk)
            if size_byte > self._limit_byte:
                raise RequestError("imports.file_too_large", limit_mb=self._limit_byte // 1_000_000)
            digest.update(chunk)
            file.write(chunk)
        if not size_byte:
            raise RequestError("imports.file_empty")
        return digest.hexdigest(), size_byte

    def _shelve(self, arrived: Path, digest: str, shown: str) -> None:
        os.link(arrived, self.path(f"{digest}{_NEW}"))
        self.path(f"{digest}{_NEW}").replace(self.path(digest))
        self.path(f"{digest}{_NAME}").write_text(shown, encoding="utf-8", errors="replace")

    def _made(self) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._folder

    def _tidy(self) -> None:
        before_s = (self._clock() - KEPT_FOR).timestamp()
        for each in self._folder.iterdir():
            if each.stat().st_mtime < before_s:
                if each.is_dir():
                    shutil.rmtree(each, ignore_errors=True)
                else:
                    each.unlink(missing_ok=True)


def _synchronised(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _plain_name(name: str) -> str:
    return Path(name.replace("\\", "/")).name[:120]
