"""What speaks for a session being a vehicle's, and what against, from all that the vehicle told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from core.facts import ChargeSession
from core.fleet import MatchBasis
from core.quantities import Quantity
from energy.register_walk import epoch_ms
from fleet.sessions.matching import Claim
from fleet.vehicle_days.telling import Telling

PLUG_WINDOW_MS: Final = 15 * 60_000
"""So far from a session's begin the plug of its vehicle may be reported: some vehicles report every quarter hour."""

SOC_LEAST_PERCENT: Final = 5.0
"""A smaller expected rise says nothing: most vehicles tell whole percent."""
SOC_PART: Final = 0.25
SOC_NONE_FROM_PERCENT: Final = 10.0
"""From such an expected rise on, a charge that rose by less than a quarter of it speaks against the vehicle."""

ARRIVAL: Final = timedelta(minutes=5)
"""So long after a session's begin and before its end it counts where the vehicle is: arrivals are seen late."""

LOSS_ASSUMED: Final = 0.10
"""What is lost between charge point and battery where a vehicle's own loss is not known, for comparing only."""


def claim_of(telling: Telling, session: ChargeSession, site: str | None, *, has_tag: bool, now_utc: datetime) -> Claim:
    """Return what is known for and against a session, at a station of `site`, being this vehicle's."""
    hints = {MatchBasis.TAG} if has_tag else set()
    counter: set[MatchBasis] = set()
    said = {
        MatchBasis.PLUG: _plug(telling, session, now_utc),
        MatchBasis.SOC: _charge(telling, session, now_utc),
        MatchBasis.SITE: _site(telling, session, site, now_utc),
    }
    for hint, speaks_for in said.items():
        if speaks_for is not None:
            (hints if speaks_for else counter).add(hint)
    return Claim(vehicle=telling.vehicle.id, hints=frozenset(hints), counter=frozenset(counter))


def expected_rise_percent(telling: Telling, energy_wh: float) -> float | None:
    """Return by how many points a session's energy raises the vehicle's charge, None without a battery size."""
    battery_wh = telling.vehicle.battery_wh
    return None if not battery_wh else 100 * energy_wh * (1 - loss_of(telling)) / battery_wh


def loss_of(telling: Telling) -> float:
    """Return which part of the energy drawn is lost before the battery, as far as is known of this vehicle."""
    percent = telling.vehicle.charge_loss_percent
    return LOSS_ASSUMED if percent is None else float(percent) / 100


def agrees(expected: float, observed: float) -> bool:
    """Return whether two rises of a charge are the same within what vehicles can tell."""
    return abs(observed - expected) <= max(SOC_LEAST_PERCENT, SOC_PART * expected)


def span_ms(session: ChargeSession, now_utc: datetime) -> tuple[int, int]:
    """Return the instants between which a session lies."""
    begin_ms = epoch_ms(session.begun_at_utc)
    return begin_ms, max(epoch_ms(session.ended_at_utc or now_utc), begin_ms + 1)


def _plug(telling: Telling, session: ChargeSession, now_utc: datetime) -> bool | None:
    begin_ms, end_ms = span_ms(session, now_utc)
    middle_ms = (begin_ms + end_ms) // 2
    window = begin_ms - PLUG_WINDOW_MS, begin_ms + PLUG_WINDOW_MS
    for quantity in (Quantity.PLUGGED_IN_FLAG, Quantity.CHARGING_FLAG):
        on = telling.state(quantity, middle_ms)
        if on is None:
            continue
        if on or telling.switched_on(quantity, begin_ms, end_ms):
            return True if telling.switched_on(quantity, *window) else None
        return False if quantity is Quantity.PLUGGED_IN_FLAG else None
    return None


def _charge(telling: Telling, session: ChargeSession, now_utc: datetime) -> bool | None:
    if session.energy_wh is None:
        return None
    expected = expected_rise_percent(telling, session.energy_wh)
    observed = telling.levels.rise(*span_ms(session, now_utc))
    if expected is None or observed is None or expected < SOC_LEAST_PERCENT:
        return None
    if agrees(expected, observed):
        return True
    return False if expected >= SOC_NONE_FROM_PERCENT and observed < SOC_PART * expected else None


def _site(telling: Telling, session: ChargeSession, site: str | None, now_utc: datetime) -> bool | None:
    """Return whether the vehicle stood at the site; it drove where the odometer says so."""
    begin_utc, end_utc = session.begun_at_utc, session.ended_at_utc or now_utc
    early, late = begin_utc + ARRIVAL, end_utc - ARRIVAL
    if early < late and telling.moved(epoch_ms(early), epoch_ms(late)):
        return False
    middle_utc = begin_utc + (end_utc - begin_utc) / 2
    known, where = telling.site_at(middle_utc)
    if not known or site is None:
        return None
    if where == site:
        return True
    changed = any(early < presence.since_utc < late for presence in telling.presences)
    return None if changed else False
