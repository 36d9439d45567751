"""The book of firmware files."""

from __future__ import annotations

from dataclasses import fields, replace

from sqlalchemy import delete, select

from core.firmware import FirmwareFile
from store.ledger.database import Database
from store.ledger.firmware_tables import FIRMWARE

_C = FIRMWARE.c


class Firmware:
    """`core.firmware.FirmwareBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_firmware(self, file: FirmwareFile) -> FirmwareFile:
        """Keep what is known of a new file; return it with its id."""
        row = {each.name: getattr(file, each.name) for each in fields(file) if each.name != "id"}
        async with self._database.writing() as connection:
            added = await connection.execute(FIRMWARE.insert().values(row).returning(_C.id))
        return replace(file, id=added.scalar_one())

    async def firmware(self, id: int) -> FirmwareFile | None:  # noqa: A002
        """Return one file, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(FIRMWARE).where(_C.id == id))).mappings().one_or_none()
        return None if row is None else FirmwareFile(**row)

    async def firmware_files(self) -> tuple[FirmwareFile, ...]:
        """Return all files, newest first."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(FIRMWARE).order_by(_C.id.desc()))).mappings()
            return tuple(FirmwareFile(**row) for row in rows)

    async def forget_firmware(self, id: int) -> None:  # noqa: A002
        """Forget a file."""
        async with self._database.writing() as connection:
            await connection.execute(delete(FIRMWARE).where(_C.id == id))
