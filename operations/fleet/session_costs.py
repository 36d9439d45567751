"""What charge sessions cost: their energy at the energy price of the site where the station stands.

The price is that with which the costs of vehicles are reckoned too: of the site's tariff, or where that has windows,
the mean of the month's bill. It is looked up when it is asked for, so a tariff that was corrected counts at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.facts import ChargeSession
from core.texts import Finding
from fleet.costs.vehicle_costs import WH_PER_KWH, Price
from fleet.vehicle_days.sums import Value
from operations.fleet.figures import legible
from operations.fleet.reckoned import Prices
from operations.house import Call, House


@dataclass(slots=True)
class SessionCosts:
    """Costs of sessions in EUR; the price of a site and month is looked up once."""

    house: House
    call: Call
    _prices: Prices = field(init=False)
    _known: dict[tuple[str, date], Price | Finding] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._prices = Prices(self.house, self.call)

    async def of(self, session: ChargeSession) -> Value:
        """Return what a session cost, or why that is not computed."""
        station = self.house.inventory().stations.get(session.station)
        if station is None or session.energy_wh is None:
            return Finding.of("sessions.cost_without_energy" if station else "sessions.cost_without_station")
        first = self.house.day(session.begun_at_utc).replace(day=1)
        price = await self._price(station.site, first)
        if isinstance(price, Finding):
            return price
        return legible(Decimal(repr(session.energy_wh)) / WH_PER_KWH * price.eur)

    async def of_all(self, sessions: Sequence[ChargeSession]) -> dict[str, Value]:
        """Return what each of some sessions cost, by its id."""
        return {each.id: await self.of(each) for each in sessions}

    async def _price(self, site: str, first: date) -> Price | Finding:
        if (site, first) not in self._known:
            self._known[site, first] = await self._prices.electricity(site, first)
        return self._known[site, first]
