"""Groups that may be published: none of them, and nothing that follows from them by subtraction, is of few vehicles.

Where a breakdown has a group of fewer than five vehicles, the group is merged with the next smallest one. As the
groups of a breakdown always add up to the whole, a group that was left out could be subtracted; so none is left out.
Of several breakdowns of the same vehicles (by department, by site) the differences could be computed too: whatever
lies in a group of one and a group of the other must be nobody or at least five.

The number five is our own default; no law names one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

LEAST: Final = 5
"""So many vehicles stand in each group that is published."""

Vehicles = frozenset[str]


@dataclass(frozen=True, slots=True)
class Part:
    """Groups that are published as one, with all their vehicles."""

    groups: tuple[str, ...]
    vehicles: Vehicles


def publishable(groups: Mapping[str, Collection[str]], least: int = LEAST) -> tuple[Part, ...]:
    """Return a breakdown that may be published; nothing where all groups together are too few."""
    return publishable_together([groups], least)[0]


def publishable_together(
    breakdowns: Sequence[Mapping[str, Collection[str]]], least: int = LEAST
) -> tuple[tuple[Part, ...], ...]:
    """Return several breakdowns of the same vehicles so that they may be published beside each other.

    The first one keeps most of its groups; each further one is merged until it tells no more than it may.
    """
    cells: tuple[Vehicles, ...] = ()
    found: list[tuple[Part, ...]] = []
    for breakdown in breakdowns:
        parts = _merged(breakdown, cells, least)
        found.append(parts)
        if parts:
            cells = tuple(_cells(cells, parts))
    return tuple(found)


def _merged(breakdown: Mapping[str, Collection[str]], cells: Sequence[Vehicles], least: int) -> tuple[Part, ...]:
    parts = [Part((name,), frozenset(vehicles)) for name, vehicles in sorted(breakdown.items()) if vehicles]
    while (telling := _telling(parts, cells, least)) is not None:
        parts.remove(telling)
        if not parts:
            return ()
        other = min(parts, key=lambda part: (len(part.vehicles), part.groups))
        parts.remove(other)
        parts.append(Part(tuple(sorted(telling.groups + other.groups)), telling.vehicles | other.vehicles))
    return tuple(sorted(parts, key=lambda part: part.groups))


def _telling(parts: Sequence[Part], cells: Sequence[Vehicles], least: int) -> Part | None:
    """Return the smallest part that tells of too few, itself or together with what is published already."""
    found = [part for part in parts if any(0 < len(cell) < least for cell in _cells(cells, [part]))]
    return min(found, key=lambda part: (len(part.vehicles), part.groups), default=None)


def _cells(cells: Sequence[Vehicles], parts: Iterable[Part]) -> list[Vehicles]:
    """Return what vehicles the parts have in common with each cell, and what lies outside of one another."""
    parts = list(parts)
    if not cells:
        return [part.vehicles for part in parts]
    shared = [cell & part.vehicles for cell, part in product(cells, parts)]
    known = frozenset[str]().union(*cells)
    outside = [part.vehicles - known for part in parts]
    return [cell for cell in (*shared, *outside) if cell]
