"""How long vehicles held outlets without charging, by the quarter hours of the outlets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from core.facts import ChargeSession
from core.intervals import SLOT_S, Resolution, SeriesKey
from core.periods import Period
from core.quantities import Quantity
from energy.register_walk import at_utc, epoch_ms
from energy.series import Amounts
from energy.slots import slot_of
from operations.house import House

CHARGES_FROM: Final = 25_000
"""Thousandths of Wh in a quarter hour, 100 W: less keeps a car awake, it does not charge it."""


async def blocked_s(house: House, sessions: Sequence[ChargeSession]) -> tuple[Decimal, int]:
    """Return for how long ended sessions held their outlets without charging, and of how many that is known."""
    ended = [each for each in sessions if each.ended_at_utc is not None]
    if house.intervals is None or not ended:
        return Decimal(0), 0
    by_outlet: dict[SeriesKey, list[ChargeSession]] = defaultdict(list)
    for each in ended:
        by_outlet[each.source, Quantity.ENERGY_IMPORT_WH].append(each)
    begin_utc = at_utc(slot_of(min(epoch_ms(each.begun_at_utc) for each in ended)))
    span = Period(begin_utc, max(each.ended_at_utc or each.begun_at_utc for each in ended))
    found = await house.intervals.amounts(Resolution.SLOT, sorted(by_outlet), span)
    told = [_idle_s(each, found[key]) for key, those in by_outlet.items() if key in found for each in those]
    known = [each for each in told if each is not None]
    return Decimal(sum(known)), len(known)


def _idle_s(session: ChargeSession, slots: Amounts) -> int | None:
    """Return for how long an outlet was held without charging, None where its quarter hours are not there."""
    begin_ms, end_ms = epoch_ms(session.begun_at_utc), epoch_ms(session.ended_at_utc or session.begun_at_utc)
    first, last = slots.start_ms.searchsorted([slot_of(begin_ms), end_ms]).tolist()
    held_s = (end_ms - begin_ms) // 1000
    if held_s <= 0 or last == first:
        return None
    charged = int((slots.thousandths[first:last] >= CHARGES_FROM).sum())
    return max(held_s - charged * SLOT_S, 0)
