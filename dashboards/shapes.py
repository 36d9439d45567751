"""The shapes of panels that dashboards are put together from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.model import Asked, Head, Panel, PanelKind, Unit
from store.panels import Select


def tile(number: int, text: str, select: Select, unit: Unit, tag: str = "", **more: Any) -> Panel:
    """Return a single figure, or one for each value of a tag."""
    shape, asked = {"width": 6, "height": 4, **more}, (Asked(select, tag=tag),)
    return Panel(**shape, id=number, kind=PanelKind.STAT, text=text, asked=asked, unit=unit)


def course(number: int, text: str, unit: Unit, *asked: Asked, **more: Any) -> Panel:
    """Return lines over time."""
    return Panel(**more, id=number, kind=PanelKind.TIMESERIES, text=text, asked=asked, unit=unit)


def columns(number: int, text: str, unit: Unit, *asked: Asked, **more: Any) -> Panel:
    """Return bars over time that stand upon each other."""
    shape = {"bars": True, "stacked": True, **more}
    return Panel(**shape, id=number, kind=PanelKind.TIMESERIES, text=text, asked=asked, unit=unit)


def points(number: int, text: str, unit: Unit, *asked: Asked, **more: Any) -> Panel:
    """Return lines over time with a point for each value."""
    return course(number, text, unit, *asked, points=True, **more)


def table(number: int, text: str, select: Select, heads: Mapping[str, Head], **more: Any) -> Panel:
    """Return a table."""
    return Panel(
        **{"width": 24, **more}, id=number, kind=PanelKind.TABLE, text=text, asked=(Asked(select),), heads=heads
    )


def ranking(number: int, text: str, unit: Unit, select: Select, heads: Mapping[str, Head], **more: Any) -> Panel:
    """Return bars from the greatest to the least."""
    return Panel(**more, id=number, kind=PanelKind.BARS, text=text, asked=(Asked(select),), unit=unit, heads=heads)
