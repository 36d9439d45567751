"""Plants behind one meter: each one's part of it, and whether all that counts sums to what was metered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from core.texts import Finding
from renewables.base.counting import NO_METER, Evidence, base_of, kwh
from renewables.base.metered import MeteredMonth, known_of
from renewables.base.own_rules import differs
from renewables.base.sharing import Key, Parts, key_of, shared_months
from renewables.energy_base import BaseMonth, EnergyBase

Metered = Mapping[str, MeteredMonth]


def bases_behind(meter: str, name: str, metered: Metered, members: Sequence[Evidence]) -> tuple[EnergyBase, ...]:
    """Return what counts of each plant behind a common meter.

    Where it cannot be shared out, and an operator has not stated all months, the reason is a finding of that plant.
    """
    key = key_of([each.plant for each in members])
    shared = [_with_part(each, meter, metered, key, members) for each in members]
    bases = [base_of(each) for each in shared]
    against = tuple(_against_meter(name, metered, bases))
    return tuple(replace(each, findings=(*each.findings, *against)) for each in bases)


def _with_part(
    evidence: Evidence, meter: str, metered: Metered, key: Key | Finding, members: Sequence[Evidence]
) -> Evidence:
    if isinstance(key, Finding):
        needed = any(each.present_s and _says_nothing(evidence, each.month) for each in evidence.presences if each.over)
        return replace(evidence, common_meter=meter, findings=(*evidence.findings, *([key] if needed else ())))
    part = _part_of(evidence.plant.id, metered, key, members)
    return replace(evidence, common_meter=meter, shared_by=key.by, metered=part)


def _says_nothing(evidence: Evidence, month: str) -> bool:
    stated = evidence.stated.get(month)
    return stated is None or stated.fed_in_wh is None


def _part_of(plant: str, metered: Metered, key: Key, members: Sequence[Evidence]) -> dict[str, MeteredMonth]:
    """Return a plant's part of each month, known as well as the whole."""
    weights = _weights(key, members)
    energy = _parts(known_of(metered), weights)
    at_negative = _parts({name: each.negative_wh for name, each in metered.items() if each.negative_wh}, weights)
    return {
        name: replace(
            month,
            energy_wh=energy[name].get(plant, 0) if name in energy else None,
            negative_wh=None if month.negative_wh is None else at_negative.get(name, {}).get(plant, 0),
        )
        for name, month in metered.items()
    }


def _parts(energy_wh: Mapping[str, int], weights: Mapping[str, Mapping[str, Fraction]]) -> dict[str, Parts]:
    return shared_months({month: energy for month, energy in energy_wh.items() if weights.get(month)}, weights)


def _weights(key: Key, members: Sequence[Evidence]) -> dict[str, dict[str, Fraction]]:
    """Return each plant's weight by month: of one in which it began or ended, for the time it was there."""
    found: dict[str, dict[str, Fraction]] = {}
    for each in members:
        for presence in each.presences:
            if presence.present_s:
                weight = key.weights[each.plant.id] * presence.part
                found.setdefault(presence.month, {})[each.plant.id] = weight
    return found


def _against_meter(name: str, metered: Metered, bases: Sequence[EnergyBase]) -> Iterator[Finding]:
    """Yield the months in which what counts of all plants does not sum to what their meter counted."""
    for months in zip(*(base.months for base in bases), strict=True):
        found = metered.get(months[0].month, NO_METER)
        counts = [month.fed_in_wh for month in months]
        if found.energy_wh is None or None in counts or not _stated(months):
            continue
        together = sum(energy or 0 for energy in counts)
        if differs(found.energy_wh, together) and not (found.at_least and together > found.energy_wh):
            yield Finding.of(
                "feed_in.common_differs",
                meter=name,
                month=months[0].month,
                metered_kwh=kwh(found.energy_wh),
                stated_kwh=kwh(together),
            )


def _stated(months: Sequence[BaseMonth]) -> bool:
    return any(month.stated_wh is not None for month in months)
