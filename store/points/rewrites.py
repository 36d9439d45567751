"""Values that a later message replaced, as the file keeps them."""

from __future__ import annotations

from functools import partial
from typing import Final

from duckdb import DuckDBPyConnection

from core.periods import Period
from core.ports import Rewrite
from core.quantities import Quantity
from store.points import schema
from store.points.access import Access
from store.points.columns import to_ms, to_utc

_REPLACED: Final = (
    "select s.source, s.quantity, epoch_ms(e.ts), e.value, epoch_ms(e.noted)"
    f" from {schema.EVENT} e join {schema.SERIES} s using (series_id)"
    f" where e.kind = '{schema.REWRITTEN}' and e.noted >= make_timestamp_ms(?) and e.noted < make_timestamp_ms(?)"
    " order by e.noted, s.source, s.quantity, e.ts"
)


class Rewrites(Access):
    """`core.ports.RewriteBook`."""

    async def rewrites(self, noted: Period) -> tuple[Rewrite, ...]:
        """Return what was replaced in a period, in that order."""
        return await self.read(partial(_replaced, noted=noted))


def _replaced(connection: DuckDBPyConnection, noted: Period) -> tuple[Rewrite, ...]:
    rows = connection.execute(_REPLACED, [to_ms(noted.start_utc), to_ms(noted.end_utc)]).fetchall()
    return tuple(
        Rewrite(source, Quantity(quantity), to_utc(at_ms), value, to_utc(noted_ms))
        for source, quantity, at_ms, value, noted_ms in rows
    )
