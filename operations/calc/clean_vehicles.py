"""`calc.clean_vehicles`: how procurements stand against the quotas of the SaubFahrzeugBeschG."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from config.calc.clean_vehicles import Authority, AwardForm, CleanVehiclesForm
from core.factors import FactorTable
from core.inventory.mobility import Drive, Procurement
from core.texts import Finding
from fleet.candidates.procurement import Counted, Judged, QuotaGroup, QuotaPeriod, QuotaState, count, judge, state_of
from operations.calc.inputs import CalcRequest, HasFactors, read, unused
from operations.calc.rows import AwardRow, CalculatedCleanVehicles, FactorUse, QuotaRow
from operations.edge import InvalidRequestError
from operations.house import Call
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class CalcCleanVehicles(CalcRequest):
    """A what-if about clean vehicles."""


async def calc_clean_vehicles(house: HasFactors, request: CalcCleanVehicles, call: Call) -> CalculatedCleanVehicles:
    """Return quotas and gaps. Raises `InvalidRequestError` with every mistake of the input."""
    del call
    given = await asyncio.to_thread(read, request, CleanVehiclesForm)
    form = given.form
    table = house.factors().with_more(given.factors)
    judged = [(award, judge(award.vehicle_class, _procurement(award), table)) for award in form.vehicles]
    states = list(_states(form, judged, table))
    quotas = tuple(_quota(state) for state in states)
    used = [row.factor.id for row in quotas]
    return CalculatedCleanVehicles(
        quotas=quotas,
        vehicles=tuple(_award(award, each) for award, each in judged),
        notes=unused(given, used),
    )


def _procurement(award: AwardForm) -> Procurement:
    return Procurement(
        awarded=award.awarded,
        co2_g_per_km=award.co2_g_per_km,
        rde_percent=award.rde_percent,
        alternative_fuel=award.alternative_fuel or award.drive in (Drive.BATTERY, Drive.GAS),
        zero_emission=award.zero_emission or award.drive is Drive.BATTERY,
        exempt_reason=award.exempt_reason,
    )


def _states(
    form: CleanVehiclesForm, judged: Sequence[tuple[AwardForm, Judged]], table: FactorTable
) -> Iterator[QuotaState]:
    federal = form.authority is Authority.FEDERAL
    for (group, period), counted in sorted(_counted(form, judged).items(), key=lambda row: _place(*row[0])):
        found = state_of(counted, group, period, table, federal=federal)
        if isinstance(found, Finding):
            raise InvalidRequestError([found])
        yield found


def _counted(
    form: CleanVehiclesForm, judged: Sequence[tuple[AwardForm, Judged]]
) -> dict[tuple[QuotaGroup, QuotaPeriod], Counted]:
    """Return all counts, of single vehicles and of those that somebody has counted, added."""
    verdicts = [each for award, each in judged for _ in range(award.count)]
    keys = {(each.group, each.period) for each in verdicts} | {(each.group, each.period) for each in form.counts}
    found: dict[tuple[QuotaGroup, QuotaPeriod], Counted] = {}
    for group, period in keys:
        if group is not None and period is not None:
            found[group, period] = _added(form, count(verdicts, group, period), group, period)
    return found


def _added(form: CleanVehiclesForm, counted: Counted, group: QuotaGroup, period: QuotaPeriod) -> Counted:
    for each in form.counts:
        if each.group is group and each.period is period:
            counted = replace(
                counted,
                procured=counted.procured + each.procured,
                clean=counted.clean + each.clean,
                zero_emission=counted.zero_emission + each.zero_emission,
            )
    return counted


def _place(group: QuotaGroup, period: QuotaPeriod) -> tuple[int, int]:
    return list(QuotaPeriod).index(period), list(QuotaGroup).index(group)


def _quota(state: QuotaState) -> QuotaRow:
    return QuotaRow(
        group=state.group,
        period=state.period,
        procured=state.counted.procured,
        clean=state.counted.clean,
        zero_emission=state.counted.zero_emission,
        quota_percent=state.quota.value,
        needed=state.needed,
        gap=state.gap,
        zero_emission_needed=state.zero_emission_needed,
        zero_emission_gap=state.zero_emission_gap,
        next_needed=state.next_needed,
        next_zero_emission_needed=state.next_zero_emission_needed,
        met=state.met,
        factor=FactorUse.of(state.quota),
    )


def _award(award: AwardForm, judged: Judged) -> AwardRow:
    return AwardRow(
        name=award.name,
        vehicle_class=award.vehicle_class,
        awarded=award.awarded,
        count=award.count,
        verdict=judged.verdict,
        group=judged.group,
        period=judged.period,
        reason=Told.of(judged.reason) if judged.reason else None,
    )
