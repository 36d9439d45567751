"""The data folder: made private, and owned by one process at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from core.errors import StoreError

_LOCK = "lock"


class FolderLock:
    """Holds the data folder for this process until `release`, or until the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, made if there is none. Raises `StoreError` if it is held or cannot be written."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError("store.folder_unusable", folder=str(folder), error=str(error)) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._descriptor, 32, 0).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise StoreError("store.locked", folder=str(folder), process=holder or "?") from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another process have the folder."""
        os.close(self._descriptor)


def held_elsewhere(path: Path) -> bool:
    """Return whether another process holds a lock on the file at `path`, e.g. a database shell left open."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
