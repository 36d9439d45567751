"""How `inventory/managed/` is written: one writer at a time, whole files, and a record that only grows."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from core.readings import instant

FILE = "history.jsonl"
Action = Literal["add", "change", "end", "undo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What `actor` did to one entry. `before` and `after` are its lines in `file`, None where there were none."""

    id: int
    at_utc: datetime
    actor: str
    action: Action
    kind: str
    entry: str
    file: str
    before: str | None = field(default=None, repr=False)
    after: str | None = field(default=None, repr=False)
    undoes: int | None = None


@contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Hold the folder for one writer, threads and processes alike; yield whether it can be written at all."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = _held(folder)
    except OSError:
        yield False
        return
    try:
        yield True
    finally:
        os.close(descriptor)


def _held(folder: Path) -> int:
    """Return the open record, held for one writer; again where another writer has replaced it meanwhile."""
    while True:
        descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _belong_like(descriptor, folder)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(descriptor), (folder / FILE).stat()):
                return descriptor
        except OSError:
            os.close(descriptor)
            raise
        os.close(descriptor)


def read_history(folder: Path) -> tuple[Change, ...]:
    """Return all changes, oldest first. A line that was cut off by a crash is passed over."""
    try:
        lines = (folder / FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    return tuple(change for line in lines if (change := _read(line)))


def append(folder: Path, change: Change) -> None:
    """Write a change behind the others and return once it is on disk."""
    line = _line(change)
    with (folder / FILE).open("r+b") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())


def rewrite(folder: Path, changes: Iterable[Change]) -> None:
    """Put these changes in the place of all that stand there."""
    replace_file(folder / FILE, "".join(map(_line, changes)))


def _line(change: Change) -> str:
    return json.dumps({**asdict(change), "at_utc": change.at_utc.isoformat()}, ensure_ascii=False) + "\n"


def _read(line: str) -> Change | None:
    try:
        fields = json.loads(line)
        return Change(**{**fields, "at_utc": instant(datetime.fromisoformat(fields["at_utc"]))})
    except (ValueError, TypeError, KeyError):
        return None


def replace_file(path: Path, text: str) -> None:
    """Put `text` in the place of a file; after a crash there is the old one or the new one, whole."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fchmod(descriptor, path.stat().st_mode & 0o777 if path.exists() else 0o640)
            _belong_like(descriptor, path if path.exists() else path.parent)
            os.fsync(descriptor)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _belong_like(descriptor: int, model: Path) -> None:
    # What root writes by a command, the service must still be able to read and write.
    owner = model.stat()
    with suppress(PermissionError):
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
