"""Long tables as files, written as they come: CSV (in a ZIP with a note), Excel, Parquet.

Memory does not grow with the rows. Every file says where it comes from: CSV in a text beside it, Excel on
its first sheet, Parquet in its metadata. The same blocks give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.documents import DocumentFormat
from reports.columns import About, Column, CsvStyle, TableFile
from reports.csv_table import CsvTable
from reports.parquet_table import ParquetTable
from reports.sheet_table import SheetTable


def table_file(
    path: Path,
    kind: DocumentFormat,
    columns: Sequence[Column],
    about: About,
    *,
    style: CsvStyle,
    offset: str,
    note: str,
) -> TableFile:
    """Return a file to write to. `offset` heads the column of distances to UTC, `note` names the text beside CSV."""
    match kind:
        case DocumentFormat.XLSX:
            return SheetTable(path, columns, about, offset)
        case DocumentFormat.PARQUET:
            return ParquetTable(path, columns, about)
        case _:
            return CsvTable(path, columns, about, style, offset, note)
