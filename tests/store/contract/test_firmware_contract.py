"""The book of the firmware library, over every ledger."""

from __future__ import annotations

from datetime import UTC, datetime

from core.firmware import FirmwareFile
from store.ledger.ledger import SqlLedger

FILE = FirmwareFile(
    name="eve.bin",
    maker="Alfen",
    model="Eve",
    version="2.1.0",
    size_bytes=3_000_000_000,
    sha256="ab" * 32,
    added_by="anna",
    added_at_utc=datetime(2026, 11, 23, 9, tzinfo=UTC),
    signing_certificate="PEM",
    signature="c2ln",
)


async def test_files_come_back_whole_newest_first_and_a_number_is_never_given_again(ledger: SqlLedger) -> None:
    first, second = await ledger.add_firmware(FILE), await ledger.add_firmware(FILE)
    assert await ledger.firmware(first.id) == first
    assert await ledger.firmware_files() == (second, first)
    await ledger.forget_firmware(second.id)
    assert await ledger.firmware(second.id) is None
    assert (await ledger.add_firmware(FILE)).id > second.id
