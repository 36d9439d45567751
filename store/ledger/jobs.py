"""The book of job runs, and the lease of whoever may run jobs."""

from __future__ import annotations

from dataclasses import replace as changed
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, or_, select, update

from core.errors import StoreError
from core.ports import Page
from core.work import JobFilter, JobRun, JobState
from store.ledger.database import Database, as_cursor, finding_of, finding_row, insert, place_of
from store.ledger.tables import JOB_RUN, LEASE

_C = JOB_RUN.c


class Jobs:
    """`core.work.JobBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_run(self, run: JobRun) -> JobRun:
        """Insert a run (id 0) or replace it by id; return it with its id. Raises `StoreError` for an unknown id."""
        async with self._database.writing() as connection:
            if run.id == 0:
                number = await connection.scalar(JOB_RUN.insert().values(_row(run)).returning(_C.id))
                return changed(run, id=number or 0)
            replaced = await connection.execute(update(JOB_RUN).where(_C.id == run.id).values(_row(run)))
            if replaced.rowcount == 0:
                raise StoreError("store.row_unknown", table=JOB_RUN.name, id=run.id)
        return run

    async def run(self, id: int) -> JobRun | None:  # noqa: A002
        """Return one run, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(JOB_RUN).where(_C.id == id))).mappings().one_or_none()
        return None if row is None else _run(row)

    async def runs(self, wanted: JobFilter) -> Page[JobRun]:
        """Return runs, newest first."""
        matching = and_(*_conditions(wanted))
        rows = select(JOB_RUN).where(matching).order_by(_C.id.desc())
        if wanted.cursor is not None:
            (behind,) = place_of(wanted.cursor, int)
            rows = rows.where(_C.id < behind)
        async with self._database.reading() as connection:
            total = await connection.scalar(select(func.count()).select_from(JOB_RUN).where(matching))
            found = (await connection.execute(rows.limit(wanted.limit + 1))).mappings().all()
        items = tuple(_run(row) for row in found[: wanted.limit])
        more = len(found) > wanted.limit
        return Page(items, total or 0, as_cursor(items[-1].id) if more and items else None)

    async def done_periods(self, job: str) -> frozenset[str]:
        """Return the periods for which the job is done."""
        done = select(_C.period).distinct().where(_C.job == job, _C.state == JobState.DONE.value)
        async with self._database.reading() as connection:
            return frozenset(await connection.scalars(done))

    async def take_lease(self, name: str, owner: str, now_utc: datetime, until_utc: datetime) -> bool:
        """Return whether `owner` holds the lease now: free, expired, or already theirs. Atomic over processes."""
        async with self._database.writing() as connection:
            statement = insert(connection, LEASE).values(name=name, owner=owner, until_utc=until_utc)
            mine_or_expired = or_(LEASE.c.owner == owner, LEASE.c.until_utc <= now_utc)
            taken = statement.on_conflict_do_update(
                index_elements=["name"], set_={"owner": owner, "until_utc": until_utc}, where=mine_or_expired
            )
            holder: str | None = await connection.scalar(taken.returning(LEASE.c.owner))
        return holder == owner

    async def drop_lease(self, name: str, owner: str) -> None:
        """Give the lease back if `owner` holds it."""
        async with self._database.writing() as connection:
            await connection.execute(delete(LEASE).where(LEASE.c.name == name, LEASE.c.owner == owner))


def _conditions(wanted: JobFilter) -> list[ColumnElement[bool]]:
    conditions = [_C.id > 0]
    if wanted.job is not None:
        conditions.append(_C.job == wanted.job)
    if wanted.state is not None:
        conditions.append(_C.state == wanted.state.value)
    return conditions


def _row(run: JobRun) -> dict[str, Any]:
    row: dict[str, Any] = {column.name: getattr(run, column.name) for column in JOB_RUN.c if column.name != "id"}
    row["doing"] = run.doing and finding_row(run.doing)
    row["finding"] = run.finding and finding_row(run.finding)
    return row


def _run(row: RowMapping) -> JobRun:
    words = {
        "state": JobState(row["state"]),
        "doing": row["doing"] and finding_of(row["doing"]),
        "finding": row["finding"] and finding_of(row["finding"]),
    }
    return JobRun(**{**row, **words})
