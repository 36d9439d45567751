"""Files of day-ahead prices in EUR/MWh, by quarter hours or hours.

Formats, each known by its content: Energy-Charts JSON (`unix_seconds`, `price`) and SMARD CSV (semicolons, local time
without offset, `1.234,5`, `-`; the column of Germany). Written after descriptions of these formats; no file of the
publishers is kept in this project.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from core.errors import FormatError
from core.texts import Finding
from ingest.grid_files import MAX_BYTES, resolution_of
from ingest.grid_generation import BELIEVABLE_MS, cells_of, smard_instant

FARTHEST_EUR_PER_MWH: Final = 20_000.0
"""No price is further from zero: the exchange's own bounds lie within."""

_GERMAN: Final = re.compile(r"(deutschland|germany|de[/-]lu|de-at-lu)", re.IGNORECASE)
_PRICED: Final = re.compile(r"\[(€|eur)/mwh\]", re.IGNORECASE)


class PriceFormat(StrEnum):
    """Whose file it is."""

    ENERGY_CHARTS = "energy-charts"
    SMARD = "smard"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFile:
    """What a file says: EUR/MWh by instant (ms), each for `resolution_min`. A bad row is a problem."""

    format: PriceFormat
    resolution_min: int
    eur_per_mwh: Mapping[int, float]
    problems: tuple[Finding, ...] = ()


def price_file_at(path: Path) -> PriceFile:
    """Return what the file at a path says; see `read_price_file`."""
    if path.stat().st_size > MAX_BYTES:
        raise FormatError("intensity.file_too_large", limit_byte=MAX_BYTES)
    return read_price_file(path.read_bytes())


def read_price_file(content: bytes) -> PriceFile:
    """Return what a file says. Raises `FormatError` where it is none of the formats; a bad row costs only itself."""
    text = content.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("{"):
        return _energy_charts(text)
    if text[:6].casefold().lstrip('"').startswith("datum"):
        return _smard(text)
    raise FormatError("prices.format_unknown")


def _energy_charts(text: str) -> PriceFile:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError("intensity.json_damaged") from error
    instants, prices = found.get("unix_seconds"), found.get("price")
    if not isinstance(instants, list) or not isinstance(prices, list) or len(instants) != len(prices):
        raise FormatError("prices.format_unknown")
    rows = enumerate(zip(instants, prices, strict=True), start=1)
    return _file(PriceFormat.ENERGY_CHARTS, ((row, _at_ms(at_s), price, at_s) for row, (at_s, price) in rows))


def _smard(text: str) -> PriceFile:
    rows = cells_of(text, ";")
    column = _price_column(next(rows, []))

    def told() -> Iterable[tuple[int, int | None, Any, Any]]:
        before = datetime.min.replace(tzinfo=UTC)
        for number, row in enumerate(rows, start=2):
            if not any(row):
                continue
            at_utc = smard_instant(row[0], before)
            before = at_utc or before
            cell = row[column].strip() if len(row) > column else "-"
            yield number, None if at_utc is None else round(at_utc.timestamp() * 1000), _german(cell), row[0]

    return _file(PriceFormat.SMARD, told())


def _price_column(header: Sequence[str]) -> int:
    found = [number for number, name in enumerate(header) if _GERMAN.search(name) and _PRICED.search(name)]
    if not found:
        raise FormatError("prices.no_column")
    return found[0]


def _file(kind: PriceFormat, rows: Iterable[tuple[int, int | None, Any, Any]]) -> PriceFile:
    """Put rows together: their number, instant (None: unreadable), price (None: not told) and what stands there."""
    values: dict[int, float] = {}
    every_ms: list[int] = []
    problems: list[Finding] = []
    for number, at_ms, price, said in rows:
        if at_ms is None:
            problems.append(Finding.of("intensity.row_instant", row=number, found=str(said)[:30]))
            continue
        every_ms.append(at_ms)
        if price is None:
            continue
        if not _sound(price):
            problems.append(Finding.of("intensity.row_value", row=number, found=str(price)[:20]))
        else:
            values[at_ms] = float(price)
    if not values:
        raise FormatError("intensity.nothing_in_it")
    resolution_min = resolution_of(sorted(set(every_ms)))
    return PriceFile(format=kind, resolution_min=resolution_min, eur_per_mwh=values, problems=tuple(problems))


def _at_ms(at_s: Any) -> int | None:
    return at_s * 1000 if isinstance(at_s, int) and at_s * 1000 in BELIEVABLE_MS else None


def _german(cell: str) -> Any:
    if cell in {"-", ""}:
        return None
    try:
        return float(cell.replace(".", "").replace(",", "."))
    except ValueError:
        return cell


def _sound(price: Any) -> bool:
    plain = isinstance(price, int | float) and not isinstance(price, bool)
    return plain and math.isfinite(price) and abs(price) <= FARTHEST_EUR_PER_MWH
