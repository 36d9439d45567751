"""The quarter hours of charge sessions, as they are handed to the worker process and read there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.fleet import SessionValuation
from energy.series import Instants
from fleet.savings.timed import Numbers, SessionSlots, session_slots
from fleet.sessions.charges import Charge
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

    def by_vehicle(
        self, vehicles: Iterable[str], valuations: Iterable[SessionValuation]
    ) -> dict[str, list[SessionSlots]]:
        """Return the quarter hours of all sessions that may have brought energy to vehicles, by vehicle."""
        found: dict[str, list[SessionSlots]] = {each: [] for each in vehicles}
        places = {session: place for place, session in enumerate(self.sessions)}
        first, last = self.first.tolist(), self.last.tolist()
        for each in valuations:
            place = places.get(each.session)
            if each.vehicle not in found or place is None:
                continue
            own = slice(first[place], last[place])
            charge = Charge(each.session, self.start_ms[own], self.charged[own])
            found[each.vehicle].append(session_slots(charge, each.pv_wh, self.pv[own] if self.known[place] else None))
        return found


def slots_of(valuation: SessionValuation, power: SessionPower) -> SessionSlots:
    """Return a session's quarter hours with as much roof power as is told of it."""
    known = bool(power.pv.known.all())
    return session_slots(power.charge, valuation.pv_wh, power.pv.pv if known else None)
