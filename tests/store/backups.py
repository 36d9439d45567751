"""Stores with something of everything, kept and put back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from config.recovery import Opened, Seal, recovery_key
from core.bills import SupplierBill
from core.books import RejectionFilter, SessionFilter
from core.periods import Period
from core.ports import Direction, Frame
from core.quantities import Quantity
from core.texts import Finding
from core.work import DirtySpan
from store.backup.archive import ArchiveReader
from store.backup.copy import Copied, Keeper
from store.backup.restore import put_back
from store.open import Stores, open_embedded
from tests.district_content import fill

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
PASSPHRASE = "0000-0000"
KEY = recovery_key(PASSPHRASE, b"salt" * 4)
FOREVER = Period(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
SOURCE = "meter:schule-strom"
BILL = SupplierBill(
    site="schule",
    meter="schule-strom",
    number="2026-4711",
    first_day=date(2025, 11, 1),
    last_day=date(2026, 10, 31),
    used=Decimal("182345.600"),
    unit="kWh",
    net_eur=Decimal("48959.79"),
    gross_eur=None,
    begin_reading=None,
    end_reading=None,
    document="",
    note="",
    added_by="anna",
    added_at_utc=NOW,
)


def quiet(_fraction: float, _doing: Finding) -> None:
    pass


def keeper_of(stores: Stores, data_dir: Path, seal: Callable[[], Any] = lambda: Seal(KEY)) -> Keeper:
    return Keeper(
        stores=stores,
        data_dir=data_dir,
        version="1.2.3",
        clock=lambda: NOW,
        configuration=lambda: Copied(b"files", 1, (), b"{}"),
        seal=seal,
        forbidden=(data_dir,),
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def content(file: Path) -> bytes:
    return file.read_bytes()


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def write_note(path: Path) -> None:
    (folder(path) / "notes.txt").write_text("mine")


async def restored(file: Path, data_dir: Path, ledger_url: str = "") -> ArchiveReader:
    reader = ArchiveReader.of(file)
    reader.verify(lambda _: None)
    opener = Opened.by(PASSPHRASE, reader.manifest.recovery)
    reader.must_be_ours(opener)
    await put_back(reader, opener, data_dir, ledger_url, quiet)
    return reader


@asynccontextmanager
async def filled(data_dir: Path) -> AsyncIterator[Stores]:
    """Open stores with something of everything."""
    opened = await open_embedded(data_dir, lambda: NOW)
    try:
        await fill(opened)
        await opened.ledger.audit("anna", "users.add", "vera", "{}", NOW)
        late = DirtySpan(source=SOURCE, quantity=Quantity.POWER_W, period=FOREVER, reason="late")
        await opened.ledger.mark_dirty([late])
        await opened.ledger.add_bill(BILL)
        for number in range(5):
            await opened.journal.append(Frame("lis-01", "c", Direction.IN, NOW, "ocpp1.6", b"frame %d" % number))
        yield opened
    finally:
        await opened.close()


async def contents(stores: Stores) -> dict[str, Any]:
    """Return everything that can be read by the stores' own ports."""
    ledger = stores.ledger
    return {
        "last": await stores.readings.last(),
        "count": await stores.readings.count(),
        "arrivals": await stores.readings.arrivals(SOURCE, Quantity.ENERGY_IMPORT_WH, FOREVER),
        "sessions": (await ledger.sessions(SessionFilter())).items,
        "links": await ledger.links(),
        "rejections": (await ledger.rejections(RejectionFilter())).items,
        "dirty": await ledger.dirty_spans(),
        "bills": await ledger.bills(),
        "audit": (await ledger.audit_entries()).items,
        "head": await ledger.audit_head(),
        "frames": [frame async for frame in stores.journal.frames()],
    }
