"""The quarter hours of charge sessions, as they are handed to the worker process and read there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.fleet import SessionValuation
from energy.series import Instants
from fleet.savings.timed import Numbers, SessionSlots, SlotRows, grid_of, rows_of, session_slots
from operations.roofs.sessions import SessionPower, SessionPowers


@dataclass(frozen=True, slots=True, eq=False)
class PowerRows:
    """The quarter hours of sessions one after another: what was charged and what of it was roof power, in mWh.

    Those of a session stand from `first` to before `last`; `known` says of it whether all its roof power is.
    """

    sessions: tuple[str, ...]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    known: tuple[bool, ...]
    start_ms: Instants
    charged: Numbers
    pv: Numbers

    @classmethod
    def of(cls, power: SessionPowers) -> PowerRows:
        """Return the quarter hours of sessions."""
        charges, places = power.charges, list(power.places.values())
        return cls(
            sessions=tuple(power.places),
            first=charges.first[places],
            last=charges.last[places],
            known=tuple(power.whole[place] for place in places),
            start_ms=charges.start_ms,
            charged=charges.thousandths,
            pv=power.pv.pv,
        )

    def by_vehicle(self, vehicles: Iterable[str], valuations: Iterable[SessionValuation]) -> SlotRows:
        """Return what all sessions that may have brought energy to vehicles drew from the grid, by vehicle."""
        places = {session: place for place, session in enumerate(self.sessions)}
        mine: dict[str, list[SessionValuation]] = {each: [] for each in vehicles}
        for each in valuations:
            if each.vehicle in mine and each.session in places:
                mine[each.vehicle].append(each)
        every = [each for own in mine.values() for each in own]
        place = np.array([places[each.session] for each in every], np.intp)
        pv_mwh = np.array([0 if each.pv_wh is None else int(each.pv_wh.scaleb(3)) for each in every], np.int64)
        first, rows = rows_of(self.first[place], self.last[place])
        return SlotRows(
            sessions=[each.session for each in every],
            owned={vehicle: len(own) for vehicle, own in mine.items()},
            first=first,
            start_ms=self.start_ms[rows],
            grid=grid_of(self.charged[rows], self.pv[rows], first, pv_mwh, np.array(self.known, np.bool_)[place]),
        )


def slots_of(valuation: SessionValuation, power: SessionPower) -> SessionSlots:
    """Return a session's quarter hours with as much roof power as is told of it."""
    known = bool(power.pv.known.all())
    return session_slots(power.charge, valuation.pv_wh, power.pv.pv if known else None)
