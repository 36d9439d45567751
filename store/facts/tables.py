"""The names of published facts: each row of a measurement is one value per field, under its series.

A series of facts is (measurement, tags, field): `tags` as JSON with sorted keys and no spaces, empty
tags left out; `kind` says what its values are. Numbers and truth (0 or 1) stand in `number`, text in `text`.
"""

from __future__ import annotations

from typing import Final

FACT_SERIES: Final = "fact_series"
FACT: Final = "fact"

NUMBER: Final = "number"
TRUTH: Final = "truth"
TEXT: Final = "text"
"""The kinds of a fact's field: float, boolean and string of InfluxQL."""

CREATE: Final[tuple[str, ...]] = (
    f"""create table {FACT_SERIES} (
        id integer not null, measurement varchar not null, tags varchar not null, field varchar not null,
        kind varchar not null
    )""",
    f"create table {FACT} (series_id integer not null, ts timestamp not null, number double, text varchar)",
)
"""Makes the tables in a file that has none of them."""
