"""The headers over a day's values against what the mapping takes these for: so columns that are shifted are found.

Grid operators write the time over each column (`00:15`, `00:00 - 00:15`) or number them (`1`, `V1`). Other words say
nothing and are let be.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import tzinfo
from typing import Final

from core.errors import FormatError
from core.imports import ClockChange, FileMapping, Stamp
from ingest.files.columns import Columns
from ingest.files.day_plans import DAY_MIN, HOUR_MIN, column_times

_TIME: Final = re.compile(
    r"[^\d:.]*(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.]00)?"
    r"(?P<range>\s*(?:-|–|bis)\s*\d{1,2}[:.]\d{2}(?:[:.]00)?)?[^\d:.]*"
)
_NUMBERED: Final = re.compile(r"(?P<word>\D*)(?P<number>\d{1,3})")
_YEAR: Final = 2025
"""An ordinary day's columns have the same times in every year."""


def check_headers(mapping: FileMapping, columns: Columns, change: ClockChange, zone: tzinfo) -> None:
    """Raise `FormatError` where a header says that its column is another interval of the day."""
    expected = column_times(_YEAR, zone, mapping.interval_min, change)
    headers = columns.names[columns.value : columns.value + len(expected)]
    _check_times(mapping, columns, headers, expected)
    _check_numbers(columns, headers)


def _check_times(mapping: FileMapping, columns: Columns, headers: Sequence[str], expected: Sequence[int]) -> None:
    found = [_TIME.fullmatch(header) for header in headers]
    counts = Counter(expected)
    for place, (said, begin_min) in enumerate(zip(found, expected, strict=False), columns.value):
        if said is None:
            return
        ends = mapping.stamp is Stamp.END and not said["range"]
        wanted_min = (begin_min + mapping.interval_min * ends) % DAY_MIN
        said_min = (int(said["hour"]) * HOUR_MIN + int(said["minute"])) % DAY_MIN
        if said_min != wanted_min and counts[begin_min] == 1:  # in an hour that comes twice each writes as he likes
            raise _shifted(columns, place, f"{wanted_min // HOUR_MIN:02d}:{wanted_min % HOUR_MIN:02d}")


def _check_numbers(columns: Columns, headers: Sequence[str]) -> None:
    found = [match for header in headers if (match := _NUMBERED.fullmatch(header))]
    if len(found) < len(headers) or len({match["word"] for match in found}) != 1:
        return
    first = 0 if int(found[0]["number"]) == 0 else 1
    for place, match in enumerate(found):
        if int(match["number"]) != first + place:
            raise _shifted(columns, columns.value + place, f"{match['word']}{first + place}")


def _shifted(columns: Columns, place: int, expected: str) -> FormatError:
    return FormatError("imports.columns_shifted", column=columns.name(place), expected=expected)
