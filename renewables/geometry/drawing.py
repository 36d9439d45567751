"""The map of a plant's circle or outline as SVG that anyone can follow: who has which part of it.

Parts differ by hatching as well as by colour (Okabe and Ito's, made light), so that nobody needs to see colours and
a copy in black and white will do. All of it is told in words beside, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from math import floor, hypot, log10
from typing import Final

from core.texts import Catalogue
from core.units import number
from renewables.areas import AreaKind, AreaPart, PlantAreas
from renewables.geometry.hatching import HATCHES, NOWHERE, pattern

Ring = tuple[tuple[float, float], ...]
"""Corners in metres, east and north."""

SIZE: Final = 520
ROW: Final = 22
INK, SOFT, RULE, GROUND = "#1b211e", "#565e59", "#9aa39d", "#f4f5f2"
LETTER: Final = 6.7
LINE: Final = 15
ROOM: Final = 20
HA_M2: Final = 10_000


@dataclass(frozen=True, slots=True)
class Shape:
    """An area to be drawn; `spot` is where its name has most room, with `room_m` in each direction."""

    key: str
    name: str
    kind: AreaKind
    rings: tuple[Ring, ...]
    spot_x_m: float
    spot_y_m: float
    room_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaShapes:
    """What a map shows, in metres from its middle, `reach_m` in each direction.

    `around` are the areas of the surroundings, `left` what lies in none of them.
    """

    reach_m: float
    whole: tuple[Ring, ...]
    parts: tuple[Shape, ...]
    around: tuple[tuple[Ring, ...], ...]
    left: tuple[Ring, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaMap:
    """A map and what it shows in words."""

    svg: str
    text: str


def area_map(areas: PlantAreas, shapes: AreaShapes, name: str, texts: Catalogue) -> AreaMap:
    """Return the map of a plant called `name` in the language of the texts."""
    canvas = _Canvas(SIZE / 2 / shapes.reach_m, re.sub(r"[^a-z0-9]+", "-", f"{areas.plant}-{areas.radius_m}"))
    hatch = {part.key: place % len(HATCHES) for place, part in enumerate(areas.parts)}
    told = told_areas(areas, name, texts)
    used = sorted(set(hatch.values()))
    legend = list(_legend(areas, hatch, texts, canvas))
    height = SIZE + 14 + ROW * len(areas.parts) + (ROW if shapes.left else 0)
    inside = "".join(
        [
            "<defs>",
            *(pattern(canvas.id, place) for place in used),
            pattern(canvas.id, NOWHERE) if shapes.left else "",
            f'<clipPath id="{canvas.id}-frame"><rect width="{SIZE}" height="{SIZE}"/></clipPath></defs>',
            f'<g clip-path="url(#{canvas.id}-frame)"><rect width="{SIZE}" height="{SIZE}" fill="{GROUND}"/>',
            *(canvas.path(rings, f'fill="none" stroke="{RULE}" stroke-width="1"') for rings in shapes.around),
            *_filled(shapes, hatch, canvas),
            *_edge(areas, shapes, canvas, texts),
            *_labels(areas, shapes, canvas, texts),
            "</g>",
            *_compass(texts),
            *_scale_bar(shapes.reach_m, texts),
            f'<rect x="0.5" y="0.5" width="{SIZE - 1}" height="{SIZE - 1}" fill="none" stroke="{RULE}"/>',
            *legend,
        ]
    )
    return AreaMap(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {height}" width="{SIZE}" height="{height}" '
        f'role="img" aria-label="{escape(told)}" font-family="Fira Sans, sans-serif" font-size="13">'
        f'<rect width="{SIZE}" height="{height}" fill="#ffffff"/>{inside}</svg>',
        told,
    )


def told_areas(areas: PlantAreas, name: str, texts: Catalogue) -> str:
    """Return in words what the map of a plant shows."""
    language = texts.language
    whole_ha = number(areas.whole_m2 / HA_M2, 1, language)
    if areas.radius_m is None:
        head = texts.say("shares_areas.map.outline", plant=name, whole_ha=whole_ha)
    else:
        radius = number(areas.radius_m, 0, language)
        head = texts.say("shares_areas.map.circle", plant=name, radius_m=radius, whole_ha=whole_ha)
    parts = [
        texts.say(
            "shares_areas.map.part",
            name=part.name,
            percent=percent_of(part.area_m2, areas, texts),
            area_ha=number(part.area_m2 / HA_M2, 1, language),
        )
        for part in areas.parts
    ]
    if areas.uncovered_m2:
        percent = percent_of(areas.uncovered_m2, areas, texts)
        parts.append(texts.say("shares_areas.map.left", percent=percent))
    return " ".join([head, *parts])


def percent_of(area_m2: int, areas: PlantAreas, texts: Catalogue) -> str:
    """Return which part of the whole an area is, in per cent with two decimals."""
    share = 100 * area_m2 / areas.whole_m2 if areas.whole_m2 else 0.0
    return f"{number(share, 2, texts.language)}\N{NO-BREAK SPACE}%"


@dataclass(slots=True)
class _Canvas:
    """From metres to the drawing, and the labels that are there already."""

    scale: float
    id: str
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def at(self, x_m: float, y_m: float) -> tuple[float, float]:
        return SIZE / 2 + x_m * self.scale, SIZE / 2 - y_m * self.scale

    def path(self, rings: Sequence[Ring], look: str) -> str:
        said = "".join(
            "M" + "L".join("{:.1f} {:.1f}".format(*self.at(*corner)) for corner in ring) + "Z" for ring in rings
        )
        return f'<path d="{said}" fill-rule="evenodd" {look}/>' if said else ""

    def free(self, x: float, y: float, width: float, height: float) -> bool:
        """Return whether nothing stands there yet, and take the place."""
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        if any(
            box[0] < there[2] and there[0] < box[2] and box[1] < there[3] and there[1] < box[3] for there in self.taken
        ):
            return False
        self.taken.append(box)
        return True


def _filled(shapes: AreaShapes, hatch: dict[str, int], canvas: _Canvas) -> Iterator[str]:
    for part in shapes.parts:
        place = hatch.get(part.key)
        if place is not None:
            yield canvas.path(part.rings, f'fill="url(#{canvas.id}-{place})" stroke="{INK}" stroke-width="0.9"')
    yield canvas.path(shapes.left, f'fill="url(#{canvas.id}-{NOWHERE})" stroke="none"')


def _edge(areas: PlantAreas, shapes: AreaShapes, canvas: _Canvas, texts: Catalogue) -> Iterator[str]:
    """Yield the circle with its mast and radius, or the outline."""
    yield canvas.path(shapes.whole, f'fill="none" stroke="{INK}" stroke-width="2.2"')
    if areas.radius_m is None:
        return
    middle, reach = SIZE / 2, areas.radius_m * canvas.scale
    x, y = middle + reach * 0.819, middle + reach * 0.574
    yield f'<path d="M{middle} {middle}L{x:.1f} {y:.1f}" stroke="{INK}" stroke-width="1.2" stroke-dasharray="5 4"/>'
    radius = f"{number(areas.radius_m, 0, texts.language)} m"
    spot = (middle + reach * 0.45, middle + reach * 0.315 - 8)
    canvas.free(*spot, len(radius) * LETTER, LINE)
    yield _text(*spot, radius, "middle", halo=True)
    yield (
        f'<circle cx="{middle}" cy="{middle}" r="5.5" fill="#ffffff" stroke="{INK}" stroke-width="2"/>'
        f'<circle cx="{middle}" cy="{middle}" r="1.8" fill="{INK}"/>'
    )
    canvas.free(middle, middle, 16, 16)


def _labels(areas: PlantAreas, shapes: AreaShapes, canvas: _Canvas, texts: Catalogue) -> Iterator[str]:
    """Yield name and share of each part: in it where there is room, else outside with a line to it."""
    spots = {part.key: part for part in sorted(shapes.parts, key=lambda part: part.room_m)}
    for part in sorted(areas.parts, key=lambda part: -part.area_m2):
        shape = spots.get(part.key)
        if shape is None:
            continue
        lines = [part.name, percent_of(part.area_m2, areas, texts)]
        width, height = LETTER * max(map(len, lines)), 2 * LINE
        x, y = canvas.at(shape.spot_x_m, shape.spot_y_m)
        x = min(max(x, width / 2 + 4), SIZE - width / 2 - 4)
        if shape.room_m * canvas.scale >= ROOM and canvas.free(x, y, width, height):
            yield from _label(x, y, lines)
            continue
        yield from _label_outside(canvas, canvas.at(shape.spot_x_m, shape.spot_y_m), width, lines)


def _label_outside(canvas: _Canvas, spot: tuple[float, float], width: float, lines: Sequence[str]) -> Iterator[str]:
    middle = SIZE / 2
    east, south = spot[0] - middle, spot[1] - middle
    far = hypot(east, south) or 1.0
    for reach in range(0, 260, 8):
        x = min(max(spot[0] + east / far * reach, width / 2 + 4), SIZE - width / 2 - 4)
        y = min(max(spot[1] + south / far * reach, LINE + 4), SIZE - LINE - 40)
        if reach >= ROOM and canvas.free(x, y, width, 2 * LINE):
            yield f'<path d="M{spot[0]:.1f} {spot[1]:.1f}L{x:.1f} {y:.1f}" stroke="{INK}" stroke-width="1"/>'
            yield from _label(x, y, lines)
            return


def _label(x: float, y: float, lines: Sequence[str]) -> Iterator[str]:
    yield _text(x, y - 3, lines[0], "middle", halo=True, weight=600)
    yield _text(x, y + LINE - 3, lines[1], "middle", halo=True)


def _compass(texts: Catalogue) -> Iterator[str]:
    x = SIZE - 26
    yield f'<path d="M{x} 12l8 24l-8 -6l-8 6Z" fill="{INK}" stroke="#ffffff" stroke-width="1"/>'
    yield _text(x, 50, texts.say("shares_areas.map.north"), "middle", halo=True, weight=600)


def _scale_bar(reach_m: float, texts: Catalogue) -> Iterator[str]:
    rough = reach_m / 2
    size = 10.0 ** floor(log10(rough))
    length_m = next(step * size for step in (5, 2, 1) if step * size <= rough)
    width = length_m * SIZE / 2 / reach_m
    y = SIZE - 16
    yield f'<path d="M14 {y - 5}v5h{width:.1f}v-5" fill="none" stroke="#ffffff" stroke-width="5"/>'
    yield f'<path d="M14 {y - 5}v5h{width:.1f}v-5" fill="none" stroke="{INK}" stroke-width="1.6"/>'
    in_km = length_m >= 1000  # noqa: PLR2004 - a kilometre
    text = f"{number(length_m / 1000 if in_km else length_m, 0, texts.language)} {'km' if in_km else 'm'}"
    yield _text(14 + width / 2, y - 9, text, "middle", halo=True)


def _legend(areas: PlantAreas, hatch: dict[str, int], texts: Catalogue, canvas: _Canvas) -> Iterator[str]:
    y = float(SIZE + 14)
    for part in areas.parts:
        said = f"{number(part.area_m2 / HA_M2, 4, texts.language)} ha"
        share = percent_of(part.area_m2, areas, texts)
        yield from _legend_row(y, f"{canvas.id}-{hatch[part.key]}", _named(part, texts), said, share)
        y += ROW
    if areas.uncovered_m2:
        said = f"{number(areas.uncovered_m2 / HA_M2, 4, texts.language)} ha"
        share = percent_of(areas.uncovered_m2, areas, texts)
        yield from _legend_row(y, f"{canvas.id}-{NOWHERE}", texts.say("shares_areas.map.uncovered"), said, share)


def _legend_row(y: float, fill: str, name: str, area: str, share: str) -> Iterator[str]:
    yield f'<rect x="1" y="{y:.0f}" width="26" height="15" fill="url(#{fill})" stroke="{INK}" stroke-width="0.9"/>'
    yield _text(36, y + 12, name, "start")
    yield _text(SIZE - 90, y + 12, area, "end")
    yield _text(SIZE - 2, y + 12, share, "end", weight=600)


def _named(part: AreaPart, texts: Catalogue) -> str:
    if part.kind is AreaKind.FOREIGN:
        return texts.say("shares_areas.map.foreign", name=part.name)
    if part.kind is AreaKind.UNINCORPORATED:
        return texts.say("shares_areas.map.unincorporated", name=part.name)
    return part.name


def _text(x: float, y: float, text: str, anchor: str, *, halo: bool = False, weight: int = 400) -> str:
    around = ' stroke="#ffffff" stroke-width="3.5" stroke-linejoin="round" paint-order="stroke"' if halo else ""
    bold = f' font-weight="{weight}"' if weight != 400 else ""  # noqa: PLR2004 - what text has anyway
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{INK}" text-anchor="{anchor}"{bold}{around}>{escape(text)}</text>'
