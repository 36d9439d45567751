"""Whether a supply is expected to draw more than its contract allows within the next two hours."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from core.intervals import Resolution
from core.inventory import Meter
from core.periods import Period
from core.texts import Finding
from energy.peak_forecast import WEEKS, ExpectedPeak, expected_peak
from energy.register_walk import at_utc
from operations.arrivals.sightings import Seen, Sighting
from operations.evidence.witnesses import interval_store
from operations.house import Call, House
from operations.loads.reading import over_until, series_of, stretch_of
from operations.loads.scopes import LoadScope, meter_scope

BACK: Final = timedelta(weeks=WEEKS, days=1)
"""The weeks that are looked at, and some hours more, as the clock may have been changed."""


async def expected_peaks(house: House, call: Call) -> Seen:
    """Return the meters whose peak of the next two hours is expected above the power of their contract."""
    day, inventory = house.day(call.now_utc), house.inventory()
    watched = [meter for meter in inventory.meters.values() if meter.contract_power_w and meter.valid_on(day)]
    if not watched:
        return Seen()
    span = Period(over_until(call.now_utc) - BACK, over_until(call.now_utc))
    scopes = [meter_scope(inventory, meter) for meter in watched]
    keys = sorted({key for scope in scopes for key in series_of(scope)})
    slots = await interval_store(house).amounts(Resolution.SLOT, keys, span)
    found, undecided = [], set()
    for meter, scope in zip(watched, scopes, strict=True):
        stretch = stretch_of(scope, span, slots)
        peak = expected_peak(stretch.load, stretch.local)
        if peak is None:
            undecided.add(meter.source)
        elif peak.rate > (meter.contract_power_w or 0.0):
            found.append(_sighting(meter, scope, peak))
    return Seen(sightings=tuple(found), undecided=frozenset(undecided))


def _sighting(meter: Meter, scope: LoadScope, peak: ExpectedPeak) -> Sighting:
    finding = Finding.of(
        "alarms.peak_expected",
        expected_kw=round(peak.rate / 1000, 1),
        contract_kw=round((meter.contract_power_w or 0.0) / 1000, 1),
        at=f"{at_utc(peak.at_ms).astimezone(scope.zone):%Y-%m-%d %H:%M}",
    )
    return Sighting(subject=meter.source, site=meter.site, finding=finding)
