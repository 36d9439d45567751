"""A long table as Parquet, with where it comes from in its metadata."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from reports.columns import About, Block, Column, ColumnKind


class ParquetTable:
    """A table file that is Parquet."""

    def __init__(self, path: Path, columns: Sequence[Column], about: About) -> None:
        # pyarrow takes half a second to load, and few exports need it
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        types = {
            ColumnKind.TEXT: pa.dictionary(pa.int32(), pa.string()),
            ColumnKind.NUMBER: pa.float64(),
            ColumnKind.INSTANT: pa.timestamp("ms", tz="UTC"),
        }
        said = json.dumps({"heading": about.heading, **dict(about.facts)}, ensure_ascii=False)
        notes = {"kreiswatt": said, "remarks": "\n".join(about.remarks)}
        self._schema = pa.schema([(column.name, types[column.kind]) for column in columns], metadata=notes)
        self._arrays = pa.array
        self._batch = pa.record_batch
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")

    def add(self, block: Block) -> None:
        """Write some rows."""
        arrays = [
            self._arrays(values, type=field.type) for field, values in zip(self._schema, block.columns, strict=True)
        ]
        self._writer.write_batch(self._batch(arrays, schema=self._schema))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()
