"""The charge sessions of a month with their roof power: read once for all that a statement makes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.fleet import RoofSession, SessionValuation
from core.packed import Packed
from core.periods import Period
from operations.fleet.reading import LONGEST_SESSION
from operations.house import Call, House
from operations.roofs.sessions import AFTER, SessionPowers, power_of, roof_parts


@dataclass(slots=True)
class MonthCharges:
    """The sessions that may have brought energy in a period, by instant, whosesoever they are; and their power."""

    house: House
    period: Period
    call: Call
    packed: Packed[SessionValuation] | None = None
    _valuations: Sequence[SessionValuation] | None = field(default=None, init=False)
    _power: asyncio.Task[SessionPowers] | None = field(default=None, init=False)
    _overtaken: bool = field(default=False, init=False)

    @property
    def reach(self) -> Period:
        """Return when sessions begin that may bring energy into the period."""
        return Period(self.period.start_utc - LONGEST_SESSION, self.period.end_utc)

    async def read(self) -> None:
        """Read whose sessions they are, as the ledger has it now."""
        self.packed = await self.house.ledger.packed_valuations(self.reach)
        self._valuations = None

    @property
    def valuations(self) -> Sequence[SessionValuation]:
        """Return the sessions as they were read."""
        if self._valuations is None:
            self._valuations = self.packed.facts() if self.packed else ()
        return self._valuations

    @property
    def begun(self) -> list[SessionValuation]:
        """Return the sessions that began in the period."""
        return [each for each in self.valuations if each.begun_at_utc >= self.period.start_utc]

    def foresee(self) -> None:
        """Begin to fetch the power of all sessions, whosesoever they are, where there are any quarter hours."""
        if self.house.intervals is not None:
            self._fetch()

    async def close(self) -> None:
        """Give up what is being fetched."""
        if self._power is not None:
            self._power.cancel()
            await asyncio.gather(self._power, return_exceptions=True)

    async def power(self) -> SessionPowers:
        """Return the energy of the sessions by quarter hours with what of it was roof power."""
        return await self._fetch()

    def _fetch(self) -> asyncio.Task[SessionPowers]:
        if self._power is None:
            reach = Period(self.period.start_utc - AFTER, self.period.end_utc + AFTER)
            self._power = asyncio.create_task(power_of(self.house, None, reach, self.call))
        return self._power

    async def unshared(self) -> Sequence[RoofSession]:
        """Return the sessions that began in the period of which it is not known what was roof power."""
        return await self.house.ledger.roof_sessions(self.period, again=False)

    async def stay_unshared(self, unshared: Sequence[RoofSession]) -> bool:
        """Return whether of some of these sessions it was still not kept what was roof power."""
        if not unshared or self._overtaken:
            return self._overtaken
        power = await self.power()
        return any(each.energy_wh is None or power.roof_mwh(each.session) is None for each in unshared)

    async def share_again(self) -> int:
        """Say of all sessions that began in the period what was roof power; return of how many that is new."""
        self.foresee()
        return await self.share(await self.house.ledger.roof_sessions(self.period, again=True))

    async def share(self, sessions: Sequence[RoofSession]) -> int:
        """Say of sessions of the period what was roof power; return of how many that is new."""
        wanted = [each for each in sessions if each.energy_wh is not None]
        if not wanted or self.house.intervals is None:
            return 0
        if self._power:  # what is asked for all is not asked for once more
            power = await self.power()
        else:
            reach = Period(self.period.start_utc, self.period.end_utc + AFTER)
            power = await power_of(self.house, wanted, reach, self.call)
        parts = roof_parts(wanted, power, self.call)
        kept = await self.house.ledger.value_roof_power(parts)
        self._overtaken = kept < len(parts)
        return kept
