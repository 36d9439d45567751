"""How much of each charge session was power from the roof: kept with whose session it was, so that it counts once."""

from __future__ import annotations

from asyncio import gather
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.fleet import MatchBasis, RoofPart, RoofSession, SessionValuation
from core.periods import Period
from energy.slots import MISSING
from fleet.sessions.charges import Charge, Charges, all_charges, rows_by
from operations.fleet.reading import LONGEST_SESSION, counted_at_outlets
from operations.house import Call, House
from operations.loads.reading import elapsed
from operations.roofs.share import PvPart, SlotsRead, amounts_of, pv_of_slots

UNKNOWN: Final = "valuation.pv_unknown"
AFTER: Final = timedelta(days=2)
"""So long after a period its last sessions may go on."""


@dataclass(frozen=True, slots=True, eq=False)
class SessionPower:
    """The energy of a session by quarter hours, and what of each was roof power, as far as that is known."""

    charge: Charge
    pv: PvPart


@dataclass(frozen=True, kw_only=True, eq=False)
class SessionPowers:
    """The same of many sessions: `pv` is of all quarter hours of `charges`, one session's after another's.

    `places` is where those stand there of which it was asked, by id.
    """

    charges: Charges
    pv: PvPart
    places: Mapping[str, int]

    def get(self, session: str) -> SessionPower | None:
        """Return the power of a session by id, None where nothing is known of it."""
        place = self.places.get(session)
        if place is None:
            return None
        own = slice(int(self.charges.first[place]), int(self.charges.last[place]))
        part = PvPart(self.pv.pv[own], self.pv.known[own], self.pv.share[own])
        return SessionPower(self.charges.one(place), part)

    def roof_mwh(self, session: str) -> int | None:
        """Return the roof power in a session, None where a quarter hour of it is not known."""
        place = self.places.get(session)
        return None if place is None or not self.whole[place] else self._roof_mwh[place]

    @cached_property
    def whole(self) -> list[bool]:
        """Return of each session whether all its roof power is known."""
        unknown = self._sums((~self.pv.known).astype(np.int64))
        return [not each for each in unknown]

    @cached_property
    def _roof_mwh(self) -> list[int]:
        return self._sums(self.pv.pv)

    def _sums(self, values: NDArray[np.int64]) -> list[int]:
        """Return the sums over the sessions' quarter hours, of which each has one at least."""
        sums: list[int] = np.add.reduceat(values, self.charges.first).tolist() if len(values) else []
        return sums


def roof_parts(wanted: Iterable[RoofSession], power: SessionPowers, call: Call) -> list[RoofPart]:
    """Return what of sessions was roof power, as far as that is known, wherever it is new."""
    found = []
    for each in wanted:
        mwh = power.roof_mwh(each.session)
        if mwh is None or each.energy_wh is None:
            continue
        pv_wh = min(Decimal(mwh).scaleb(-3), each.energy_wh)
        if pv_wh != each.pv_wh:
            found.append(_part(each, pv_wh, each.energy_wh - pv_wh, call))
    return found


async def power_of(
    house: House, valuations: Sequence[RoofSession | SessionValuation] | None, reach: Period, call: Call
) -> SessionPowers:
    """Return the energy of sessions by quarter hours; of those without a known energy or station nothing is known.

    It is asked for sessions by what is said of them (None: for all).

    Outside of `reach`, and more than a week before it begins, nothing is read.
    """
    wider = Period(reach.start_utc - LONGEST_SESSION, reach.end_utc)
    sessions = await house.ledger.session_spans(wider)
    counted = await counted_at_outlets(house, sessions, call.now_utc, reach)
    charges = all_charges(sessions, counted, call.now_utc)
    rows = rows_by(charges.outlet[charges.of], len(charges.sources))
    asked = _asked(house, charges, None if valuations is None else {each.session for each in valuations})
    pv = _nothing(len(charges.start_ms))
    by_site = _by_site(house, charges, asked.values())
    read = SlotsRead(counted=counted, amounts=await amounts_of(house, by_site, elapsed(reach, call.now_utc)))

    async def share(site: str, outlets: Sequence[int]) -> None:
        sources = {charges.sources[outlet] for outlet in outlets}
        slots = await pv_of_slots(house, site, reach, sources, call, read=read)
        for outlet in outlets:  # all sessions of an outlet are looked at together
            own = rows[outlet]
            part = slots.of_charge(charges.sources[outlet], charges.start_ms[own], charges.thousandths[own])
            pv.pv[own], pv.known[own], pv.share[own] = part.pv, part.known, part.share

    await gather(*(share(*each) for each in by_site.items()))
    return SessionPowers(charges=charges, pv=pv, places=asked)


def _nothing(count: int) -> PvPart:
    return PvPart(np.zeros(count, np.int64), np.zeros(count, np.bool_), np.full(count, MISSING, np.uint8))


def _asked(house: House, charges: Charges, wanted: Collection[str] | None) -> dict[str, int]:
    """Return where sessions of known energy and a station of ours stand, by id."""
    stations = house.inventory().stations
    return {
        each.id: place
        for place, (each, known) in enumerate(zip(charges.sessions, charges.known.tolist(), strict=True))
        if known and (wanted is None or each.id in wanted) and each.station in stations
    }


def _by_site(house: House, charges: Charges, places: Iterable[int]) -> dict[str, list[int]]:
    """Return the outlets of sessions at some places, by the site of their station."""
    stations = house.inventory().stations
    of = {int(charges.outlet[place]): charges.sessions[place].station for place in places}
    found: dict[str, list[int]] = defaultdict(list)
    for outlet, station in sorted(of.items()):
        found[stations[station].site].append(outlet)
    return found


def _part(before: RoofSession, pv_wh: Decimal, grid_wh: Decimal, call: Call) -> RoofPart:
    return RoofPart(
        session=before.session,
        version=before.version,
        pv_wh=pv_wh,
        grid_wh=grid_wh,
        findings=tuple(each for each in before.findings if each.code != UNKNOWN),
        made_by=before.made_by if before.basis is MatchBasis.HAND else call.actor.name,
        made_at_utc=call.now_utc,
    )
