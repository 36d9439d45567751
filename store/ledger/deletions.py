"""The book of what was deleted by rule; and the deletion of what the ledger keeps for a while only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, delete, exists, func, or_, select, tuple_, update

from core.commands import CommandState
from core.errors import StoreError
from core.retention import Deletion, RecordKind
from core.rollouts import RolloutState
from core.sendings import SendingState
from core.station_events import StationEventKind
from core.work import JobState
from store.ledger.certificate_tables import CERTIFICATE
from store.ledger.command_tables import COMMAND
from store.ledger.database import Database
from store.ledger.drift_tables import DRIFT
from store.ledger.fleet_tables import FLEET_ACTION, PRESENCE, SENDING, SESSION_VALUATION, VOUCHER
from store.ledger.invitation_tables import INVITATION
from store.ledger.rollout_tables import ROLLOUT, ROLLOUT_STATION
from store.ledger.station_tables import STATION_EVENT
from store.ledger.tables import DELETION, DISCOVERY, JOB_RUN, NOTICE, REJECTION

_C = DELETION.c
_PERIODS_KEPT = 100


class Deletions:
    """`core.retention.DeletionBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_deletion(self, deletion: Deletion) -> Deletion:
        """Insert a deletion (id 0) or replace it by id; return it with its id. Raises `StoreError` for no such id."""
        row = {column.name: getattr(deletion, column.name) for column in _C if column.name != "id"}
        known = DELETION.insert() if deletion.id == 0 else update(DELETION).where(_C.id == deletion.id)
        async with self._database.writing() as connection:
            number = await connection.scalar(known.values(row).returning(_C.id))
        if number is None:
            raise StoreError("store.row_unknown", table=DELETION.name, id=deletion.id)
        return Deletion(**row, id=number)

    async def deletions(self, rule: str | None = None) -> tuple[Deletion, ...]:
        """Return deletions (by this rule), newest first."""
        wanted = select(DELETION).order_by(_C.id.desc())
        if rule is not None:
            wanted = wanted.where(_C.rule == rule)
        async with self._database.reading() as connection:
            return tuple(Deletion(**row) for row in (await connection.execute(wanted)).mappings())

    async def forget_records(self, kind: RecordKind, before_utc: datetime, limit: int = 5000) -> int:
        """Delete up to `limit` records last touched before an instant; return how many. Running jobs stay.

        Of the runs of a job for one period the newest that is done stays too, for as long as it is
        among the job's 100 newest periods: it is what keeps the period from being made again. Where a
        vehicle stood at the instant stays, and a letter that is still to be sent. Actions go by when they were
        done, certificates by when they ended; of a station's states and contacts those at the instant stay.
        """
        table, old = _OLD[kind](before_utc)
        some = select(*table.primary_key).where(old).order_by(*table.primary_key).limit(limit)
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(table).where(tuple_(*table.primary_key).in_(some)))
            if kind in _ALONG:
                belonging, alone = _ALONG[kind]
                await connection.execute(delete(belonging).where(alone))
        return gone.rowcount


def _rejections(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    return REJECTION, REJECTION.c.received_at_utc < before_utc


def _discoveries(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    return DISCOVERY, DISCOVERY.c.last_seen_utc < before_utc


def _notices(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    return NOTICE, NOTICE.c.last_seen_utc < before_utc


def _job_runs(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    run = JOB_RUN.c
    old = and_(run.begun_at_utc < before_utc, run.state != JobState.RUNNING.value)
    return JOB_RUN, and_(old, run.id.not_in(_standing()))


def _standing() -> Select[Any]:
    """Return the query of the runs by which the newest done periods of each job are known."""
    run = JOB_RUN.c
    newest = select(run.job, run.period, func.max(run.id).label("id")).where(run.state == JobState.DONE.value)
    each = newest.group_by(run.job, run.period).subquery()
    place = func.row_number().over(partition_by=each.c.job, order_by=each.c.period.desc()).label("place")
    placed = select(each.c.id, place).subquery()
    return select(placed.c.id).where(placed.c.place <= _PERIODS_KEPT)


def _presences(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    its, newer = PRESENCE.c, PRESENCE.alias("newer").c
    left = exists().where(newer.vehicle == its.vehicle, newer.since_utc > its.since_utc, newer.since_utc <= before_utc)
    return PRESENCE, left


def _vouchers(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    return VOUCHER, VOUCHER.c.at_utc < before_utc


def _valuations(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    return SESSION_VALUATION, SESSION_VALUATION.c.begun_at_utc < before_utc


def _sendings(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    ended = SENDING.c.state.not_in([SendingState.WAITING.value, SendingState.SENDING.value])
    return SENDING, and_(SENDING.c.created_at_utc < before_utc, ended)


def _actions(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    return FLEET_ACTION, FLEET_ACTION.c.done_at_utc < before_utc  # what is still to be done has no such instant


def _station_events(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    its, newer = STATION_EVENT.c, STATION_EVENT.alias("newer").c
    same = and_(newer.station == its.station, newer.connector == its.connector, newer.kind == its.kind)
    followed = exists().where(same, newer.at_utc > its.at_utc, newer.at_utc <= before_utc)
    lasting = its.kind.in_([StationEventKind.STATUS.value, StationEventKind.CONNECTION.value])
    return STATION_EVENT, and_(its.received_at_utc < before_utc, or_(~lasting, followed))  # how it was then, stays


def _commands(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    over = COMMAND.c.state.in_([state.value for state in CommandState if state.final])
    return COMMAND, and_(COMMAND.c.asked_at_utc < before_utc, over)


def _rollouts(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    over = ROLLOUT.c.state.in_([state.value for state in RolloutState if state.final])
    return ROLLOUT, and_(ROLLOUT.c.changed_at_utc < before_utc, over)


def _invitations(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    return INVITATION, INVITATION.c.until_utc < before_utc


def _drift(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    return DRIFT, DRIFT.c.closed_at_utc < before_utc  # what still is there has no such instant


def _certificates(before_utc: datetime) -> tuple[Table, ColumnElement[bool]]:
    return CERTIFICATE, CERTIFICATE.c.valid_to_utc < before_utc


_OLD = {
    RecordKind.REJECTIONS: _rejections,
    RecordKind.DISCOVERIES: _discoveries,
    RecordKind.NOTICES: _notices,
    RecordKind.JOB_RUNS: _job_runs,
    RecordKind.PRESENCES: _presences,
    RecordKind.VOUCHERS: _vouchers,
    RecordKind.VALUATIONS: _valuations,
    RecordKind.SENDINGS: _sendings,
    RecordKind.ACTIONS: _actions,
    RecordKind.STATION_EVENTS: _station_events,
    RecordKind.COMMANDS: _commands,
    RecordKind.CERTIFICATES: _certificates,
    RecordKind.ROLLOUTS: _rollouts,
    RecordKind.INVITATIONS: _invitations,
    RecordKind.DRIFT: _drift,
}

_ALONG = {RecordKind.ROLLOUTS: (ROLLOUT_STATION, ROLLOUT_STATION.c.rollout.not_in(select(ROLLOUT.c.id)))}
"""What goes with the last of what it belongs to."""
