"""What is asked about what plants feed in, and what is told of it. Energies are in whole Wh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from annotated_types import Ge, Le, Len

from core.errors import ConflictError
from core.inventory import Inventory
from core.shares import FeedInStatement
from core.texts import Finding
from operations.arrivals.import_rows import WrongRow
from operations.metering.booking_rows import Reason
from operations.values import Limit, Told
from renewables.energy_base import BaseSource

Energy = Annotated[int, Ge(0), Le(10**15)]
Year = Annotated[int, Ge(1990), Le(2100)]
Column = Annotated[str, Len(0, 80)]


class DoubtfulFeedInError(ConflictError):
    """A statement that cannot be right; `findings` say why. Asked for once more with `confirm` it is kept."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("feed_in.doubtful", count=len(findings))
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFeedIn:
    """Which statements: of a plant, of a year, those withdrawn too."""

    plant: str | None = None
    year: Year | None = None
    withdrawn: bool = False
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddFeedIn:
    """What an operator states of a plant in a month (`2025-03`), in Wh. `confirm` keeps what cannot be right.

    `unavailable_wh` is technical unavailability above 2 % of the gross yield, `curtailed_wh` what the grid operator
    cut, `other_fictitious_wh` other shut-downs, own supply and direct supply (EEG Anlage 2 Nr. 7.2); `negative_wh` was
    fed in while the anzulegende Wert was zero (EEG § 51).
    """

    plant: str
    month: Annotated[str, Len(1, 20)]
    fed_in_wh: Energy | None = None
    unavailable_wh: Energy | None = None
    curtailed_wh: Energy | None = None
    other_fictitious_wh: Energy | None = None
    negative_wh: Energy | None = None
    number: Annotated[str, Len(0, 80)] = ""
    confirm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawFeedIn:
    """Which statement is taken back, by its number in the list, and why; with `restore` it counts again."""

    id: int
    reason: Reason
    restore: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFeedIn:
    """A file of an operator's statements that was handed in, by its digest; the command line takes its path.

    Columns are named by header or letter; those that are not named are found by the usual names. `plants` are written
    `name in the file=plant`. `unit` is that of columns whose header names none. With `dry_run` nothing is kept.
    """

    upload: str = field(metadata={"upload": True})
    dry_run: bool = False
    plant_column: Column = ""
    month_column: Column = ""
    fed_in_column: Column = ""
    unavailable_column: Column = ""
    curtailed_column: Column = ""
    other_fictitious_column: Column = ""
    negative_column: Column = ""
    number_column: Column = ""
    plants: tuple[str, ...] = ()
    unit: Literal["kWh", "MWh", "Wh"] = "kWh"
    header: Annotated[int, Ge(0), Le(200)] = 1
    sheet: Column = ""
    encoding: Literal["", "utf-8", "utf-8-sig", "utf-16", "cp1252"] = ""
    delimiter: Literal["", ";", ",", "\t", "|"] = ""
    decimal: Literal[",", "."] = ","
    thousands: Literal["", ".", ",", " ", "'"] = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedInRow:
    """What an operator states of a plant in a month (see `core.shares.FeedInStatement`)."""

    id: int
    plant: str
    plant_name: str
    month: str
    fed_in_wh: int | None
    unavailable_wh: int | None
    curtailed_wh: int | None
    other_fictitious_wh: int | None
    negative_wh: int | None
    number: str
    file_import: int | None
    entered_by: str
    entered_at_utc: datetime
    withdrawn_at_utc: datetime | None
    withdrawn_by: str
    withdrawn_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedInImported:
    """What a file brought, or would with `dry_run`: `known` was stated before, `left_out` lines are wrong.

    `id` is the number of the import, by which it can be taken back; None where nothing was kept. `statements` are the
    first that were understood. Nothing is kept where there are reasons in `refused`.
    """

    id: int | None
    name: str
    dry_run: bool
    rows: int
    added: int
    known: int
    left_out: int
    plants: int
    first_month: str
    last_month: str
    statements: tuple[FeedInRow, ...]
    problems: tuple[WrongRow, ...]
    refused: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFeedIn:
    """What a plant fed in in a year (the last one that is over)."""

    id: str
    year: Year | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedInMonth:
    """A month: what counts, where it is from, and what meter and operator say; `difference_wh` is stated less metered.

    `measured_percent` of the month was measured, `known_percent` is known at all.
    """

    month: str
    fed_in_wh: int | None
    source: BaseSource
    metered_wh: int | None
    stated_wh: int | None
    difference_wh: int | None
    unavailable_wh: int | None
    curtailed_wh: int | None
    other_fictitious_wh: int | None
    negative_wh: int | None
    measured_percent: float | None
    known_percent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedInOf:
    """What a plant fed in in a year, month by month, and what of it counts.

    `common_meter` names the meter that it shares with others, `shared_by` by what. `expected_wh` is what the year will
    come to: what is known, and `estimated_months` as they were a year before or as the mean of the known ones; None
    with `expected_reason`, or for a year of which all is known.
    """

    plant: str
    name: str
    year: int
    months: tuple[FeedInMonth, ...]
    fed_in_wh: int | None
    fictitious_wh: int
    negative_wh: int | None
    common_meter: str | None
    common_meter_name: str
    shared_by: str
    findings: tuple[Told, ...]
    expected_wh: int | None
    estimated_months: tuple[str, ...]
    expected_reason: Told | None


def feed_in_row(statement: FeedInStatement, inventory: Inventory) -> FeedInRow:
    """Return a statement as programs get it."""
    plant = inventory.plants.get(statement.plant)
    said = {name: getattr(statement, name) for name in FeedInRow.__dataclass_fields__ if name != "plant_name"}
    return FeedInRow(**said, plant_name=plant.name if plant else statement.plant)
