"""The live district: one step after the other, everything in it moves by the same clock."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

import numpy as np

from core.facts import LastValue
from core.inventory import Inventory, MeterRole
from core.periods import Period
from demo.cars import Car
from demo.dials import Dial, dials_of
from demo.events import OutletEvent
from demo.fleet import Fleet
from demo.forecourt import Forecourt
from demo.outlets import Outlet
from demo.sites import scenes_of
from demo.start import begin

SILENT_AFTER_S = 8.0
_LONGEST_STEP_S, _MOST_STEPS = 60.0, 1440


class World:
    """The district of an inventory from `now_utc` on.

    `last` are the last values known of its series: registers count on from them, and what passed
    in between is added. Without any, dials begin where the seed says. The same seed and the same
    instants give the same world.
    """

    def __init__(self, inventory: Inventory, *, seed: int, now_utc: datetime, last: Iterable[LastValue] = ()) -> None:
        start = begin(inventory, seed, now_utc, last)
        self._began_s = self._at_s = start.at_s
        self._scenes = scenes_of(inventory, seed, Period(now_utc, now_utc))
        self._fleet = Fleet(start)
        self._forecourt = Forecourt(start, self._fleet)
        self.dials: dict[str, Dial] = {}
        for scene in self._scenes.values():
            self.dials |= dials_of(scene, start)
        self.silent_meter = silent_meter_of(inventory)

    @property
    def cars(self) -> dict[str, Car]:
        """Return the district's vehicles, by id."""
        return self._fleet.cars

    @property
    def outlets(self) -> dict[str, Outlet]:
        """Return all outlets by name, `<station>/<number>`."""
        return self._forecourt.outlets

    def speaks(self, meter_id: str) -> bool:
        """Return whether a meter's device sends: one breaks down some seconds after the start."""
        return meter_id != self.silent_meter or self._at_s - self._began_s < SILENT_AFTER_S

    def step(self, now_utc: datetime) -> list[OutletEvent]:
        """Let time pass until `now_utc`; return what happened at outlets, in order."""
        now_s = now_utc.timestamp()
        if now_s <= self._at_s:
            return []
        seconds = (now_s - self._at_s) / self._pieces(now_s)
        while now_s - self._at_s > seconds / 2:
            self._move(seconds)
        self._at_s = now_s
        return list(self._forecourt.happenings(now_utc))

    def close(self, now_utc: datetime) -> list[OutletEvent]:
        """End all sessions, as when the district is switched off."""
        return list(self._forecourt.close(now_utc))

    def _pieces(self, now_s: float) -> int:
        """Return into how many steps time is cut, so that a computer that slept does not overcharge a battery."""
        return min(math.ceil((now_s - self._at_s) / _LONGEST_STEP_S), _MOST_STEPS)

    def _move(self, seconds: float) -> None:
        self._forecourt.charge(seconds)
        self._turn_dials(seconds)
        self._at_s += seconds
        self._fleet.move(seconds, self._at_s)

    def _turn_dials(self, seconds: float) -> None:
        middle_s = np.array([self._at_s + seconds / 2])
        outlet_w = {name: np.array([outlet.power_w]) for name, outlet in self.outlets.items()}
        for scene in self._scenes.values():
            for name, rate in (scene.net_w(middle_s, outlet_w) | scene.flows(middle_s)).items():
                self.dials[name].turn(float(rate[0]), seconds)


def silent_meter_of(inventory: Inventory) -> str | None:
    """Return the meter whose device breaks down in every run: a submeter without outlets if there is one."""
    reporting = [meter for _, meter in sorted(inventory.meters.items()) if meter.feed and meter.valid_to is None]
    charged = {station.parent for station in inventory.stations.values()}
    submeters = [meter for meter in reporting if meter.role is MeterRole.SUBMETER and meter.id not in charged]
    chosen = (submeters or reporting)[-1:]
    return chosen[0].id if chosen else None
