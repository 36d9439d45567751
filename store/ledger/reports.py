"""The book of reports: versions are added, none is changed. Their bytes are read only when somebody fetches them."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, select

from core.documents import DocumentFormat, ReportFilter, ReportRecord
from core.errors import ConflictError
from core.ports import Page
from store.ledger.database import Database, as_cursor, place_of
from store.ledger.report_tables import REPORT

_C = REPORT.c
_NAMES = tuple(field.name for field in fields(ReportRecord))
_SHOWN = tuple(_C[name] for name in _NAMES)
_SAME = ("kind", "period", "scope", "format", "language")


class Reports:
    """`core.documents.ReportBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep_report(self, record: ReportRecord, content: bytes) -> ReportRecord:
        """Keep a report and return it with its id. Raises `ConflictError` if its version is not the next."""
        row = {name: value for name, value in asdict(record).items() if name != "id"}
        row |= {"format": record.format.value, "content": content}
        same = [_C[name] == row[name] for name in _SAME]
        async with self._database.writing() as connection:
            newest = await connection.scalar(select(func.max(_C.version)).where(*same))
            if record.version != (newest or 0) + 1:
                raise ConflictError("reports.made_meanwhile", version=record.version)
            kept = await connection.execute(REPORT.insert().values(row).returning(*_SHOWN))
            return _record(kept.mappings().one())

    async def report(self, id: int) -> ReportRecord | None:  # noqa: A002
        """Return one report, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(*_SHOWN).where(_C.id == id))).mappings().one_or_none()
        return None if row is None else _record(row)

    async def report_content(self, id: int) -> bytes | None:  # noqa: A002
        """Return the bytes of a report, None if there is none."""
        async with self._database.reading() as connection:
            content: bytes | None = await connection.scalar(select(_C.content).where(_C.id == id))
        return content

    async def reports(self, wanted: ReportFilter) -> Page[ReportRecord]:
        """Return reports, last made first."""
        matching = _conditions(wanted)
        rows = select(*_SHOWN).where(*matching).order_by(_C.id.desc())
        if wanted.cursor is not None:
            (behind,) = place_of(wanted.cursor, int)
            rows = rows.where(_C.id < behind)
        async with self._database.reading() as connection:
            total = await connection.scalar(select(func.count()).select_from(REPORT).where(*matching))
            found = (await connection.execute(rows.limit(wanted.limit + 1))).mappings().all()
        shown = found[: wanted.limit]
        more = len(found) > wanted.limit and shown
        return Page(tuple(map(_record, shown)), total or 0, as_cursor(shown[-1]["id"]) if more else None)


def _conditions(wanted: ReportFilter) -> list[ColumnElement[bool]]:
    asked = {name: getattr(wanted, name) for name in _SAME}
    conditions: list[ColumnElement[bool]] = [_C.id > 0]
    conditions += [_C[name] == value for name, value in asked.items() if value is not None]
    return conditions if wanted.sites is None else [*conditions, _C.site.in_(list(wanted.sites))]


def _record(row: RowMapping) -> ReportRecord:
    said: dict[str, Any] = {name: row[name] for name in _NAMES}
    return ReportRecord(**{**said, "format": DocumentFormat(row["format"])})
