"""Which stretch of time a dashboard shows, and in which steps a panel asks, as Grafana computes both.

Source: Grafana's `rangeutil` and `dateMath`, as its documentation of time ranges tells them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

_EXPRESSION: Final = re.compile(r"now((?:[+-]\d+[smhdwMy])*)(?:/([smhdwMy]))?\Z")
_STEP: Final = re.compile(r"([+-]\d+)([smhdwMy])")
_SPAN: Final = re.compile(r"(\d+)(ms|s|m|h|d|w)\Z")
_UNITS_MS: Final = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_SECOND, _MINUTE, _HOUR, _DAY = (_UNITS_MS[unit] for unit in "smhd")
_INTERVALS_MS: Final = (
    *(1, 10, 20, 50, 100, 200, 500),
    *(_SECOND * n for n in (1, 2, 5, 10, 15, 20, 30)),
    *(_MINUTE * n for n in (1, 2, 5, 10, 15, 20, 30)),
    *(_HOUR * n for n in (1, 2, 3, 6, 12)),
    *(_DAY * n for n in (1, 7, 30, 365)),
)
_LEAST: Final = "15m"
POINTS_OF_A_WIDE_PANEL: Final = 1000
COLUMNS: Final = 24
"""How many columns a dashboard has."""


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when, as seen at a place."""

    start_utc: datetime
    end_utc: datetime
    zone: ZoneInfo

    @property
    def start_ms(self) -> int:
        """Return the begin in milliseconds."""
        return round(self.start_utc.timestamp() * 1000)

    @property
    def end_ms(self) -> int:
        """Return the end in milliseconds."""
        return round(self.end_utc.timestamp() * 1000)


def window_of(board: dict[str, Any], now_utc: datetime, zone: ZoneInfo) -> Window:
    """Return the stretch that a dashboard shows when it is opened. Raises `ValueError` for no expression of Grafana."""
    told = board.get("time") or {}
    begin = instant(str(told.get("from", "now-6h")), now_utc, zone, ends=False)
    return Window(begin, instant(str(told.get("to", "now")), now_utc, zone, ends=True), zone)


def window_back(window: Window, back: str) -> Window:
    """Return the stretch of a panel that looks so far back (`400d`) whatever is chosen; without, the chosen one."""
    if not back:
        return window
    return Window(instant(f"now-{back}", window.end_utc, window.zone, ends=False), window.end_utc, window.zone)


def instant(expression: str, now_utc: datetime, zone: ZoneInfo, *, ends: bool) -> datetime:
    """Return the instant of an expression such as `now-7d/d`; one that `ends` a range is rounded up.

    Raises `ValueError`.
    """
    found = _EXPRESSION.match(expression)
    if found is None:
        raise ValueError(expression)
    at = now_utc.astimezone(zone)
    for count, unit in _STEP.findall(found[1]):
        at = _moved(at, int(count), unit)
    if found[2]:
        at = _floored(at, found[2])
        at = _moved(at, 1, found[2]) if ends else at
    return at


def interval_ms(window: Window, panel: dict[str, Any]) -> int:
    """Return what `$__interval` is for a panel."""
    points = int(panel.get("maxDataPoints") or 0)
    points = points or POINTS_OF_A_WIDE_PANEL * int((panel.get("gridPos") or {}).get("w", COLUMNS)) // COLUMNS
    least = span_ms(str(panel.get("interval") or _LEAST)) or _UNITS_MS["m"]
    wanted = max((window.end_ms - window.start_ms) / max(points, 1), least)
    return next((each for each in _INTERVALS_MS if each >= wanted), _INTERVALS_MS[-1])


def span_ms(text: str) -> int | None:
    """Return how long `15m` is, None where it is no such text."""
    found = _SPAN.match(text.lstrip(">"))
    return int(found[1]) * _UNITS_MS[found[2]] if found else None


def interval_text(ms: int) -> str:
    """Return a span as InfluxQL writes it."""
    unit = next(unit for unit in ("d", "h", "m", "s", "ms") if ms % _UNITS_MS[unit] == 0)
    return f"{ms // _UNITS_MS[unit]}{unit}"


def _moved(at: datetime, count: int, unit: str) -> datetime:
    if unit == "y":
        return _month(at, 12 * count)
    if unit == "M":
        return _month(at, count)
    if unit in "dw":  # by the calendar, so that a day may have 23 hours
        return at + timedelta(days=count * (7 if unit == "w" else 1))
    moved = at.astimezone(ZoneInfo("UTC")) + timedelta(milliseconds=count * _UNITS_MS[unit])
    return moved.astimezone(at.tzinfo)


def _month(at: datetime, count: int) -> datetime:
    year, month = divmod(12 * at.year + at.month - 1 + count, 12)
    following = datetime(year + month // 11, (month + 1) % 12 + 1, 1, tzinfo=at.tzinfo)
    last = (following - timedelta(days=1)).day
    return at.replace(year=year, month=month + 1, day=min(at.day, last))


def _floored(at: datetime, unit: str) -> datetime:
    at = at.replace(microsecond=0)
    names = {"y": ("month", "day"), "M": ("day",), "w": (), "d": (), "h": (), "m": (), "s": ()}[unit]
    if unit == "w":
        at -= timedelta(days=at.weekday())
    clock = {"s": (), "m": ("second",), "h": ("minute", "second")}.get(unit, ("hour", "minute", "second"))
    parts: dict[str, Any] = {**dict.fromkeys(names, 1), **dict.fromkeys(clock, 0)}
    return at.replace(**parts)
