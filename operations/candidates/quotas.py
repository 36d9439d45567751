"""How procurements stand against the quotas of the SaubFahrzeugBeschG, and where more clean ones would bring them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from core.inventory import Vehicle
from fleet.candidates.procurement import Counted, QuotaGroup, QuotaState, count, group_of, judge, period_of, state_of
from operations.candidates.rows import QuotaPath
from operations.house import House


def quota_paths(house: House, last: date, clean: Iterable[Vehicle] = ()) -> tuple[QuotaPath, ...]:
    """Return the groups of the quota period that `last` lies in, with a clean procurement more for each of `clean`."""
    table, period = house.factors(), period_of(last)
    vehicles = house.inventory().vehicles.values()
    judged = [judge(each.vehicle_class, each.procurement, table) for each in vehicles if each.procurement]
    more = [group_of(each.vehicle_class) for each in clean]
    found: list[QuotaPath] = []
    if period is None:
        return ()
    for group in QuotaGroup:
        known, number = count(judged, group, period), more.count(group)
        counted = Counted(known.procured + number, known.clean + number, known.zero_emission + number)
        state = state_of(counted, group, period, table)
        if counted.procured and isinstance(state, QuotaState):
            found.append(_path(state))
    return tuple(found)


def _path(state: QuotaState) -> QuotaPath:
    return QuotaPath(
        group=state.group,
        period=state.period,
        quota_percent=state.quota.value,
        procured=state.counted.procured,
        clean=state.counted.clean,
        needed=state.needed,
        gap=state.gap,
        next_needed=state.next_needed,
        factor=state.quota.id,
    )
