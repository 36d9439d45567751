"""What the use of energy and water says needs a person: a base load that has crept up, water that never stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Final

from core.intervals import Resolution
from core.inventory import Medium, MeterRole
from core.periods import Period
from core.texts import Finding
from energy.creep import RECENT_WEEKS, YEAR_DAYS, Creep, creep_of
from energy.night_flow import INTERVAL_MAX_S, night_flow_of
from operations.arrivals.sightings import Seen, Sighting, watched_meters
from operations.evidence.witnesses import interval_store
from operations.house import Call, House
from operations.loads.base import creep_said, flow_said
from operations.loads.reading import Stretch, always_in_use, over_until, series_of, stretch_of
from operations.loads.scopes import LoadScope, meter_scope

AT_ONCE: Final = 100
"""So many meters are read together: a quarter of a year of one takes less than half a megabyte."""

WEEK: Final = timedelta(weeks=1)
LATELY: Final = (RECENT_WEEKS + 1) * WEEK
"""How far back is looked: the weeks that are compared, the first one whole."""

YEAR: Final = timedelta(days=YEAR_DAYS)
NIGHTS: Final = 5 * WEEK
"""How far back nights are looked at; who has let water run for longer is told of five weeks of it."""


async def creeping_base_loads(house: House, call: Call) -> Seen:
    """Return the meters whose base load lies above that of the same weeks of last year, for certain and by a tenth.

    Without last year nothing is seen: what rises within months may be the season.
    """
    over_utc = over_until(call.now_utc)
    spans = (
        Period(over_utc - LATELY - YEAR, over_utc - YEAR + WEEK),  # the present week's counterpart, whole
        Period(over_utc - LATELY, over_utc),
    )
    scopes = _watched(house, call, (Medium.ELECTRICITY, Medium.HEAT, Medium.GAS))
    found, undecided = [], set()
    async for scope, stretches in _read(house, scopes, spans):
        weeks = [week for each in stretches for week in each.weeks]
        creep = creep_of(weeks, seasonal=True)
        if not isinstance(creep, Creep):
            undecided.add(scope.id)
        elif creep.is_certain and creep.change > 0:
            found += [_sighting(scope, said) for said in creep_said(creep)]
    return Seen(sightings=tuple(found), undecided=frozenset(undecided))


async def never_ending_flows(house: House, call: Call) -> Seen:
    """Return the water meters that have not stood still for an hour in the last seven nights or more.

    Where by the calendar somebody is there at any time, water may flow at any time.
    """
    over_utc = over_until(call.now_utc)
    scopes = _watched(house, call, (Medium.WATER,))
    found, undecided = [], set()
    async for scope, (lately,) in _read(house, scopes, (Period(over_utc - NIGHTS, over_utc),)):
        if always_in_use(scope.calendar, lately.local):
            continue
        flow = night_flow_of(lately.load, lately.local, lately.quiet, scope.meters[0].nominal_interval_s)
        if isinstance(flow, Finding):
            undecided.add(scope.id)
        elif flow.is_leak:
            found += [_sighting(scope, said) for said in flow_said(flow)]
    return Seen(sightings=tuple(found), undecided=frozenset(undecided))


def _watched(house: House, call: Call, media: Sequence[Medium]) -> list[LoadScope]:
    """Return the loads of the meters of a building or of a part of it; of tenants nobody is told how they live."""
    return [
        meter_scope(house.inventory(), meter)
        for meter in watched_meters(house, call)
        if meter.medium in media
        and meter.role in (MeterRole.SUPPLY, MeterRole.SUBMETER)
        and meter.nominal_interval_s <= INTERVAL_MAX_S
    ]


async def _read(
    house: House, scopes: Sequence[LoadScope], spans: Sequence[Period]
) -> AsyncIterator[tuple[LoadScope, list[Stretch]]]:
    """Yield each load in each span, read a hundred at a time; other work has its turn after each."""
    store = interval_store(house)
    for start in range(0, len(scopes), AT_ONCE):
        some = scopes[start : start + AT_ONCE]
        keys = sorted({key for scope in some for key in series_of(scope)})
        slots = [await store.amounts(Resolution.SLOT, keys, span) for span in spans]
        for scope in some:
            yield scope, [stretch_of(scope, span, found) for span, found in zip(spans, slots, strict=True)]
            await asyncio.sleep(0)


def _sighting(scope: LoadScope, finding: Finding) -> Sighting:
    return Sighting(subject=scope.id, site=scope.site.id, finding=finding)
