"""What the meters above charge points counted while sessions ran, where that can be compared at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from core.facts import ChargeSession
from core.intervals import Resolution, SeriesKey
from core.inventory import Inventory, Meter, MeterRole
from core.periods import Period
from core.quantities import Quantity
from energy.register_walk import epoch_ms
from energy.series import Amounts
from energy.slots import slot_of
from operations.fleet.reading import store_of
from operations.house import House

IMPORT = Quantity.ENERGY_IMPORT_WH
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Buildings:
    """The meter above each station, and all outlets below that meter, with what they counted by quarter hours."""

    above: Mapping[str, Meter] = field(default_factory=dict)
    below: Mapping[str, Sequence[str]] = field(default_factory=dict)
    slots: Mapping[str, Amounts] = field(default_factory=dict)

    def during(self, session: ChargeSession, now_utc: datetime) -> tuple[float | None, float | None]:
        """Return what the meter above a session's outlet counted meanwhile, and what all outlets below it did (Wh).

        None where there is no such meter, or where a quarter hour is not known.
        """
        meter = self.above.get(session.station)
        if meter is None:
            return None, None
        begin_ms = slot_of(epoch_ms(session.begun_at_utc))
        end_ms = epoch_ms(session.ended_at_utc or now_utc)
        outlets = [self._sum(source, begin_ms, end_ms) for source in self.below[meter.id]]
        known = [each for each in outlets if each is not None]
        return self._sum(meter.source, begin_ms, end_ms), sum(known) if known else None

    def _sum(self, source: str, begin_ms: int, end_ms: int) -> float | None:
        amounts = self.slots.get(source)
        if amounts is None:
            return None
        first, last = np.searchsorted(amounts.start_ms, [begin_ms, end_ms], side="left")
        quarters = -(-(end_ms - begin_ms) // (QUARTER // timedelta(milliseconds=1)))
        return float(amounts.thousandths[first:last].sum()) / 1000 if last - first == quarters else None


async def read_buildings(house: House, sessions: Sequence[ChargeSession], now_utc: datetime) -> Buildings:
    """Return what can be compared with sessions. Behind a meter with generation or storage nothing can."""
    inventory = house.inventory()
    above = {each.station: meter for each in sessions if (meter := meter_above(inventory, each.station))}
    below = {
        meter.id: [
            f"{station.source}/{outlet.number}"
            for station in inventory.stations.values()
            if station.parent == meter.id
            for outlet in station.connectors
        ]
        for meter in above.values()
    }
    sources = {meter.source for meter in above.values()} | {each for outlets in below.values() for each in outlets}
    if not sources:
        return Buildings()
    begin_utc = min(session.begun_at_utc for session in sessions) - QUARTER
    end_utc = max(begin_utc, *(session.ended_at_utc or now_utc for session in sessions))
    keys: list[SeriesKey] = [(source, IMPORT) for source in sorted(sources)]
    found = await store_of(house).amounts(Resolution.SLOT, keys, Period(begin_utc, end_utc))
    return Buildings(above, below, {source: amounts for (source, _), amounts in found.items()})


def meter_above(inventory: Inventory, station: str) -> Meter | None:
    """Return the meter that counts all a station takes, None where there is none or power is made behind it."""
    entry = inventory.stations.get(station)
    meter = inventory.meters.get(entry.parent or "") if entry else None
    if meter is None:
        return None
    made = {MeterRole.GENERATION, MeterRole.STORAGE}
    mixed = any(each.site == meter.site and each.role in made for each in inventory.meters.values())
    return None if mixed and meter.role is not MeterRole.SUBMETER else meter
