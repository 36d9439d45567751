"""Clean vehicles: how many of those procured must be clean, and how many are (SaubFahrzeugBeschG)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Final

from core.factor_subjects import Subject
from core.factors import Chosen, Factor, FactorTable
from core.inventory.mobility import Procurement, VehicleClass
from core.texts import Finding
from fleet.choice import FactorChoice

FIRST_DAY: Final = date(2021, 8, 2)
"""Since when awards count."""
SECOND_DAY: Final = date(2026, 1, 1)
"""Since when the second period runs; after 2030 its quotas go on (§ 6 Abs. 8)."""


class QuotaGroup(StrEnum):
    """The vehicles that share a quota."""

    LIGHT = "light"
    TRUCK = "truck"
    BUS = "bus"


class QuotaPeriod(StrEnum):
    """The reference periods of § 6."""

    FIRST = "2021-2025"
    SECOND = "2026-2030"

    @property
    def first_day(self) -> date:
        """Return its first day."""
        return FIRST_DAY if self is QuotaPeriod.FIRST else SECOND_DAY


class Verdict(StrEnum):
    """How a vehicle counts."""

    CLEAN = "clean"
    ZERO_EMISSION = "zero_emission"
    """Clean, and a bus without emissions."""
    NOT_CLEAN = "not_clean"
    UNKNOWN = "unknown"
    """Counted as not clean, as what the law asks for is not known."""
    NOT_COUNTED = "not_counted"


@dataclass(frozen=True, slots=True)
class Judged:
    """How a procured vehicle counts, in which group and period, and why not otherwise."""

    verdict: Verdict
    group: QuotaGroup | None = None
    period: QuotaPeriod | None = None
    reason: Finding | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many vehicles were procured, and how many of these are clean and (buses) zero-emission."""

    procured: int
    clean: int
    zero_emission: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaState:
    """How a group stands in a period. `next_needed` is how many clean procurements in a row would meet the quota.

    For buses the zero-emission ones are among them: `next_zero_emission_needed`.
    """

    group: QuotaGroup
    period: QuotaPeriod
    counted: Counted
    quota: Factor
    needed: int
    gap: int
    zero_emission_needed: int
    zero_emission_gap: int
    next_needed: int
    next_zero_emission_needed: int

    @property
    def met(self) -> bool:
        """Return whether the quota is met."""
        return self.gap == 0 and self.zero_emission_gap == 0


def period_of(awarded: date) -> QuotaPeriod | None:
    """Return the period of an award, None before the law."""
    if awarded < FIRST_DAY:
        return None
    return QuotaPeriod.FIRST if awarded < SECOND_DAY else QuotaPeriod.SECOND


def group_of(kind: VehicleClass) -> QuotaGroup | None:
    """Return the group of a class, None for those outside of the quotas."""
    return _GROUPS.get(kind)


def judge(kind: VehicleClass, procurement: Procurement, table: FactorTable) -> Judged:
    """Return how a vehicle counts on the day of its award."""
    group, period = group_of(kind), period_of(procurement.awarded)
    if procurement.exempt_reason:
        why = Finding.of("procurement.exempt", reason=procurement.exempt_reason)
        return Judged(Verdict.NOT_COUNTED, group, period, why)
    if group is None:
        special = kind is VehicleClass.SPECIAL
        why = Finding.of("procurement.special" if special else "procurement.class_outside", vehicle_class=kind.value)
        return Judged(Verdict.NOT_COUNTED, None, period, why)
    if period is None:
        why = Finding.of("procurement.before_law", day=procurement.awarded.isoformat())
        return Judged(Verdict.NOT_COUNTED, group, None, why)
    verdict, reason = _verdict(group, procurement, FactorChoice(table, procurement.awarded))
    return Judged(verdict, group, period, reason)


def count(judged: Iterable[Judged], group: QuotaGroup, period: QuotaPeriod) -> Counted:
    """Return the counts of one group in one period."""
    verdicts = [
        each.verdict
        for each in judged
        if each.group is group and each.period is period and each.verdict is not Verdict.NOT_COUNTED
    ]
    zero = verdicts.count(Verdict.ZERO_EMISSION)
    return Counted(len(verdicts), verdicts.count(Verdict.CLEAN) + zero, zero)


def state_of(
    counted: Counted, group: QuotaGroup, period: QuotaPeriod, table: FactorTable, *, federal: bool = False
) -> QuotaState | Finding:
    """Return how a group stands, or the finding which quota is missing."""
    choice = FactorChoice(table, period.first_day)
    found = [choice.figure(_quota_of(group, federal=federal)), choice.figure(Subject.CLEAN_ZERO_EMISSION_BUS)]
    missing = next((each for each in found if isinstance(each, Finding)), None)
    if missing is not None:
        return missing
    quota, share = (each.factor for each in found if isinstance(each, Chosen))
    zero_share = share.value if group is QuotaGroup.BUS else Decimal(0)
    needed, zero_needed = targets(counted.procured, quota.value, zero_share)
    more, more_zero = next_needed(counted, quota.value, zero_share)
    return QuotaState(
        group=group,
        period=period,
        counted=counted,
        quota=quota,
        needed=needed,
        gap=max(0, needed - counted.clean),
        zero_emission_needed=zero_needed,
        zero_emission_gap=max(0, zero_needed - counted.zero_emission),
        next_needed=more,
        next_zero_emission_needed=more_zero,
    )


