"""Documents made from figures: what kinds there are, and the book that keeps reports with their bytes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from core.ports import Page
from core.texts import Language


class DocumentFormat(StrEnum):
    """What a document is written in."""

    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    PARQUET = "parquet"


MEDIA_TYPES: Final[dict[str, str]] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "zip": "application/zip",
}
"""What a file is for programs, by the end of its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRecord:
    """A report that was made: of which kind, for which period and scope, in which version, by whom and why.

    `site` is where it belongs, None for the whole district. `digest` is SHA-256 over its bytes. `id` is 0
    until the ledger has given one.
    """

    kind: str
    period: str
    scope: str
    site: str | None
    format: DocumentFormat
    language: Language
    version: int
    file_name: str
    size_byte: int
    digest: str
    reason: str
    made_by: str
    made_at_utc: datetime
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """Which reports, last made first; `sites` None: those of the whole district too."""

    kind: str | None = None
    period: str | None = None
    scope: str | None = None
    format: DocumentFormat | None = None
    language: Language | None = None
    sites: Collection[str] | None = None
    limit: int = 50
    cursor: str | None = None


class ReportBook(Protocol):
    """Keeps reports with their bytes: versions are added, none is changed or removed."""

    async def keep_report(self, record: ReportRecord, content: bytes) -> ReportRecord:
        """Keep a report and return it with its id. Raises `ConflictError` if its version is not the next."""
        ...

    async def report(self, id: int) -> ReportRecord | None:  # noqa: A002
        """Return one report, None if there is none."""
        ...

    async def report_content(self, id: int) -> bytes | None:  # noqa: A002
        """Return the bytes of a report, None if there is none."""
        ...

    async def reports(self, wanted: ReportFilter) -> Page[ReportRecord]:
        """Return reports, last made first."""
        ...
