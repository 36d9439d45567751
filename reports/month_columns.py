"""Months as columns of parts that stand one upon the other, below nought where they are negative; as SVG with text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Final

from core.units import number
from reports.fleet_document import ChartSaid

WIDTH, HEIGHT = 520, 160
LEFT, RIGHT, TOP, BOTTOM = 52, 6, 22, 22
INK, RULE = "#3b4a49", "#d9e0df"
COLOURS: Final = ("#0f6b66", "#c58b2a", "#7a8f8d", "#3d5a98")
STEPS: Final = (1, 2, 2.5, 5, 10)
LINES: Final = 4
LETTER: Final = 5.2


def month_columns(chart: ChartSaid, language: str) -> str:
    """Return the chart; a month of which nothing is known has no column."""
    months = list(zip(*(values for _, values in chart.series), strict=True))
    top = max((sum(each for each in month if each and each > 0) for month in months), default=0.0)
    low = min((sum(each for each in month if each and each < 0) for month in months), default=0.0)
    scale = _Scale(low, top)
    wide = (WIDTH - LEFT - RIGHT) / max(len(months), 1)
    parts = [_text(0, 10, chart.unit, "start"), *_axis(scale, language), *_legend([name for name, _ in chart.series])]
    for place, (name, month) in enumerate(zip(chart.names, months, strict=True)):
        x = LEFT + place * wide
        parts += [*_column(x + wide * 0.2, wide * 0.6, month, scale)]
        parts.append(_text(x + wide / 2, HEIGHT - 8, name, "middle"))
    inside = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="Fira Sans" font-size="9">{inside}</svg>'
    )


class _Scale:
    """Round lines that hold all values and nought."""

    def __init__(self, low: float, top: float) -> None:
        rough = max(top - low, 1e-9) / LINES
        size = 10.0 ** floor(log10(rough))
        self.step = next(each * size for each in STEPS if each * size >= rough * 0.9999)
        self.low = self.step * floor(low / self.step)
        self.top = max(self.step * ceil(top / self.step - 1e-9), self.low + self.step)

    def y(self, value: float) -> float:
        """Return where a value lies."""
        return HEIGHT - BOTTOM - (value - self.low) / (self.top - self.low) * (HEIGHT - TOP - BOTTOM)

    def lines(self) -> Iterator[float]:
        """Yield the values of the lines."""
        for line in range(round((self.top - self.low) / self.step) + 1):
            yield self.low + line * self.step


def _axis(scale: _Scale, language: str) -> Iterator[str]:
    decimals = max(0, -floor(log10(scale.step))) + (1 if str(scale.step).lstrip("0.").startswith("25") else 0)
    for value in scale.lines():
        y, ink = scale.y(value), INK if not round(value / scale.step) else RULE
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.2f}" y2="{y:.2f}" stroke="{ink}" stroke-width="0.7"/>'
        text = number(value, decimals if scale.step < 1 else 0, "en" if language == "en" else "de")
        yield _text(LEFT - 5, y + 3, text, "end")


def _legend(names: Sequence[str]) -> Iterator[str]:
    x = WIDTH - RIGHT - sum(20 + LETTER * len(name) for name in names)
    for place, name in enumerate(names):
        yield f'<rect x="{x:.2f}" y="2" width="9" height="9" fill="{COLOURS[place % len(COLOURS)]}"/>'
        yield _text(x + 13, 10, name, "start")
        x += 20 + LETTER * len(name)


def _column(x: float, width: float, month: Sequence[float | None], scale: _Scale) -> Iterator[str]:
    above = below = 0.0
    for place, value in enumerate(month):
        if not value:
            continue
        begin = above if value > 0 else below
        high, deep = scale.y(max(begin, begin + value)), scale.y(min(begin, begin + value))
        colour = COLOURS[place % len(COLOURS)]
        yield f'<rect x="{x:.2f}" y="{high:.2f}" width="{width:.2f}" height="{deep - high:.2f}" fill="{colour}"/>'
        above, below = (above + value, below) if value > 0 else (above, below + value)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.2f}" y="{y:.2f}" fill="{INK}" text-anchor="{anchor}">{escape(text)}</text>'
