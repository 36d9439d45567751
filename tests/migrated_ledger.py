"""New ledger files as copies of one that was migrated: migrating each takes longer than most tests do."""

from __future__ import annotations

import asyncio
import tempfile
from functools import cache
from pathlib import Path

from store.ledger.ledger import SqlLedger

_open = SqlLedger.open


@cache
def migrated() -> bytes:
    """Return an empty ledger file, made by all migrations one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.sqlite"
        asyncio.run(_made(file))
        return file.read_bytes()


async def _made(file: Path) -> None:
    ledger = await _open(file)
    await ledger.close()


async def open_copied(place: Path | str) -> SqlLedger:
    """Return a ledger as `SqlLedger.open` does; a file that is not there yet begins as a copy."""
    if isinstance(place, Path):
        await asyncio.to_thread(_begin, place)
    return await _open(place)


def _begin(file: Path) -> None:
    if file.parent.is_dir() and not file.exists():
        file.write_bytes(migrated())
