"""What counts of a plant's year: the operator's statement where there is one, else the meter; each checks the other.

That the statement goes first is our own rule: the operator owes it to the grid operator by 28 February (EEG
§ 71(1) Nr. 1), and what is reimbursed hangs on it. A meter of the district is a check, and stands in where
nobody has stated anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.inventory.renewables import Plant
from core.texts import Finding
from renewables.base.metered import MeteredMonth
from renewables.base.own_rules import differs
from renewables.base.presence import Presence
from renewables.base.stated import NOTHING, Stated, StatedMonth
from renewables.energy_base import BaseMonth, BaseSource, EnergyBase

NO_METER = MeteredMonth(energy_wh=None, known=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known of a plant's year.

    `metered` and `stated` are by month; those of a `common_meter` are this plant's part of it, `shared_by` says how.
    `findings` were made on the way.
    """

    plant: Plant
    period: str
    presences: Sequence[Presence]
    metered: Mapping[str, MeteredMonth] = field(default_factory=dict)
    stated: Stated = field(default_factory=dict)
    common_meter: str | None = None
    shared_by: str = ""
    findings: tuple[Finding, ...] = ()


def base_of(evidence: Evidence) -> EnergyBase:
    """Return what counts of a plant's year, and what is wrong with it."""
    months = tuple(_month(evidence, each) for each in evidence.presences)
    findings = (*evidence.findings, *_missing(evidence, months), *_doubts(evidence, months))
    return EnergyBase(
        plant=evidence.plant.id,
        period=evidence.period,
        months=months,
        common_meter=evidence.common_meter,
        shared_by=evidence.shared_by,
        findings=findings,
    )


def _month(evidence: Evidence, presence: Presence) -> BaseMonth:
    metered = evidence.metered.get(presence.month, NO_METER)
    stated = evidence.stated.get(presence.month, NOTHING)
    counts, source = _counts(metered, stated, presence)
    return BaseMonth(
        month=presence.month,
        fed_in_wh=counts,
        metered_wh=metered.energy_wh,
        stated_wh=stated.fed_in_wh,
        fictitious_wh=stated.fictitious_wh,
        negative_wh=metered.negative_wh if stated.negative_wh is None else stated.negative_wh,
        source=source,
        shares=metered.shares,
    )


def _counts(metered: MeteredMonth, stated: StatedMonth, presence: Presence) -> tuple[int | None, BaseSource]:
    """Return what counts, and where it is from; before there was a plant it fed in nothing."""
    if stated.fed_in_wh is not None:
        return stated.fed_in_wh, BaseSource.STATEMENT
    if not presence.present_s:
        return 0, BaseSource.NONE
    if metered.energy_wh is not None and presence.over:
        return metered.energy_wh, BaseSource.METER
    return None, BaseSource.NONE


def _missing(evidence: Evidence, months: Iterable[BaseMonth]) -> Iterator[Finding]:
    by_month = {each.month: each for each in evidence.presences}
    unknown = [month.month for month in months if month.fed_in_wh is None]
    gone = [month for month in unknown if by_month[month].over]
    ahead = [month for month in unknown if not by_month[month].over]
    name = evidence.plant.name
    if gone:
        yield Finding.of("feed_in.months_missing", plant=name, months=", ".join(gone), count=len(gone))
    if ahead:
        yield Finding.of("feed_in.months_ahead", plant=name, months=", ".join(ahead), count=len(ahead))


def _doubts(evidence: Evidence, months: Iterable[BaseMonth]) -> Iterator[Finding]:
    for month, presence in zip(months, evidence.presences, strict=True):
        if evidence.common_meter is None:
            yield from _against_meter(evidence, month)
        yield from _incomplete(evidence, month)
        yield from impossible(evidence.plant, month, presence)


def _against_meter(evidence: Evidence, month: BaseMonth) -> Iterator[Finding]:
    metered, stated = evidence.metered.get(month.month, NO_METER), month.stated_wh
    if metered.energy_wh is None or stated is None or not differs(metered.energy_wh, stated):
        return
    if metered.at_least and stated > metered.energy_wh:
        return  # the meter saw that much or more: it contradicts nothing
    yield Finding.of(
        "feed_in.differs",
        plant=evidence.plant.name,
        month=month.month,
        metered_kwh=kwh(metered.energy_wh),
        stated_kwh=kwh(stated),
    )


def _incomplete(evidence: Evidence, month: BaseMonth) -> Iterator[Finding]:
    metered = evidence.metered.get(month.month, NO_METER)
    if month.source is BaseSource.METER and metered.at_least:
        known = round(100 * metered.known, 1)
        yield Finding.of("feed_in.incomplete", plant=evidence.plant.name, month=month.month, known=known)


def impossible(plant: Plant, month: BaseMonth, presence: Presence) -> Iterator[Finding]:
    """Yield what cannot be: below zero, more than the plant can make, or more at negative prices than at all."""
    energies = [*(energy for _, energy in month.fictitious_wh), month.negative_wh or 0, month.fed_in_wh or 0]
    if any(energy < 0 for energy in energies):
        yield Finding.of("feed_in.negative", plant=plant.name, month=month.month)
    made = (month.fed_in_wh or 0) + sum(energy for _, energy in month.fictitious_wh)
    most = presence.most_wh(plant.power_w)
    if made and not presence.present_s:
        yield Finding.of("feed_in.not_there", plant=plant.name, month=month.month, energy_kwh=kwh(made))
    elif made > most:
        yield Finding.of(
            "feed_in.too_much",
            plant=plant.name,
            month=month.month,
            energy_kwh=kwh(made),
            most_kwh=kwh(most),
            power_kw=plant.power_w / 1000,
        )
    if month.fed_in_wh is not None and month.negative_wh and month.negative_wh > month.fed_in_wh >= 0:
        yield Finding.of(
            "feed_in.negative_more",
            plant=plant.name,
            month=month.month,
            negative_kwh=kwh(month.negative_wh),
            energy_kwh=kwh(month.fed_in_wh),
        )


def kwh(energy_wh: int) -> float:
    """Return an energy as findings tell it."""
    return round(energy_wh / 1000, 1)
