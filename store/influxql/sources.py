"""What stands behind FROM: measurements by name or pattern, and rows of subqueries as DuckDB reads them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.influxql.catalogue import Catalogue, Kind
from store.influxql.conditions import Matches
from store.influxql.errors import StatementError
from store.influxql.table import Values
from store.influxql.tree import Source


def measurements(catalogue: Catalogue, source: Source, database: str, matches: Matches) -> list[str]:
    """Return the measurements that a source names. Raises `StatementError` for another database or policy."""
    if source.database and source.database != database:
        raise StatementError(f"database not found: {source.database}")
    if source.policy and source.policy != "autogen":
        raise StatementError(f"retention policy not found: {source.policy}")
    if source.pattern is None:
        return [source.name] if source.name in catalogue else []
    return [name for name in catalogue if matches(source.pattern.text, name)]


def masked(values: Values) -> NDArray[Any]:
    """Return values as DuckDB reads them: what is not there is null."""
    there = values.there
    if values.kind is Kind.FLOAT:
        there = there & np.isfinite(values.data)
    if values.kind is Kind.STRING:
        texts: NDArray[Any] = values.data.copy()
        texts[~there] = None
        return texts
    rest: NDArray[Any] = np.ma.masked_array(values.data, ~there)
    return rest
