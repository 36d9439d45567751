"""A folder of files made for somebody to fetch: kept for a day, then swept away."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from core.errors import StoreError

KEPT_FOR: Final = timedelta(days=1)
_ABOUT: Final = "about.json"
_DRAFT: Final = "draft-"
_ID_LENGTH: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file on the shelf; only its `owner` and administrators may have it. `digest` is SHA-256 over its bytes."""

    id: str
    name: str
    size_byte: int
    digest: str
    owner: str
    made_at_utc: datetime


class FileShelf:
    """Keeps files in `folder`, made when first needed. All of it waits for the disk and raises `StoreError`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def draft(self, now_utc: datetime) -> Path:
        """Return a new folder of one's own to write in, and sweep away what is a day old."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sweep(now_utc)
            return Path(mkdtemp(prefix=_DRAFT, dir=self._folder))
        except OSError as error:
            raise StoreError("exports.folder_unusable", reason=error.strerror or str(error)) from error

    def drop(self, draft: Path) -> None:
        """Throw a draft away."""
        shutil.rmtree(draft, ignore_errors=True)

    def keep(self, draft: Path, file: Path, owner: str, now_utc: datetime) -> KeptFile:
        """Put the file that was written in a draft on the shelf; the same bytes of the same owner have the same id."""
        try:
            with file.open("rb") as content:
                digest = file_digest(content, "sha256").hexdigest()
            id_ = sha256(f"{owner}\n{file.name}\n{digest}".encode()).hexdigest()[:_ID_LENGTH]
            size_byte = file.stat().st_size
            kept = KeptFile(
                id=id_, name=file.name, size_byte=size_byte, digest=digest, owner=owner, made_at_utc=now_utc
            )
            about = asdict(kept) | {"made_at_utc": now_utc.isoformat()}
            (draft / _ABOUT).write_text(json.dumps(about), encoding="utf-8")
            shutil.rmtree(self._folder / id_, ignore_errors=True)
            draft.rename(self._folder / id_)
        except OSError as error:
            raise StoreError("exports.folder_unusable", reason=error.strerror or str(error)) from error
        return kept

    def find(self, id: str) -> tuple[KeptFile, Path] | None:  # noqa: A002
        """Return a file and where it lies, None if there is none of that id."""
        if len(id) != _ID_LENGTH or not id.isalnum():
            return None
        kept = _about(self._folder / id)
        return None if kept is None else (kept, self._folder / id / kept.name)

    def _sweep(self, now_utc: datetime) -> None:
        for folder in self._folder.iterdir():
            kept = None if folder.name.startswith(_DRAFT) else _about(folder)
            made_at = kept.made_at_utc.timestamp() if kept else folder.stat().st_mtime
            if now_utc.timestamp() - made_at > KEPT_FOR.total_seconds():
                shutil.rmtree(folder, ignore_errors=True)


def _about(folder: Path) -> KeptFile | None:
    with suppress(OSError, ValueError, TypeError, KeyError):
        said = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        return KeptFile(**{**said, "made_at_utc": datetime.fromisoformat(said["made_at_utc"])})
    return None
