"""Files that a command fetched, written where it was told to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from zipfile import ZipFile

from core.errors import RequestError


@contextmanager
def writing(out: Path, name: str) -> Iterator[Callable[[bytes], object]]:
    """Give what writes a file to `out`, under its own `name` where that is a folder; it is there whole or not at all.

    Raises `RequestError` where nothing can be written, or `out` calls the file what it is not: a CSV with its
    text comes as a ZIP.
    """
    target = out / name if out.is_dir() else out
    kind = Path(name).suffix
    if target.suffix and target.suffix.lower() != kind:
        raise RequestError("cli.file_other_kind", path=str(out), kind=kind)
    unfinished = target.with_name(f".{target.name}.part")
    try:
        with unfinished.open("wb") as file:
            yield file.write
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    except OSError as error:
        raise RequestError("cli.file_unwritable", path=str(target), reason=error.strerror or str(error)) from error
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def unpacking(out: Path, name: str) -> Iterator[Callable[[bytes], object]]:
    """Give what takes an archive; its files are written into the folder `out`, which is made if it is not there.

    Raises `RequestError` where nothing can be written.
    """
    del name
    with TemporaryFile() as archive:
        yield archive.write
        with ZipFile(archive) as files:
            for each in files.namelist():
                parts = [part for part in PurePosixPath(each).parts if part not in ("/", "..")]
                _write(out.joinpath(*parts), files.read(each))


def _write(target: Path, content: bytes) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError("cli.file_unwritable", path=str(target), reason=error.strerror or str(error)) from error
    with writing(target, target.name) as write:
        write(content)
