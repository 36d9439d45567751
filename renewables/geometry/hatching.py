"""Hatchings by which areas of a map are told apart without colour, in light colours that most people can tell apart."""

from __future__ import annotations

from typing import Final

_SLANTED: Final = "M-2 2L2 -2M0 10L10 0M8 12L12 8"
_BACK: Final = "M-2 8L2 12M0 0L10 10M8 -2L12 2"

HATCHES: Final = (
    ("#d6e8f4", "#0072b2", _SLANTED),
    ("#fbe3c4", "#b8610a", _BACK),
    ("#d3ecdf", "#00775a", "M0 5H10"),
    ("#f0dbe8", "#96477c", "M5 0V10"),
    ("#f8f1c0", "#7d6f00", _SLANTED + _BACK),
    ("#e3e8eb", "#45525a", "M0 5H10M5 0V10"),
)
"""Ground, ink and lines of each, in a square of ten."""

NOWHERE: Final = -1
_NOTHING: Final = ("#ffffff", "#a32020", "M1 5H4M6 5H9")


def pattern(id: str, place: int) -> str:  # noqa: A002 - it is the drawing's
    """Return the definition of a hatching under an id of its own."""
    ground, ink, lines = _NOTHING if place == NOWHERE else HATCHES[place]
    return (
        f'<pattern id="{id}-{place}" width="10" height="10" patternUnits="userSpaceOnUse">'
        f'<rect width="10" height="10" fill="{ground}"/><path d="{lines}" stroke="{ink}" stroke-width="1" fill="none"/>'
        "</pattern>"
    )
