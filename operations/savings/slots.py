"""What vehicles drew from the grid by quarter hours, with the grid's intensity in each: read, or as stated before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from core.fleet import SessionValuation
from fleet.savings.reckoning import MonthFacts
from fleet.savings.statement import SavingsStatement
from fleet.savings.timed import SessionSlots, session_slots, timed_by
from operations.grid.intensities import Intensities
from operations.roofs.sessions import SessionPower
from operations.savings.charged import MonthCharges


async def with_slots(
    facts: Sequence[MonthFacts], intensities: Intensities, before: SavingsStatement | None, charged: MonthCharges
) -> list[MonthFacts]:
    """Return facts of a month with the grid electricity of its quarter hours.

    It is that of the statement `before`, where neither sessions nor intensities have changed since.
    """
    if not intensities.found:
        return list(facts)
    if before is not None and _holds(before, facts, intensities):
        kept = {each.vehicle: each.timed for each in before.vehicles}
        return [replace(each, timed=kept.get(each.vehicle.id, ())) for each in facts]
    slots = _slots_of(facts, charged.valuations, await charged.power())
    by_series = [timed_by(slots, each) for each in intensities.found]
    return [replace(each, timed=tuple(timed[each.vehicle.id] for timed in by_series)) for each in facts]


def _holds(before: SavingsStatement, facts: Sequence[MonthFacts], intensities: Intensities) -> bool:
    """Return whether a statement knows the same sessions and series."""
    if before.series != intensities.course.series:
        return False
    then = {each.vehicle: {(one.id, one.valuation) for one in each.inputs.sessions} for each in before.vehicles}
    now = {each.vehicle.id: {(one.session, one.version) for one in each.sessions} for each in facts if each.owned_days}
    return then == now


def _slots_of(
    facts: Sequence[MonthFacts], valuations: Iterable[SessionValuation], power: Mapping[str, SessionPower]
) -> dict[str, list[SessionSlots]]:
    """Return the quarter hours of all sessions that may have brought energy in a month, by vehicle."""
    found: dict[str, list[SessionSlots]] = {each.vehicle.id: [] for each in facts}
    for each in valuations:
        if each.vehicle in found and each.session in power:
            found[each.vehicle].append(slots_of(each, power[each.session]))
    return found


def slots_of(valuation: SessionValuation, power: SessionPower) -> SessionSlots:
    """Return a session's quarter hours with as much roof power as is told of it."""
    known = bool(power.pv.known.all())
    return session_slots(power.charge, valuation.pv_wh, power.pv.pv if known else None)
