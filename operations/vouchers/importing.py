"""Files of papers as they would be imported, imported, and taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from core.imports import FileImport, ImportState, KeptFile, RowProblem
from core.texts import Finding
from core.voucher_files import VoucherMapping
from core.vouchers import Voucher, VoucherFilter, VoucherKind
from fleet.vehicle_days.voucher_checks import doubts_about, wrong_with
from ingest.files.tables import Layout, layout_of
from ingest.files.vouchers import RowSaid, read_vouchers
from operations.arrivals.import_reading import WRONG_SHARE, inbox_of
from operations.house import Call, House
from operations.keepers import EntryKind, must_keep
from operations.vouchers.mappings import token_of
from operations.vouchers.rows import VoucherRow, voucher_row
from operations.vouchers.vouchers import days_again, drop_odometers, put_odometers

AT_ONCE: Final = 500
PROBLEMS_KEPT: Final = 200
SHOWN: Final = 20


@dataclass(slots=True, kw_only=True)
class VouchersFound:
    """What a file of papers comes to: its rows, those left out, the first that were understood, and of which sites."""

    file: KeptFile
    mapping: VoucherMapping
    layout: Layout
    rows: int = 0
    wrong: int = 0
    known: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    first: list[Voucher] = field(default_factory=list)
    sites: set[str] = field(default_factory=set)
    first_utc: datetime | None = None
    last_utc: datetime | None = None

    @property
    def refused(self) -> tuple[Finding, ...]:
        """Return why the file must not be imported."""
        if self.wrong * WRONG_SHARE > self.rows:
            return (Finding.of("imports.refused_rows", wrong=self.wrong, rows=self.rows),)
        return ()

    def shown(self, house: House) -> tuple[VoucherRow, ...]:
        """Return the first vouchers as programs get them."""
        return tuple(voucher_row(each, house.inventory()) for each in self.first)


async def look_through(house: House, file: KeptFile, mapping: VoucherMapping, call: Call) -> VouchersFound:
    """Return what a file comes to, whole, without keeping anything. Raises `FormatError`, `ForbiddenError`."""
    path = inbox_of(house).path(file.digest)
    found = VouchersFound(file=file, mapping=mapping, layout=await asyncio.to_thread(layout_of, path, mapping))
    rows, judge = _rows(house, file, mapping, call), _judge(house, call)
    while some := await asyncio.to_thread(lambda: list(islice(rows, AT_ONCE))):
        call.progress(0.25, Finding.of("imports.reading", file=file.name))
        for row in some:
            found.rows += 1
            said = judge(row)
            if isinstance(said, RowProblem):
                found.wrong += 1
                found.problems += [said] if len(found.problems) < PROBLEMS_KEPT else []
                continue
            found.sites.add(house.inventory().vehicles[said.vehicle].site)
            found.first += [said] if len(found.first) < SHOWN else []
            found.first_utc = min(filter(None, (found.first_utc, said.at_utc)))
            found.last_utc = max(filter(None, (found.last_utc, said.at_utc)))
    must_keep(call.actor, EntryKind.VEHICLES, found.sites)
    return found


async def keep_file(house: House, found: VouchersFound, call: Call) -> FileImport:
    """Keep the vouchers of a file that was looked through, compute the days they touch, and return the import."""
    made = await house.ledger.save_import(
        FileImport(
            digest=found.file.digest,
            file=found.file.name,
            mapping=found.mapping.name,
            version=found.mapping.version,
            state=ImportState.RUNNING,
            made_by=call.actor.name,
            made_at_utc=call.now_utc,
            sites=tuple(sorted(found.sites)),
            rows=found.rows,
            left_out=found.wrong,
            problems=tuple(found.problems),
            first_utc=found.first_utc,
            last_utc=found.last_utc,
        )
    )
    rows, judge = _rows(house, found.file, found.mapping, call), _judge(house, call)
    try:
        while some := await asyncio.to_thread(lambda: list(islice(rows, AT_ONCE))):
            call.progress(0.75, Finding.of("imports.storing", source=found.file.name))
            sound = [said for said in map(judge, some) if isinstance(said, Voucher)]
            vouchers = [replace(each, file_import=made.id) for each in sound]
            added = await house.ledger.keep_vouchers(vouchers)
            made = replace(made, added=made.added + added, known=made.known + len(vouchers) - added)
            await put_odometers(house, vouchers, call)
            await days_again(house, vouchers, call)
    except BaseException:
        await asyncio.shield(house.ledger.save_import(replace(made, state=ImportState.BROKEN_OFF)))
        raise
    return await house.ledger.save_import(replace(made, state=ImportState.DONE))


async def take_vouchers_back(house: House, made: FileImport, reason: str, call: Call) -> None:
    """Withdraw all vouchers that an import brought, and compute the days they touched again."""
    wanted = VoucherFilter(file_import=made.id, limit=AT_ONCE)
    while some := (await house.ledger.vouchers(wanted)).items:
        await house.ledger.withdraw_vouchers([each.id for each in some], call.now_utc, call.actor.name, reason)
        await drop_odometers(house, some)
        await days_again(house, some, call)


def _rows(house: House, file: KeptFile, mapping: VoucherMapping, call: Call) -> Iterator[RowSaid]:
    known, names, token = house.inventory().vehicles, dict(mapping.vehicles), token_of(house)

    def vehicle_of(said: str) -> str | None:
        return said if said in known else names.get(token(said))

    zone = ZoneInfo(house.time_zone)
    path = inbox_of(house).path(file.digest)
    return read_vouchers(path, mapping, vehicle_of, zone, call.now_utc, call.actor.name)


def _judge(house: House, call: Call) -> Callable[[RowSaid], Voucher | RowProblem]:
    """Return what gives a row's voucher, or why it is left out: what is doubtful is entered by hand."""
    vehicles, today = house.inventory().vehicles, house.day(call.now_utc)

    def judge(row: RowSaid) -> Voucher | RowProblem:
        if row.problem is not None:
            return row.problem
        assert row.voucher is not None  # noqa: S101 - a row has one or the other
        voucher, vehicle = row.voucher, vehicles.get(row.voucher.vehicle)
        if vehicle is None or not call.actor.sees(vehicle.site):
            return row.refused(Finding.of("vouchers.row_vehicle", field="vehicle"))
        if voucher.kind is VoucherKind.FUEL and voucher.fuel is None:
            voucher = replace(voucher, fuel=vehicle.burns)
        against = [*wrong_with(voucher, vehicle, house.day(voucher.at_utc), today), *doubts_about(voucher, vehicle)]
        return row.refused(against[0]) if against else voucher

    return judge
