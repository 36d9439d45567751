"""All areas of an edition in one small map as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from core.texts import Catalogue
from renewables.areas import AreaKind
from renewables.geometry.hatching import pattern

if TYPE_CHECKING:
    from renewables.geometry.drawing import Ring, Shape

WIDTH: Final = 640
HEIGHT_MAX: Final = 640
INK: Final = "#1b211e"
LOOKS: Final = {AreaKind.GEMEINDE: None, AreaKind.UNINCORPORATED: 2, AreaKind.FOREIGN: 5}
PLAIN: Final = "#f7f8f5"
LETTER: Final = 6.0
ROW: Final = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Areas in metres from their south-western corner."""

    width_m: float
    height_m: float
    areas: tuple[Shape, ...]


def overview_map(overview: Overview, name: str, texts: Catalogue) -> str:
    """Return the map of an edition called `name`: gemeindefreie Gebiete and what lies abroad are hatched."""
    scale = min(WIDTH / overview.width_m, HEIGHT_MAX / overview.height_m)
    wide, high = overview.width_m * scale + 2, overview.height_m * scale + 2
    kinds = [kind for kind in LOOKS if any(area.kind is kind for area in overview.areas)]
    told = texts.say("boundaries.map_told", edition=name, count=len(overview.areas))
    inside = "".join(
        [
            "<defs>",
            *(pattern("overview", place) for place in LOOKS.values() if place is not None),
            "</defs>",
            *_areas(overview, scale, high),
            *_names(overview, scale, high),
            *_legend(kinds, high + 8, texts),
        ]
    )
    height = high + 10 + ROW * len(kinds)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {height:.0f}" width="{wide:.0f}" '
        f'height="{height:.0f}" role="img" aria-label="{escape(told)}" font-family="Fira Sans, sans-serif" '
        f'font-size="12">'
        f'<rect width="{wide:.0f}" height="{height:.0f}" fill="#ffffff"/>{inside}</svg>'
    )


def _areas(overview: Overview, scale: float, high: float) -> Iterator[str]:
    for area in sorted(overview.areas, key=lambda area: area.kind is not AreaKind.FOREIGN):
        said = "".join(_ring(ring, scale, high) for ring in area.rings)
        yield f'<path d="{said}" fill-rule="evenodd" fill="{_fill(area.kind)}" stroke="{INK}" stroke-width="0.8"/>'


def _ring(ring: Ring, scale: float, high: float) -> str:
    return "M" + "L".join(f"{1 + x * scale:.1f} {high - 1 - y * scale:.1f}" for x, y in ring) + "Z"


def _fill(kind: AreaKind) -> str:
    place = LOOKS[kind]
    return PLAIN if place is None else f"url(#overview-{place})"


def _names(overview: Overview, scale: float, high: float) -> Iterator[str]:
    """Yield the names that have room."""
    for area in overview.areas:
        if area.room_m * scale * 2 >= max(24, LETTER * len(area.name) * 0.8):
            x, y = 1 + area.spot_x_m * scale, high - 1 - area.spot_y_m * scale
            yield (
                f'<text x="{x:.1f}" y="{y + 4:.1f}" fill="{INK}" text-anchor="middle" stroke="#ffffff" '
                f'stroke-width="3" stroke-linejoin="round" paint-order="stroke">{escape(area.name)}</text>'
            )


def _legend(kinds: list[AreaKind], y: float, texts: Catalogue) -> Iterator[str]:
    for kind in kinds:
        fill, said = _fill(kind), texts.say(f"boundaries.kind.{kind.value}")
        yield f'<rect x="1" y="{y:.0f}" width="26" height="15" fill="{fill}" stroke="{INK}" stroke-width="0.8"/>'
        yield f'<text x="36" y="{y + 12:.0f}" fill="{INK}">{escape(said)}</text>'
        y += ROW
