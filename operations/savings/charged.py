"""The charge sessions of a month with their roof power: read once for all that a statement makes of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from core.fleet import SessionValuation
from core.packed import Packed
from core.periods import Period
from operations.fleet.reading import LONGEST_SESSION
from operations.house import Call, House
from operations.roofs.sessions import AFTER, SessionPower, keep_roof_power, power_of, share_roof_power, to_share


@dataclass(slots=True)
class MonthCharges:
    """The sessions that may have brought energy in a period, by instant, whosesoever they are; and their power."""

    house: House
    period: Period
    call: Call
    packed: Packed[SessionValuation] | None = None
    valuations: Sequence[SessionValuation] = ()
    _power: Mapping[str, SessionPower] | None = field(default=None, init=False)

    @property
    def reach(self) -> Period:
        """Return when sessions begin that may bring energy into the period."""
        return Period(self.period.start_utc - LONGEST_SESSION, self.period.end_utc)

    async def read(self) -> None:
        """Read whose sessions they are, as the ledger has it now."""
        self.packed = await self.house.ledger.packed_valuations(self.reach)
        self.valuations = self.packed.facts()

    @property
    def begun(self) -> list[SessionValuation]:
        """Return the sessions that began in the period."""
        return [each for each in self.valuations if each.begun_at_utc >= self.period.start_utc]

    async def power(self) -> Mapping[str, SessionPower]:
        """Return the energy of the sessions by quarter hours with what of it was roof power."""
        if self._power is None:
            reach = Period(self.period.start_utc - AFTER, self.period.end_utc + AFTER)
            self._power = await power_of(self.house, self.valuations, reach, self.call)
        return self._power

    def has_unshared(self, vehicles: Collection[str]) -> bool:
        """Return whether it is not known of a session of some vehicles what was roof power."""
        return any(each.pv_wh is None and each.vehicle in vehicles for each in self.begun)

    async def share(self, *, again: bool) -> bool:
        """Say of the sessions of the period what was roof power; return whether any has to be read anew.

        Without `again` only of those of which it is not known.
        """
        wanted = to_share(self.begun, again=again)
        if not wanted or self.house.intervals is None:
            return False
        if again or 2 * len(wanted) > len(self.valuations):  # the others' power will be asked for, too
            return bool(await keep_roof_power(self.house, wanted, await self.power(), self.call))
        return bool(await share_roof_power(self.house, self.period, self.call, again=False))
