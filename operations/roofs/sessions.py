"""How much of each charge session was power from the roof: kept with whose session it was, so that it counts once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from core.facts import ChargeSession
from core.fleet import MatchBasis, SessionValuation
from core.periods import Period
from fleet.sessions.charges import Charge, charges_of
from operations.fleet.reading import LONGEST_SESSION, sessions_begun, slots_of_outlets
from operations.house import Call, House
from operations.roofs.share import PvPart, PvSlots, pv_of_slots

UNKNOWN: Final = "valuation.pv_unknown"
AFTER: Final = timedelta(days=2)
"""So long after a period its last sessions may go on."""


async def share_roof_power(house: House, period: Period, call: Call, *, again: bool) -> int:
    """Say of the sessions begun in a period what of them was roof power; return of how many that is new.

    Without `again` only of those of which it was not known.
    """
    wanted = to_share(await house.ledger.valuations(period), again=again)
    if not wanted or house.intervals is None:
        return 0
    power = await power_of(house, wanted, Period(period.start_utc, period.end_utc + AFTER), call)
    return await keep_roof_power(house, wanted, power, call)


def to_share(valuations: Iterable[SessionValuation], *, again: bool) -> list[SessionValuation]:
    """Return the sessions of known energy, without `again` those alone of which roof power is not known."""
    return [each for each in valuations if each.energy_wh is not None and (again or each.pv_wh is None)]


async def keep_roof_power(
    house: House, wanted: Iterable[SessionValuation], power: Mapping[str, SessionPower], call: Call
) -> int:
    """Keep of sessions what was roof power, as far as that is known; return of how many it is new."""
    found = []
    for each in wanted:
        pv_wh = _known_wh(power.get(each.session))
        if pv_wh is None or each.energy_wh is None:
            continue
        pv_wh = min(pv_wh, each.energy_wh)
        if pv_wh != each.pv_wh:
            found.append(_valued(each, pv_wh, call))
    return await house.ledger.value_sessions(found) if found else 0


@dataclass(frozen=True, slots=True, eq=False)
class SessionPower:
    """The energy of a session by quarter hours, and what of each was roof power, as far as that is known."""

    session: ChargeSession
    charge: Charge
    pv: PvPart


async def power_of(
    house: House, valuations: Sequence[SessionValuation], reach: Period, call: Call
) -> dict[str, SessionPower]:
    """Return the energy of sessions by quarter hours; those without a known energy or station are left out.

    Outside of `reach`, and more than a week before it begins, nothing is read.
    """
    wider = Period(reach.start_utc - LONGEST_SESSION, reach.end_utc)
    sessions = await sessions_begun(house, wider)
    counted = await slots_of_outlets(house, sessions, call.now_utc, reach)
    charges = {each.session: each for each in charges_of(sessions, counted, call.now_utc)}
    there = {each.id: each for each in sessions}
    wanted = [there[each.session] for each in valuations if each.session in charges]
    found: dict[str, SessionPower] = {}
    for site, of_site in _by_site(house, wanted).items():
        outlets = {each.source for each in of_site}
        slots = await pv_of_slots(house, site, reach, outlets, call, counted=counted)
        for source, of_outlet in _by_outlet(of_site).items():
            found |= _power_of_outlet(slots, source, [(each, charges[each.id]) for each in of_outlet])
    return found


def _power_of_outlet(
    slots: PvSlots, source: str, charged: Sequence[tuple[ChargeSession, Charge]]
) -> dict[str, SessionPower]:
    """Return the roof power in the sessions of an outlet, all of them looked at together."""
    start_ms = np.concatenate([charge.start_ms for _, charge in charged])
    part = slots.of_charge(source, start_ms, np.concatenate([charge.thousandths for _, charge in charged]))
    found, first = {}, 0
    for session, charge in charged:
        own = slice(first, first + len(charge.start_ms))
        found[session.id] = SessionPower(session, charge, PvPart(part.pv[own], part.known[own], part.share[own]))
        first = own.stop
    return found


def _by_site(house: House, sessions: Sequence[ChargeSession]) -> dict[str, list[ChargeSession]]:
    stations = house.inventory().stations
    found: dict[str, list[ChargeSession]] = defaultdict(list)
    for each in sessions:
        if each.station in stations:
            found[stations[each.station].site].append(each)
    return found


def _by_outlet(sessions: Sequence[ChargeSession]) -> dict[str, list[ChargeSession]]:
    found: dict[str, list[ChargeSession]] = defaultdict(list)
    for each in sessions:
        found[each.source].append(each)
    return found


def _known_wh(power: SessionPower | None) -> Decimal | None:
    """Return the roof power in a session, None where a quarter hour of it is not known."""
    if power is None or not bool(power.pv.known.all()):
        return None
    return Decimal(int(power.pv.pv.sum())).scaleb(-3)


def _valued(before: SessionValuation, pv_wh: Decimal, call: Call) -> SessionValuation:
    assert before.energy_wh is not None  # noqa: S101 - only sessions of known energy are looked at
    return replace(
        before,
        pv_wh=pv_wh,
        grid_wh=before.energy_wh - pv_wh,
        findings=tuple(each for each in before.findings if each.code != UNKNOWN),
        made_by=before.made_by if before.basis is MatchBasis.HAND else call.actor.name,
        made_at_utc=call.now_utc,
    )
