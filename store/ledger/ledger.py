"""All books of the ledger in one."""

from __future__ import annotations

from pathlib import Path

from core.errors import StoreError
from core.ports import Health
from store.ledger.alarms import Alarms
from store.ledger.audit import Audit
from store.ledger.bills import Bills
from store.ledger.bookings import Bookings
from store.ledger.boundaries import Boundaries
from store.ledger.certificates import Certificates
from store.ledger.checkpoints import Checkpoints
from store.ledger.commands import Commands
from store.ledger.copies import Copies
from store.ledger.database import Database
from store.ledger.deletions import Deletions
from store.ledger.dirty import Dirty
from store.ledger.drifts import Drifts
from store.ledger.feed_in import FeedIn
from store.ledger.firmware import Firmware
from store.ledger.fleet_actions import FleetActions
from store.ledger.history import History
from store.ledger.imports import Imports
from store.ledger.inputs import Inputs
from store.ledger.invitations import Invitations
from store.ledger.jobs import Jobs
from store.ledger.letters import Letters
from store.ledger.maintenances import Maintenances
from store.ledger.migrate import upgrade
from store.ledger.people import People
from store.ledger.presences import Presences
from store.ledger.proposals import Proposals
from store.ledger.pseudonyms import Pseudonyms
from store.ledger.reading_links import ReadingLinks
from store.ledger.rejections import Rejections
from store.ledger.reports import Reports
from store.ledger.rollouts import Rollouts
from store.ledger.sendings import Sendings
from store.ledger.session_corrections import SessionCorrections
from store.ledger.sessions import Sessions
from store.ledger.statements import Statements
from store.ledger.station_events import StationEvents
from store.ledger.stations import Stations
from store.ledger.valuations import Valuations
from store.ledger.vehicle_days import VehicleDays
from store.ledger.voucher_mappings import VoucherMappings
from store.ledger.vouchers import Vouchers


class SqlLedger(
    Sessions,
    SessionCorrections,
    Stations,
    Rejections,
    People,
    Audit,
    History,
    Jobs,
    Dirty,
    Checkpoints,
    Bookings,
    Proposals,
    ReadingLinks,
    Deletions,
    Statements,
    Alarms,
    Letters,
    Imports,
    Inputs,
    Bills,
    Reports,
    Presences,
    Vouchers,
    VoucherMappings,
    VehicleDays,
    Valuations,
    Sendings,
    FleetActions,
    Pseudonyms,
    Boundaries,
    FeedIn,
    StationEvents,
    Maintenances,
    Commands,
    Certificates,
    Rollouts,
    Firmware,
    Invitations,
    Drifts,
    Copies,
):
    """`core.books.Ledger` over one database."""

    @classmethod
    async def open(cls, place: Path | str) -> SqlLedger:
        """Return the ledger in the SQLite file at a path or the PostgreSQL database at a URL.

        Its tables are made or brought to the present layout if needed. Raises `StoreError` if the
        file or database cannot be used or belongs to a newer release; then nothing has been changed.
        """
        database = Database.at(place)
        try:
            await upgrade(database)
        except StoreError:
            await database.close()
            raise
        return cls(database)

    async def close(self) -> None:
        """Close the database."""
        await self._database.close()

    def health(self) -> Health:
        """Return whether the database answered when it was last asked, and how often it has not."""
        trouble = self._database.trouble
        figures = {"failures": float(self._database.failures)}
        return Health(name="ledger", ok=trouble is None, finding=trouble, figures=figures)
