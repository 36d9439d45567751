"""A year of months as bars beside those of the year before, as SVG whose text stays text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import floor, log10

WIDTH, HEIGHT = 520, 170
LEFT, RIGHT, TOP, BOTTOM = 52, 6, 20, 22
NOW, BEFORE, INK, RULE = "#0f6b66", "#b9c9c7", "#3b4a49", "#d9e0df"
STEPS = (1, 2, 2.5, 5, 10)
LINES = 4


def month_bars(
    names: Sequence[str],
    now: Sequence[float | None],
    before: Sequence[float | None],
    *,
    unit: str,
    years: tuple[str, str],
    language: str,
) -> str:
    """Return the chart. A month of which nothing is known has no bar; the axis begins at 0."""
    step = _step(max([value for value in (*now, *before) if value] or [1.0]))
    top = step * LINES
    parts = [*_axis(step, top, unit, language), *_legend(years)]
    wide = (WIDTH - LEFT - RIGHT) / len(names)
    for place, name in enumerate(names):
        x = LEFT + place * wide
        parts += [*_bar(x + wide * 0.14, wide * 0.34, before[place], top, BEFORE)]
        parts += [*_bar(x + wide * 0.5, wide * 0.34, now[place], top, NOW)]
        parts.append(_text(x + wide / 2, HEIGHT - 8, name, "middle"))
    inside = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="Fira Sans" font-size="9">{inside}</svg>'
    )


def _axis(step: float, top: float, unit: str, language: str) -> Iterator[str]:
    yield _text(0, 10, unit, "start")
    for line in range(LINES + 1):
        y = _y(line * step, top)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.2f}" y2="{y:.2f}" stroke="{RULE}" stroke-width="0.7"/>'
        yield _text(LEFT - 5, y + 3, _number(line * step, language), "end")


def _legend(years: tuple[str, str]) -> Iterator[str]:
    for x, colour, year in ((WIDTH - 106, BEFORE, years[1]), (WIDTH - 52, NOW, years[0])):
        yield f'<rect x="{x}" y="3" width="9" height="9" fill="{colour}"/>'
        yield _text(x + 13, 11, year, "start")


def _bar(x: float, width: float, value: float | None, top: float, colour: str) -> Iterator[str]:
    if value:
        y = _y(max(value, 0.0), top)
        height = HEIGHT - BOTTOM - y
        yield f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{colour}"/>'


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def _step(most: float) -> float:
    """Return the distance of lines that makes round numbers and holds the highest bar."""
    rough = most / LINES
    scale = 10.0 ** floor(log10(rough))
    return next(each * scale for each in STEPS if each * scale * LINES >= most * 0.9999)


def _number(value: float, language: str) -> str:
    text = f"{value:,.10g}" if value < 1 else f"{value:,.12g}"
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.2f}" y="{y:.2f}" fill="{INK}" text-anchor="{anchor}">{escape(text)}</text>'
