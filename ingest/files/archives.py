"""Zip archives that somebody handed in."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import FormatError


@contextmanager
def archive_in(content: bytes) -> Iterator[zipfile.ZipFile]:
    """Open a zip. Raises `FormatError` where it, or what is read of it meanwhile, is damaged or locked."""
    with damage_told(), zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield archive


@contextmanager
def damage_told() -> Iterator[None]:
    """Raise `FormatError` where a zip that is opened or read meanwhile is damaged or locked."""
    try:
        yield
    # zipfile raises RuntimeError for a password and NotImplementedError for a compression it does not know
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise FormatError("imports.archive_damaged") from error
