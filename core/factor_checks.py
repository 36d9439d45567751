"""What is wrong between factors: two that hold on the same day, and sets that cannot be used on both sides of a sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from core.factor_subjects import Kind, Subject
from core.factors import Boundary, Factor

Pair = tuple[Factor, Factor]

_IN_SUMS = frozenset({Subject.GRID, Subject.SUPPLIER_MIX, Subject.RESIDUAL_MIX, Subject.PV})


def overlapping(factors: Sequence[Factor]) -> Iterator[Pair]:
    """Yield each pair of one layer that answers the same question on the same day, in one set or in two usual ones."""
    asked: dict[object, list[Factor]] = {}
    for factor in factors:
        earlier = asked.setdefault((factor.layer, "" if factor.usual else factor.group, *factor.question), [])
        yield from ((other, factor) for other in earlier if factor.overlaps(other))
        earlier.append(factor)


def mixed(factors: Sequence[Factor]) -> Iterator[Pair]:
    """Yield, for each set, a pair of factors that stand in one sum but have no boundary in common."""
    sets: dict[object, list[Factor]] = {}
    for factor in factors:
        if factor.subject.kind is Kind.FUEL or factor.subject in _IN_SUMS:
            sets.setdefault((factor.layer, factor.group), []).append(factor)
    for members in sets.values():
        subjects = dict.fromkeys(factor.subject for factor in members)
        for one, other in combinations(subjects, 2):
            if _wholes(members, one).isdisjoint(_wholes(members, other)):
                first = next(factor for factor in members if factor.subject is one)
                yield first, next(factor for factor in members if factor.subject is other)


def _wholes(members: Sequence[Factor], subject: Subject) -> set[Boundary]:
    return {factor.boundary.whole for factor in members if factor.subject is subject and factor.boundary}
