"""How files of boundaries are laid out: their columns, kinds and coordinates, and what somebody says of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.errors import FormatError

KNOWN_EPSG: Final = (25831, 25832, 25833, 4647, 5649, 5650, 4258, 4326)
"""ETRS89 in UTM (with and without the zone before the easting) or degrees, and WGS 84: all alike to a metre."""

NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    "key": ("ags", "key", "schluessel", "gemeindeschluessel", "ars"),
    "name": ("gen", "name", "gemeindename"),
    "kind": ("kind", "art", "bez"),
    "state": ("state", "land"),
    "land": ("gf",),
}
"""How columns may be called, in any case; of several the first."""

LAND: Final = frozenset({"3", "4"})
"""GF of VG25: land with and without structure; 1 and 2 are waters, which belong to no Gemeinde."""

KINDS: Final[Mapping[str, str]] = {
    "gemeinde": "gemeinde",
    "foreign": "foreign",
    "ausland": "foreign",
    "unincorporated": "unincorporated",
}
WITHOUT_GEMEINDE: Final = "gemeindefrei"
KEY_DIGITS: Final = 8
REGIONAL_DIGITS: Final = 12
DISTRICT_DIGITS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryLayout:
    """How a file is to be read: names of its columns and layer and its coordinates where they are not found.

    Of `keys`, beginnings of keys, only those areas are taken, and all abroad.
    """

    key: str = ""
    name: str = ""
    kind: str = ""
    state: str = ""
    layer: str = ""
    crs: str = ""
    keys: tuple[str, ...] = ()


def chosen_layer(layers: Sequence[str], wanted: str) -> str:
    """Return the layer that was named, the only one, or that of the Gemeinden. Raises `FormatError`."""
    known = {each.casefold(): each for each in layers}
    if wanted and wanted.casefold() in known:
        return known[wanted.casefold()]
    likely = [each for each in layers if each.casefold().endswith("_gem")]
    if wanted or (len(layers) != 1 and len(likely) != 1):
        raise FormatError("boundaries.which_layer", known=", ".join(layers))
    return layers[0] if len(layers) == 1 else likely[0]
