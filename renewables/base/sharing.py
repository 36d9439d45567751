"""What several plants fed in through one meter, shared out to each of them (EEG § 24(3)).

Wind turbines share it by their Standortertrag, or by their Referenzertrag; all others by installed power. The year
is shared out in whole kilowatt-hours by largest remainder, ties to the lower id; months follow from it, so that the
months of a plant sum to its year and the plants of a month to what was metered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.inventory.renewables import Plant, PlantKind
from core.texts import Finding
from renewables.base.own_rules import KWH

Parts = dict[str, int]
"""Whole watt-hours by plant."""


@dataclass(frozen=True, slots=True)
class Key:
    """By what a common meter is shared (`site_yield`, `reference_yield` or `power`), and each plant's weight."""

    by: str
    weights: Mapping[str, Fraction]


def key_of(plants: Sequence[Plant]) -> Key | Finding:
    """Return by what plants share what their common meter counted, or why that cannot be said."""
    kinds = {plant.kind is PlantKind.WIND for plant in plants}
    if len(kinds) > 1:
        return Finding.of("feed_in.common_mixed", plants=_names(plants))
    if kinds == {False}:
        return Key("power", {plant.id: Fraction(plant.power_w) for plant in plants})
    by_site = {plant.id: Fraction(plant.site_yield_wh) for plant in plants if plant.site_yield_wh}
    by_reference = {plant.id: Fraction(plant.reference_yield_wh) for plant in plants if plant.reference_yield_wh}
    if len(by_site) == len(plants):
        return Key("site_yield", by_site)
    if len(by_reference) == len(plants):
        return Key("reference_yield", by_reference)
    without = [plant for plant in plants if plant.id not in (by_reference or by_site)]
    return Finding.of("feed_in.common_no_yield", plants=_names(without))


def share_out(whole: int, weights: Mapping[str, Fraction], step: int = 1) -> Parts:
    """Return whole units in proportion to weights, in multiples of `step`, by largest remainder, ties to the lower id.

    What is left of a step goes to the next in turn. The parts sum to the whole.
    """
    total = sum(weights.values())
    if not total:
        return {}
    steps, rest = divmod(whole, step)
    exact = {name: steps * weight / total for name, weight in sorted(weights.items())}
    parts = {name: part.numerator // part.denominator for name, part in exact.items()}
    turn = sorted(exact, key=lambda name: parts[name] - exact[name])
    left_over = steps - sum(parts.values())
    for name in turn[:left_over]:
        parts[name] += 1
    found = {name: part * step for name, part in parts.items()}
    if rest:
        found[turn[left_over % len(turn)]] += rest
    return found


def shared_months(metered_wh: Mapping[str, int], weights: Mapping[str, Mapping[str, Fraction]]) -> dict[str, Parts]:
    """Return what each plant fed in by month; `weights` are those of the plants that were there in the month.

    Months in which all have the same weights are shared out together, and the greatest of them takes what rounding
    leaves, so that their sums are in whole kilowatt-hours.
    """
    alike: dict[tuple[tuple[str, Fraction], ...], list[str]] = defaultdict(list)
    for month in metered_wh:
        alike[tuple(sorted(weights[month].items()))].append(month)
    found: dict[str, Parts] = {}
    for said, months in alike.items():
        found |= _together({month: metered_wh[month] for month in months}, dict(said))
    return {month: found[month] for month in metered_wh}


def _together(metered_wh: Mapping[str, int], weights: Mapping[str, Fraction]) -> dict[str, Parts]:
    found = {month: share_out(energy, weights) for month, energy in metered_wh.items()}
    whole = share_out(sum(metered_wh.values()), weights, KWH)
    greatest = max(metered_wh, key=lambda month: (metered_wh[month], month))
    others = [parts for month, parts in found.items() if month != greatest]
    rest = {name: energy - sum(parts[name] for parts in others) for name, energy in whole.items()}
    if all(energy >= 0 for energy in rest.values()):
        found[greatest] = rest
    return found


def _names(plants: Sequence[Plant]) -> str:
    return ", ".join(sorted(plant.name for plant in plants))
