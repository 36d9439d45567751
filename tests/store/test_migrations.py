"""The migrations make exactly the tables that the code names, from every revision, with what is in it."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, Table, insert, select, text
from sqlalchemy import types as sql

from core.adoption import InvitationKind
from core.alarms import AlarmFilter
from core.books import RejectionFilter, SessionFilter
from core.certificates import CertificatePurpose, CertificateState
from core.commands import CommandFilter, CommandKind, CommandState
from core.documents import DocumentFormat, ReportFilter
from core.drift import DriftFilter
from core.errors import StoreError
from core.facts import ConnectorStatus, Origin, Protocol, SessionState, TagVerdict
from core.fleet import MatchBasis
from core.imports import ImportFilter, ImportState
from core.inventory.mobility import FuelKind
from core.letters import LetterState
from core.people import Role
from core.periods import Period
from core.ports import Page
from core.quantities import Quantity
from core.readings import ReadingQuality, SlotShare
from core.rollouts import RolloutKind, RolloutState, StationRollout
from core.sendings import SendingState
from core.statements import StatementFilter
from core.station_events import StationEventFilter, StationEventKind
from core.vouchers import ChargePlace, VoucherFilter, VoucherKind
from core.work import JobFilter, JobState, MeterEventKind
from store.ledger.database import Database
from store.ledger.ledger import SqlLedger
from store.ledger.metadata import METADATA
from store.ledger.migrate import HEAD, SCRIPTS, migrate
from store.ledger.types import ExactDecimal
from tests.postgres_server import Cluster
from tests.store.conftest import LEDGERS

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)

VALUES: dict[type[Any], object] = {
    sql.Boolean: True,
    sql.Integer: 7,
    sql.Float: 1.5,
    sql.DateTime: NOW,
    sql.LargeBinary: b"\x00\xff",
    sql.String: "grün",
}
"""What a column of a kind holds in the row that a test writes."""

DECIMALS = frozenset(
    column.name for table in METADATA.tables.values() for column in table.c if isinstance(column.type, ExactDecimal)
)

WORDS: dict[str, object] = {
    "protocol": Protocol.OCPP_16.value,
    "tag_verdict": TagVerdict.ACCEPTED.value,
    "quality": ReadingQuality.MEASURED.value,
    "origin": Origin.RECORDED.value,
    "role": Role.FLEET.value,
    "quantity": Quantity.POWER_W.value,
    "status": ConnectorStatus.AVAILABLE.value,
    "charge_session.state": SessionState.ENDED.value,
    "job_run.state": JobState.DONE.value,
    "letter.state": LetterState.WAITING.value,
    "file_import.state": ImportState.DONE.value,
    "file_import.problems": [[7, "B", "x", ["payload.not_json", {"at": 7}]]],
    "file_import.notes": [["payload.not_json", {"at": 7}]],
    "file_mapping.body": {
        "date_column": "A",
        "value_column": "B",
        "quantity": "energy_import_wh",
        "kind": "energy",
        "factor": "1000",
        "meters": [["DE1", "schule-strom"]],
    },
    "file_import_part.instants": zlib.compress(bytes(8)),
    "file_import_part.bookings": [3],
    "file_import_part.leans_on": [900_000],
    "station_event.kind": StationEventKind.STATUS.value,
    "command.kind": CommandKind.RESET.value,
    "command.state": CommandState.DONE.value,
    "rollout.kind": RolloutKind.FIRMWARE.value,
    "rollout.state": RolloutState.RUNNING.value,
    "rollout_station.state": StationRollout.WAITING.value,
    "rollout_station.changes": [{"key": "HeartbeatInterval", "new": "300", "old": "60"}],
    "invitation.kind": InvitationKind.WINDOW.value,
    "certificate.purpose": CertificatePurpose.STATION.value,
    "certificate.state": CertificateState.IN_USE.value,
    "meter_event.kind": MeterEventKind.MANUAL.value,
    "report.format": DocumentFormat.PDF.value,
    "voucher.kind": VoucherKind.CHARGING.value,
    "voucher.fuel": FuelKind.DIESEL.value,
    "voucher.place": ChargePlace.HOME.value,
    "voucher.withdrawn_at_utc": None,
    "feed_in.withdrawn_at_utc": None,
    "boundary_edition.withdrawn_at_utc": None,
    "vehicle_day.distance_share": SlotShare.MEASURED.value,
    "vehicle_day.dwell_s": {"lra": 3600},
    "session_valuation.basis": MatchBasis.TAG.value,
    "sending.state": SendingState.SENT.value,
    "findings": [["session.running", {}]],
    "sites": ["lra"],
    "body": '{"eur":1.10}',
    **dict.fromkeys(("first_day", "last_day", "day", "month", "due", "valid_on"), "2026-11-22"),
    **dict.fromkeys(DECIMALS, "12.34"),
}
"""Columns, by name or table and name, that know some words only."""

FINDING = ["payload.not_json", {"at": 7}]

DROPPED = {"session_valuation": {"cost_eur"}}
"""Columns of former revisions that nothing ever wrote."""

READS: dict[str, Callable[[SqlLedger], Awaitable[Any]]] = {
    "charge_session": lambda ledger: ledger.sessions(SessionFilter()),
    "rejection": lambda ledger: ledger.rejections(RejectionFilter()),
    "discovery": lambda ledger: ledger.discoveries(),
    "notice": lambda ledger: ledger.notices(),
    "person": lambda ledger: ledger.users(),
    "api_token": lambda ledger: ledger.tokens(),
    "station_link": lambda ledger: ledger.links(),
    "station_status": lambda ledger: ledger.statuses(),
    "audit_entry": lambda ledger: ledger.audit_entries(),
    "generated_span": lambda ledger: ledger.generated_spans(),
    "job_run": lambda ledger: ledger.runs(JobFilter()),
    "dirty_span": lambda ledger: ledger.dirty_spans(),
    "deletion": lambda ledger: ledger.deletions(),
    "statement": lambda ledger: ledger.statements(StatementFilter()),
    "alarm": lambda ledger: ledger.alarms(AlarmFilter()),
    "report": lambda ledger: ledger.reports(ReportFilter()),
    "letter": lambda ledger: ledger.take_letters(NOW, NOW),
    "meter_event": lambda ledger: ledger.bookings_made("grün"),
    "meter_proposal": lambda ledger: ledger.proposals(),
    "supplier_bill": lambda ledger: ledger.bills(),
    "file_mapping": lambda ledger: ledger.mappings(),
    "file_import": lambda ledger: ledger.file_imports(ImportFilter()),
    "file_import_part": lambda ledger: ledger.parts(7),
    "presence": lambda ledger: ledger.last_presences(),
    "voucher": lambda ledger: ledger.vouchers(VoucherFilter()),
    "vehicle_day": lambda ledger: ledger.vehicle_days(NOW.date(), NOW.date()),
    "vehicle_month": lambda ledger: ledger.vehicle_months(NOW.date(), NOW.date()),
    "session_valuation": lambda ledger: ledger.valuations(Period(NOW, NOW + timedelta(days=1))),
    "sending": lambda ledger: ledger.sendings(),
    "boundary_edition": lambda ledger: ledger.boundary_editions(),
    "feed_in": lambda ledger: ledger.feed_in(None, None),
    "boundary_area": lambda ledger: ledger.boundary_areas(7),
    "fleet_action": lambda ledger: ledger.actions(),
    "station_event": lambda ledger: ledger.station_events(StationEventFilter()),
    "maintenance": lambda ledger: ledger.maintenances(),
    "command": lambda ledger: ledger.commands(CommandFilter()),
    "rollout": lambda ledger: ledger.rollouts(),
    "firmware": lambda ledger: ledger.firmware_files(),
    "invitation": lambda ledger: ledger.invitations(),
    "drift": lambda ledger: ledger.drifts(DriftFilter(still=False)),
    "drift_check": lambda ledger: ledger.drift_checks(),
    "certificate": lambda ledger: ledger.certificates(),
    "reading_link": lambda ledger: ledger.links_to_read("grün", NOW - timedelta(days=1)),
}
"""How the books read what a table holds."""


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return ScriptDirectory.from_config(config)


REVISIONS = sorted(script.revision for script in scripts().walk_revisions())


@pytest.fixture(params=LEDGERS)
def nowhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """Where there is no ledger yet."""
    if request.param == "sqlite":
        yield tmp_path / "ledger.sqlite"
        return
    cluster: Cluster = request.getfixturevalue("postgresql")
    url = cluster.create()
    yield url
    cluster.drop(url)


def reflected(connection: Connection) -> dict[str, Table]:
    found = MetaData()
    found.reflect(connection)
    return {name: table for name, table in found.tables.items() if name != "alembic_version"}


def value_of(column: Column[Any]) -> object:
    for name in (f"{column.table.name}.{column.name}", column.name):
        if name in WORDS:
            return WORDS[name]
    if isinstance(column.type, sql.JSON):
        return FINDING
    return next(value for kind, value in VALUES.items() if isinstance(column.type, kind))


def fill(connection: Connection) -> dict[str, dict[str, object]]:
    """Write one row into every table and return them all."""
    rows = {}
    for name, table in reflected(connection).items():
        connection.execute(insert(table).values({column.name: value_of(column) for column in table.c}))
        rows[name] = dict(connection.execute(select(table)).mappings().one())
    return rows


def read(connection: Connection) -> dict[str, dict[str, object]]:
    """Return the row of every table, nothing where there is none."""
    return {
        name: dict(connection.execute(select(table)).mappings().one_or_none() or {})
        for name, table in reflected(connection).items()
    }


@pytest.mark.parametrize("revision", REVISIONS)
async def test_from_every_revision_all_rows_arrive_and_the_books_read_them(revision: str, nowhere: Path | str) -> None:
    before = Database.at(nowhere)
    async with before.writing() as connection:
        await connection.run_sync(migrate, before.name, revision)
        written = await connection.run_sync(fill)
    await before.close()
    ledger = await SqlLedger.open(nowhere)
    try:
        async with ledger._database.reading() as connection:
            found = await connection.run_sync(read)
        for table, row in written.items():
            kept = {name: value for name, value in row.items() if name not in DROPPED.get(table, ())}
            assert {name: found[table][name] for name in kept} == kept, table
            if table in READS:
                told = await READS[table](ledger)
                assert len(told.items if isinstance(told, Page) else told) == 1, table
    finally:
        await ledger.close()


async def test_migrating_from_nothing_gives_the_tables_of_the_code(ledger: SqlLedger) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": METADATA})
        return list(compare_metadata(context, METADATA))

    async with ledger._database.reading() as connection:
        assert await connection.run_sync(differences) == []


def test_the_known_revision_is_the_newest_script_and_they_stand_in_one_line() -> None:
    assert scripts().get_heads() == [HEAD]
    assert [script.down_revision for script in scripts().walk_revisions()] == [*reversed(REVISIONS[:-1]), None]


async def test_a_ledger_of_a_newer_release_is_refused_and_left_as_it_is(nowhere: Path | str) -> None:
    ledger = await SqlLedger.open(nowhere)
    async with ledger._database.writing() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))
    await ledger.close()
    with pytest.raises(StoreError) as refused:
        await SqlLedger.open(nowhere)
    assert refused.value.finding.code == "store.file_too_new"
    database = Database.at(nowhere)
    async with database.reading() as connection:
        assert await connection.scalar(text("select version_num from alembic_version")) == "9999"
    await database.close()


async def test_the_file_is_durable_and_checks_references(tmp_path: Path) -> None:
    ledger = await SqlLedger.open(tmp_path / "ledger.sqlite")
    async with ledger._database.reading() as connection:
        found = [
            await connection.scalar(text(f"pragma {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    await ledger.close()
    assert found == ["wal", 2, 1, 5000]
