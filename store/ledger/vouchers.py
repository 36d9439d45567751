"""The book of vouchers: fuel cards, charging cards, invoices, logbooks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select, update

from core.inventory.mobility import FuelKind
from core.periods import Period
from core.ports import Page
from core.vouchers import ChargePlace, Voucher, VoucherFilter, VoucherKind
from store.ledger.database import Database, as_cursor, insert, place_of
from store.ledger.fleet_tables import IN_FORCE, THE_SAME, VOUCHER
from store.points.columns import from_us, to_us

_C = VOUCHER.c
_AT_ONCE = 500


class Vouchers:
    """`core.vouchers.VoucherBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep_vouchers(self, vouchers: Sequence[Voucher]) -> int:
        """Keep those that are not there yet (or were withdrawn); return how many were new."""
        if not vouchers:
            return 0
        async with self._database.writing() as connection:
            fresh = insert(connection, VOUCHER).on_conflict_do_nothing(index_elements=THE_SAME, index_where=IN_FORCE)
            rows = [_row(voucher) for voucher in vouchers]
            return (await connection.execute(fresh, rows, execution_options={"preserve_rowcount": True})).rowcount

    async def vouchers(self, wanted: VoucherFilter) -> Page[Voucher]:
        """Return vouchers, newest first."""
        matching = and_(*_conditions(wanted))
        rows = select(VOUCHER).where(matching).order_by(_C.at_utc.desc(), _C.id.desc())
        if wanted.cursor is not None:
            rows = rows.where(_behind(wanted.cursor))
        async with self._database.reading() as connection:
            total = await connection.scalar(select(func.count()).select_from(VOUCHER).where(matching))
            found = (await connection.execute(rows.limit(wanted.limit + 1))).mappings().all()
        items = tuple(_voucher(row) for row in found[: wanted.limit])
        more = len(found) > wanted.limit and items
        return Page(items, total or 0, as_cursor(to_us(items[-1].at_utc), items[-1].id) if more else None)

    async def voucher(self, id: int) -> Voucher | None:  # noqa: A002
        """Return one voucher, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(VOUCHER).where(_C.id == id))).mappings().one_or_none()
        return None if row is None else _voucher(row)

    async def vouchers_during(self, period: Period, vehicles: Collection[str] | None = None) -> tuple[Voucher, ...]:
        """Return all vouchers in force of a period, by vehicle and instant."""
        wanted = select(VOUCHER).where(*_conditions(VoucherFilter(vehicles=vehicles, period=period)))
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted.order_by(_C.vehicle, _C.at_utc, _C.id))).mappings()
            return tuple(_voucher(row) for row in rows)

    async def withdraw_vouchers(self, ids: Collection[int], at_utc: datetime, by: str, reason: str) -> int:
        """Withdraw vouchers; return how many were in force until now."""
        said = {"withdrawn_at_utc": at_utc, "withdrawn_by": by, "withdrawn_reason": reason}
        wanted, gone = sorted(set(ids)), 0
        async with self._database.writing() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                known = update(VOUCHER).where(_C.id.in_(wanted[start : start + _AT_ONCE]), IN_FORCE)
                gone += (await connection.execute(known.values(said))).rowcount
        return gone


def _conditions(wanted: VoucherFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_C.id > 0]
    if not wanted.withdrawn:
        conditions.append(IN_FORCE)
    if wanted.vehicles is not None:
        conditions.append(_C.vehicle.in_(list(wanted.vehicles)))
    if wanted.kind is not None:
        conditions.append(_C.kind == wanted.kind.value)
    if wanted.period is not None:
        conditions += [_C.at_utc >= wanted.period.start_utc, _C.at_utc < wanted.period.end_utc]
    if wanted.file_import is not None:
        conditions.append(_C.file_import == wanted.file_import)
    return conditions


def _behind(cursor: str) -> ColumnElement[bool]:
    at_us, number = place_of(cursor, int, int)
    at_utc = from_us(at_us)
    return or_(_C.at_utc < at_utc, and_(_C.at_utc == at_utc, _C.id < number))


def _row(voucher: Voucher) -> dict[str, Any]:
    return {column.name: getattr(voucher, column.name) for column in _C if column.name != "id"}


def _voucher(row: RowMapping) -> Voucher:
    words = {
        "kind": VoucherKind(row["kind"]),
        "fuel": None if row["fuel"] is None else FuelKind(row["fuel"]),
        "place": None if row["place"] is None else ChargePlace(row["place"]),
    }
    return Voucher(**{**row, **words})
