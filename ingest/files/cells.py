"""Cells to numbers and local instants, exactly as the mapping says: what is not so is refused, never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from core.errors import FormatError
from core.texts import Finding
from ingest.files.tables import Cell

NUMBER_MAX: Final = Decimal(10) ** 12
"""No dial and no power of a district has more digits; float and thousandths are exact up to here."""

_PARTS: Final = {
    "dd": r"(?P<day>\d{2})",
    "d": r"(?P<day>\d{1,2})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "yyyy": r"(?P<year>\d{4})",
    "yy": r"(?P<year>\d{2})",
    "HH": r"(?P<hour>\d{2})",
    "H": r"(?P<hour>\d{1,2})",
    "mm": r"(?P<minute>\d{2})",
    "ss": r"(?P<second>\d{2})",
}
_TOKEN: Final = re.compile(r"dd?|MM?|yyyy|yy|HH?|mm|ss|.", re.DOTALL)
_CENTURY: Final = 2000
_LAST_HOUR: Final = 24
_OFFSET: Final = re.compile(r"(?:\.\d{1,6})?(?P<offset>Z|[+-]\d{2}:?\d{2})")


class CellError(FormatError):
    """A cell that does not say what it should."""


def number_reader(decimal: str, thousands: str) -> Callable[[Cell], Decimal]:
    """Return what reads numbers with this decimal sign and these signs between thousands (empty: none).

    `1.234` is a thousand and some only where the point parts thousands, and then in groups of three.
    """
    whole = rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+|\d+" if thousands else r"\d+"
    form = re.compile(rf"\s*([+-]?)({whole})(?:{re.escape(decimal)}(\d+))?\s*")

    def read(cell: Cell) -> Decimal:
        if isinstance(cell, str):
            found = form.fullmatch(cell)
            if not found:
                raise CellError("imports.row.number" if cell.strip() else "imports.row.empty", example=_example)
            sign, digits, rest = found.groups()
            value = Decimal(f"{sign}{digits.replace(thousands, '') if thousands else digits}.{rest or 0}")
        else:
            value = _of_spreadsheet(cell)
        if abs(value) >= NUMBER_MAX:
            raise CellError("imports.row.too_large")
        return value

    _example = f"1{thousands}234{decimal}5"
    return read


def _of_spreadsheet(cell: Cell) -> Decimal:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise CellError("imports.row.number" if cell is not None else "imports.row.empty", example="1234")
    try:
        value = Decimal(repr(cell))
    except InvalidOperation as error:
        raise CellError("imports.row.number", example="1234") from error
    if not value.is_finite():
        raise CellError("imports.row.number", example="1234")
    return value


def instant_reader(pattern: str) -> Callable[[Cell, Cell], datetime]:
    """Return what reads a date (and the time of its own column) in a pattern, e.g. `dd.MM.yyyy HH:mm`.

    `24:00` is the end of its day. The instant is naive, unless the pattern ends in `z` (`+01:00`).
    Raises `FormatError` for a pattern without day, month and year.
    """
    form = _form(pattern)

    def read(day: Cell, of_day: Cell) -> datetime:
        if isinstance(day, datetime) and of_day in (None, ""):
            return _whole(day)
        text = " ".join(part for part in (_text(day, pattern), _text(of_day, pattern)) if part)
        found = form.fullmatch(text)
        if not found:
            raise CellError("imports.row.instant" if text else "imports.row.empty", pattern=pattern)
        try:
            return _instant(found.groupdict())
        except (ValueError, OverflowError) as error:
            raise CellError("imports.row.instant", pattern=pattern) from error

    return read


def _form(pattern: str) -> re.Pattern[str]:
    body, zoned = (pattern[:-1], True) if pattern.endswith("z") else (pattern, False)
    quoted = body.replace("'T'", "T")
    parts = [_PARTS.get(token, re.escape(token)) for token in _TOKEN.findall(quoted)]
    try:
        form = re.compile("".join(parts) + (_OFFSET.pattern if zoned else ""))
    except re.error as error:  # a part that stands there twice
        raise FormatError("imports.pattern_wrong", pattern=pattern) from error
    if not {"day", "month", "year"} <= form.groupindex.keys():
        raise FormatError("imports.pattern_wrong", pattern=pattern)
    return form


def _text(cell: Cell, pattern: str) -> str:
    """Return a cell as the pattern would have written it; spreadsheets keep dates and times as such."""
    if isinstance(cell, str):
        return cell.strip()
    of_date, _, of_time = pattern.partition(" ")
    if isinstance(cell, date):
        return cell.strftime(_as_strftime(of_date))
    if isinstance(cell, time):
        return cell.strftime(_as_strftime(of_time or "HH:mm"))
    return "" if cell is None else str(cell)


def _as_strftime(pattern: str) -> str:
    names = {"dd": "%d", "d": "%d", "MM": "%m", "M": "%m", "yyyy": "%Y", "yy": "%y", "HH": "%H", "H": "%H"}
    return "".join((names | {"mm": "%M", "ss": "%S"}).get(token, token) for token in _TOKEN.findall(pattern))


def _whole(at: datetime) -> datetime:
    """Return an instant of a spreadsheet, whose fractions of a day miss whole seconds by some microseconds."""
    return (at + timedelta(milliseconds=500)).replace(microsecond=0)


def _instant(parts: dict[str, str | None]) -> datetime:
    numbers = {name: int(value) for name, value in parts.items() if value is not None and name != "offset"}
    if len(parts["year"] or "") == 2:  # noqa: PLR2004 - two digits of a year
        numbers["year"] += _CENTURY
    ends_day = numbers.get("hour") == _LAST_HOUR
    if ends_day:
        if numbers.get("minute") or numbers.get("second"):
            raise ValueError
        numbers["hour"] = 0
    at = datetime(**numbers)  # type: ignore[arg-type]  # noqa: DTZ001 - whose clock it is says the mapping
    if offset := parts.get("offset"):
        at = datetime.fromisoformat(f"{at.isoformat()}{offset}")
    return at + timedelta(days=1) if ends_day else at


def as_found(cell: Cell) -> str:
    """Return a cell as it is shown to people."""
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return "" if cell is None else str(cell)[:60]


def wrong(code: str, /, **params: str | int) -> Finding:
    """Return what is wrong with a row."""
    return Finding.of(code, **params)