def targets(procured: int, quota_percent: Decimal, zero_percent: Decimal) -> tuple[int, int]:
    """Return how many must be clean and how many zero-emission: whole vehicles, rounded up, exactly.

    >>> targets(7, Decimal("38.5"), Decimal(0))
    (3, 0)
    """
    needed = ceil(procured * Fraction(quota_percent) / 100)
    return needed, ceil(needed * Fraction(zero_percent) / 100)


def next_needed(counted: Counted, quota_percent: Decimal, zero_percent: Decimal) -> tuple[int, int]:
    """Return how many further procurements, all of them clean, meet the quota, and how many of them emission-free."""
    more = 0
    while True:
        needed, zero_needed = targets(counted.procured + more, quota_percent, zero_percent)
        zero = max(0, zero_needed - counted.zero_emission)
        if counted.clean + more >= needed and zero <= more:
            return more, zero
        if quota_percent >= 100 and more > counted.procured:  # noqa: PLR2004 - no number of clean ones makes up for others
            return more, zero
        more += 1


def _verdict(group: QuotaGroup, procurement: Procurement, choice: FactorChoice) -> tuple[Verdict, Finding | None]:
    if group is QuotaGroup.LIGHT:
        return _light(procurement, choice)
    if not (procurement.alternative_fuel or procurement.zero_emission):
        return Verdict.NOT_CLEAN, Finding.of("procurement.no_alternative_fuel")
    if group is QuotaGroup.BUS and procurement.zero_emission:
        return Verdict.ZERO_EMISSION, None
    return Verdict.CLEAN, None


def _light(procurement: Procurement, choice: FactorChoice) -> tuple[Verdict, Finding | None]:
    co2 = Decimal(0) if procurement.zero_emission else procurement.co2_g_per_km
    limit = choice.figure(Subject.CLEAN_CO2_LIMIT)
    if isinstance(limit, Finding):
        return Verdict.UNKNOWN, limit
    if co2 is None:
        return Verdict.UNKNOWN, Finding.of("procurement.co2_unknown")
    if co2 > limit.factor.value:
        return Verdict.NOT_CLEAN, _over("procurement.co2_over", co2, limit.factor.value)
    return _rde(procurement, choice) if co2 else (Verdict.CLEAN, None)


def _rde(procurement: Procurement, choice: FactorChoice) -> tuple[Verdict, Finding | None]:
    """Return whether a vehicle with an exhaust stays below the share of the limits of air pollutants."""
    limit = choice.figure(Subject.CLEAN_RDE_LIMIT)
    if isinstance(limit, Finding):
        return Verdict.UNKNOWN, limit
    if procurement.rde_percent is None:
        return Verdict.UNKNOWN, Finding.of("procurement.rde_unknown")
    if procurement.rde_percent > limit.factor.value:
        return Verdict.NOT_CLEAN, _over("procurement.rde_over", procurement.rde_percent, limit.factor.value)
    return Verdict.CLEAN, None


def _over(code: str, found: Decimal, limit: Decimal) -> Finding:
    return Finding.of(code, found=str(found), limit=str(limit))


def _quota_of(group: QuotaGroup, *, federal: bool) -> Subject:
    if group is QuotaGroup.LIGHT:
        return Subject.CLEAN_QUOTA_LIGHT_FEDERAL if federal else Subject.CLEAN_QUOTA_LIGHT
    return Subject.CLEAN_QUOTA_TRUCK if group is QuotaGroup.TRUCK else Subject.CLEAN_QUOTA_BUS


def groups_of(judged: Sequence[Judged]) -> tuple[tuple[QuotaGroup, QuotaPeriod], ...]:
    """Return the groups and periods that something was counted in, in their order."""
    found = {(each.group, each.period) for each in judged if each.verdict is not Verdict.NOT_COUNTED}
    return tuple((group, period) for period in QuotaPeriod for group in QuotaGroup if (group, period) in found)


_GROUPS = {
    VehicleClass.M1: QuotaGroup.LIGHT,
    VehicleClass.M2: QuotaGroup.LIGHT,
    VehicleClass.N1: QuotaGroup.LIGHT,
    VehicleClass.N2: QuotaGroup.TRUCK,
    VehicleClass.N3: QuotaGroup.TRUCK,
    VehicleClass.M3: QuotaGroup.BUS,
}
