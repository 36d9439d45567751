"""A disk that fills up and is cleared again: a tmpfs of a user namespace, or else a limit on the size of files."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

TMPFS, LIMIT = "tmpfs", "file-size-limit"
_SIZE = "24m"
_ROOM_BYTES = 50_000


@cache
def way() -> str:
    """Return how a full disk is made on this machine."""
    unshare = shutil.which("unshare")
    mount = "mount -t tmpfs none /tmp"
    may = unshare and subprocess.run([unshare, "-Urm", "sh", "-c", mount], capture_output=True, check=False)
    return TMPFS if may and may.returncode == 0 else LIMIT


def command(program: Path, *arguments: object) -> list[str]:
    """Return how a program is run that makes itself a `SmallDisk`."""
    namespace = ["unshare", "-Urm"] if way() == TMPFS else []
    return [*namespace, sys.executable, str(program), *map(str, arguments)]


class SmallDisk:
    """The disk on which `folder` is; made in the program that `command` runs."""

    def __init__(self, folder: Path, made_as: str) -> None:
        self._folder = folder
        self._made_as = made_as
        folder.mkdir(parents=True, exist_ok=True)
        if made_as == TMPFS:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "none", str(folder)], check=True)

    def fill(self) -> None:
        """Leave no room, or hardly any."""
        if self._made_as == TMPFS:
            with (self._folder / "filler").open("wb", buffering=0) as filler:
                try:
                    while filler.write(bytes(4096)):
                        pass
                except OSError:
                    return
        sizes = [path.stat().st_size for path in self._folder.rglob("*") if path.is_file()]
        resource.setrlimit(resource.RLIMIT_FSIZE, (max(sizes) + _ROOM_BYTES, resource.RLIM_INFINITY))

    def clear(self) -> None:
        """Give the room back."""
        (self._folder / "filler").unlink(missing_ok=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def protect(self) -> None:
        """Let nothing be written; no file may be open."""
        subprocess.run(["mount", "-o", "remount,ro", str(self._folder)], check=True)

    def open_up(self) -> None:
        """Let all be written again."""
        subprocess.run(["mount", "-o", "remount,rw", str(self._folder)], check=True)
