"""The outlets of the live world: cars come, charge, and go; one outlet trips again and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from core.inventory import Inventory
from core.quantities import Quantity
from demo.cars import Activity, guest
from demo.events import Begun, Ended, Ending, Faulted, OutletEvent, Recovered, Sampled
from demo.fleet import Fleet
from demo.outlets import BUSY, LIVELY, Outlet, Visit, lively_of, places_of, protocols_of, stations_of
from demo.registers import first_value
from demo.start import Start

FAULT_AFTER_S, FAULT_LASTS_S, FAULT_EVERY_S = 6.0, 25.0, 120.0
_GUEST_SOC_PERCENT = (15.0, 55.0)
_FALLBACK_TAG = "KW00000000"


class Forecourt:
    """All outlets of the stations that stand there, and who is plugged in."""

    def __init__(self, start: Start, fleet: Fleet) -> None:
        self._fleet, self._chance = fleet, start.chance
        self._began_s = start.at_s
        self._visits = 0
        self._guest_tags = _guest_tags(start)
        self.outlets = {outlet.place.name: outlet for outlet in self._place(start)}
        self._faulty = faulty_outlet_of(start.inventory, start.day)

    def charge(self, seconds: float) -> None:
        """Let every plugged-in car charge for some seconds."""
        for outlet in self.outlets.values():
            car = outlet.visit.car if outlet.visit else None
            outlet.power_w = car.charge(outlet.place.connector.max_power_w, seconds) if car else 0.0
            outlet.register_wh += outlet.power_w * seconds / 3600.0

    def happenings(self, now_utc: datetime) -> Iterator[OutletEvent]:
        """Yield what happens at `now_utc`: arrivals, readings, departures, faults."""
        for outlet in self.outlets.values():
            yield from self._faults(outlet, now_utc)
            yield from self._serves(outlet, now_utc)

    def close(self, now_utc: datetime) -> Iterator[OutletEvent]:
        """Yield the ends of all sessions, as when the district is switched off."""
        for outlet in self.outlets.values():
            if outlet.visit:
                yield self._leave(outlet, outlet.visit, now_utc, Ending.SHUTDOWN)

    def _place(self, start: Start) -> Iterator[Outlet]:
        stations = stations_of(start.inventory, start.day)
        lively = lively_of(stations, protocols_of(start.inventory))
        for place in places_of(stations):
            pace = LIVELY if place.name in lively else BUSY
            register_wh = start.last_value(place.source, Quantity.ENERGY_IMPORT_WH)
            if register_wh is None:
                register_wh = first_value(start.seed, place.source, Quantity.ENERGY_IMPORT_WH)
            yield Outlet(place, pace, register_wh, start.at_s + self._chance.uniform(*pace.first_s))

    def _faults(self, outlet: Outlet, now_utc: datetime) -> Iterator[OutletEvent]:
        since_s = now_utc.timestamp() - self._began_s - FAULT_AFTER_S
        faulted = outlet.place.name == self._faulty and since_s >= 0.0 and since_s % FAULT_EVERY_S < FAULT_LASTS_S
        if faulted == outlet.faulted:
            return
        outlet.faulted = faulted
        if outlet.visit:
            yield self._leave(outlet, outlet.visit, now_utc, Ending.FAULT)
        happened = Faulted if faulted else Recovered
        yield happened(station=outlet.place.station.id, connector=outlet.place.connector.number, at_utc=now_utc)

    def _serves(self, outlet: Outlet, now_utc: datetime) -> Iterator[OutletEvent]:
        now_s, visit = now_utc.timestamp(), outlet.visit
        if visit is None:
            if now_s >= outlet.next_s and not outlet.faulted:
                yield self._arrive(outlet, now_utc)
            return
        if now_s >= visit.leaves_s:
            yield self._leave(outlet, visit, now_utc, Ending.DRIVER)
        elif now_s >= visit.sample_s:
            visit.sample_s += outlet.pace.sample_every_s
            yield _sampled(outlet, visit, now_utc)

    def _arrive(self, outlet: Outlet, now_utc: datetime) -> Begun:
        now_s = now_utc.timestamp()
        waiting = self._fleet.wants_to_charge(outlet.place.station.site, outlet.pace.charges_below_percent)
        car = waiting or guest(self._chance.uniform(*_GUEST_SOC_PERCENT))
        car.activity, car.session_wh = Activity.PLUGGED_IN, 0.0
        self._visits += 1
        outlet.visit = Visit(
            number=self._visits,
            car=car,
            tag_uid=self._fleet.tag_of(car) or self._chance.choice(self._guest_tags),
            leaves_s=now_s + self._chance.uniform(*outlet.pace.stay_s),
            sample_s=now_s + outlet.pace.sample_every_s,
        )
        return Begun(
            station=outlet.place.station.id,
            connector=outlet.place.connector.number,
            at_utc=now_utc,
            visit=outlet.visit.number,
            tag_uid=outlet.visit.tag_uid,
            register_wh=outlet.register_wh,
        )

    def _leave(self, outlet: Outlet, visit: Visit, now_utc: datetime, ending: Ending) -> Ended:
        now_s = now_utc.timestamp()
        self._fleet.unplug(visit.car, now_s)
        outlet.visit, outlet.power_w = None, 0.0
        outlet.next_s = now_s + self._chance.uniform(*outlet.pace.pause_s)
        return Ended(
            station=outlet.place.station.id,
            connector=outlet.place.connector.number,
            at_utc=now_utc,
            visit=visit.number,
            tag_uid=visit.tag_uid,
            register_wh=outlet.register_wh,
            ending=ending,
        )


def faulty_outlet_of(inventory: Inventory, day: date) -> str | None:
    """Return the outlet whose residual-current device trips in every run: the last that is not one of the lively."""
    stations = stations_of(inventory, day)
    lively = lively_of(stations, protocols_of(inventory))
    others = [place.name for place in places_of(stations) if place.name not in lively]
    return others[-1] if others else None


def _sampled(outlet: Outlet, visit: Visit, now_utc: datetime) -> Sampled:
    return Sampled(
        station=outlet.place.station.id,
        connector=outlet.place.connector.number,
        at_utc=now_utc,
        visit=visit.number,
        register_wh=outlet.register_wh,
        power_w=outlet.power_w,
    )


def _guest_tags(start: Start) -> list[str]:
    """Return the cards that visitors hold: those without a vehicle, or any, or an invented one."""
    valid = [tag for _, tag in sorted(start.inventory.tags.items()) if tag.uid and tag.valid_on(start.day)]
    return [tag.uid for tag in valid if tag.vehicle is None] or [tag.uid for tag in valid] or [_FALLBACK_TAG]
