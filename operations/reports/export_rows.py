"""Files for people to fetch, as programs get them, and what is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.documents import DocumentFormat
from core.quantities import Quantity
from core.texts import Language
from reports.columns import CsvStyle


class ExportResolution(StrEnum):
    """How finely amounts are exported; days and months are those of the place."""

    SLOT = "15m"
    DAY = "day"
    MONTH = "month"


class ExportFormat(StrEnum):
    """What an export is written in; CSV comes in a ZIP with a text that says what it holds."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"

    @property
    def document(self) -> DocumentFormat:
        """Return the kind of document."""
        return DocumentFormat(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRef:
    """A file that was made: fetch it by its `id` at `/api/v1/files/{id}`. `digest` is SHA-256 over its bytes."""

    id: str
    name: str
    media_type: str
    size_byte: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """An export: its file, of how many series, with how many rows."""

    file: FileRef
    series: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReadings:
    """Which readings: of some sources or `site:<id>` (all), from the begin of `period` to the end of `until`."""

    period: str
    until: str | None = None
    sources: tuple[str, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    format: ExportFormat = ExportFormat.CSV
    style: CsvStyle = CsvStyle.GERMAN
    language: Language = "de"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportIntervals(ExportReadings):
    """Which amounts and means, and how finely."""

    resolution: ExportResolution = ExportResolution.SLOT
