"""The district's past as columns: what every dial, odometer and outlet showed, slot by slot."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import cached_property

import numpy as np

from core.facts import ChargeSession, GeneratedSpan
from core.fleet import Presence
from core.inventory import Inventory, Meter, Vehicle
from core.periods import Period
from core.quantities import Quantity
from core.vouchers import Voucher
from demo.calendar import BoolArray
from demo.cars import is_electric
from demo.chance import FloatArray, IntArray
from demo.diary import Diary, keep_diary
from demo.grid import MEANS_G_PER_KWH, PRICES, intensity_of, prices_of
from demo.outlets import Place, places_of, protocols_of
from demo.papers import presences_of, vouchers_of
from demo.past_sessions import OutletPast, lifetime_for_energy, outlet_past
from demo.registers import Positions, first_value, read_dial, register_gains, registers_of, resolution_of
from demo.series import Series
from demo.sites import Scene, scenes_of
from demo.stays import Stay, Track
from demo.stories import Story, stories_of
from demo.weather import daily_mean_c

SLOT_S = 900.0
_SLOTS_PER_H = 4
_NEW_DIAL_M3 = 4.217
_TOLD_PER_CHARGE = 8
_BEGINNING_S = (0.0, 10.0, 20.0)
_LOGBOOK_HOUR_UTC = 17
_ODOMETER_STEP_M = 100.0
DAY_S, _NOON_S = 86_400.0, 43_200.0


class Past:
    """The past of an inventory over a period of whole slots; the same for the same seed.

    Registers, odometers and batteries begin where `positions` know them, else where the seed says.
    """

    def __init__(self, inventory: Inventory, seed: int, period: Period, positions: Positions) -> None:
        self._inventory, self.seed, self.period, self._positions = inventory, seed, period, positions
        start_s, end_s = period.start_utc.timestamp(), period.end_utc.timestamp()
        self._borders_s = np.arange(start_s, end_s + 1.0, SLOT_S, dtype=np.float64)
        self._middles_s = self._borders_s[:-1] + SLOT_S / 2
        self.scenes = scenes_of(inventory, seed, period)
        self.stories = tuple(stories_of(inventory, period))

    @cached_property
    def diary(self) -> Diary:
        """Return who drove and charged when."""
        start_s, end_s = float(self._borders_s[0]), float(self._borders_s[-1])
        return keep_diary(self._inventory, self.seed, start_s, end_s, self._positions)

    @cached_property
    def outlets(self) -> tuple[OutletPast, ...]:
        """Return the past of every outlet."""
        protocols = protocols_of(self._inventory)
        return tuple(
            outlet_past(
                place,
                protocols[place.station.id],
                self.diary.stays.get(place.name, ()),
                self._borders_s,
                self._first_wh(place),
            )
            for scene in self.scenes.values()
            for place in places_of(scene.stations)
        )

    def sources(self) -> frozenset[str]:
        """Return all sources that get a history."""
        return self.places() | self.outdoors() | self.vehicles()

    def places(self) -> frozenset[str]:
        """Return the sources that stand somewhere: meters and outlets."""
        meters = {meter.source for scene in self.scenes.values() for meter in scene.meters()}
        outlets = {place.source for scene in self.scenes.values() for place in places_of(scene.stations)}
        return frozenset(meters | outlets)

    def outdoors(self) -> frozenset[str]:
        """Return the sources of what comes from outside: the temperature, the grid's intensity, and its prices."""
        stations = frozenset(station.source for station in self._inventory.weather_stations.values())
        return stations | {*MEANS_G_PER_KWH, PRICES}

    def vehicles(self) -> frozenset[str]:
        """Return the vehicles' sources."""
        return frozenset(vehicle.source for vehicle in self._inventory.vehicles.values() if len(self._heard_s(vehicle)))

    def span(self, source: str) -> GeneratedSpan:
        """Return the mark of a source."""
        return GeneratedSpan(
            source=source, start_utc=self.period.start_utc, end_utc=self.period.end_utc, seed=self.seed
        )

    def columns_of(self, site: str) -> list[Series]:
        """Return the registers of a site's meters and outlets."""
        scene = self.scenes[site]
        outlet_w = {outlet.place.name: outlet.mean_w() for outlet in self.outlets}
        rates = scene.net_w(self._middles_s, outlet_w) | scene.flows(self._middles_s)
        columns = [column for meter in scene.meters() for column in self._registers(scene, meter, rates[meter.id])]
        own = (outlet for outlet in self.outlets if outlet.place.station.site == site)
        return [*columns, *(_thinned(outlet, self._borders_s) for outlet in own)]

    def outdoor_columns(self) -> list[Series]:
        """Return the temperatures of the days and the intensities of the hours that are over.

        A day that was resumed is told whole.
        """
        start_s = float(self._borders_s[0])
        first_s = start_s // DAY_S * DAY_S
        if not self._positions and first_s + _NOON_S < start_s:
            first_s += DAY_S
        end_s = float(self._borders_s[-1])
        return [
            *weather_of(self._inventory, self.seed, first_s, end_s),
            *intensity_of(self.seed, start_s, end_s),
            *prices_of(self.seed, start_s, end_s),
        ]

    def vehicle_columns(self) -> list[Series]:
        """Return odometers and states of charge: hourly by telemetry, once a day from the logbook without."""
        return [
            column
            for name, vehicle in self._inventory.vehicles.items()
            if len(at_s := self._heard_s(vehicle))
            for column in (
                *_vehicle_series(vehicle, self.diary.tracks[name], at_s, self._begun_anew_s(vehicle)),
                *level_series(vehicle, self.diary.tracks[name], at_s, self.diary.charges.get(name, ())),
                *charge_series(vehicle, self.diary.charges.get(name, ())),
            )
        ]

    def presences(self) -> Iterator[Presence]:
        """Return where vehicles were since when."""
        return presences_of(self._inventory, self.diary, float(self._borders_s[0]))

    def vouchers(self) -> Iterator[Voucher]:
        """Return the lines of fuel cards and charging cards."""
        return vouchers_of(self._inventory, self.seed, self.diary)

    def sessions(self, token_of: Callable[[str], str]) -> Iterator[ChargeSession]:
        """Return the charge sessions of all outlets; `token_of` is the pseudonym of a card."""
        told = [story for story in self.stories if story.kind == "lifetime"]
        for outlet in self.outlets:
            wrong_from = next((each.start_utc for each in told if each.source == outlet.place.source), None)
            for session in outlet.sessions(token_of):
                if wrong_from and session.begun_at_utc >= wrong_from:
                    wrong_from = None
                    yield lifetime_for_energy(session, outlet.place.connector.max_power_w)
                else:
                    yield session

    def _begun_anew_s(self, vehicle: Vehicle) -> float | None:
        told = (story.start_utc for story in self.stories if (story.kind, story.source) == ("odometer", vehicle.source))
        return next((at_utc.timestamp() for at_utc in told), None)

    def _first_wh(self, place: Place) -> float:
        known = self._positions.get((place.source, Quantity.ENERGY_IMPORT_WH))
        return first_value(self.seed, place.source, Quantity.ENERGY_IMPORT_WH) if known is None else known

    def _heard_s(self, vehicle: Vehicle) -> FloatArray:
        at_s = self._borders_s[self._borders_s % 3600.0 == 0.0]
        if not vehicle.feed:
            at_s = at_s[at_s // 3600.0 % 24.0 == _LOGBOOK_HOUR_UTC]
        heard_s: FloatArray = at_s[_valid_at(at_s, vehicle.valid_from, vehicle.valid_to)]
        return heard_s

    def _registers(self, scene: Scene, meter: Meter, rate: FloatArray) -> Iterator[Series]:
        for quantity in registers_of(meter):
            gained = np.cumsum(register_gains(meter, quantity, rate)) / _SLOTS_PER_H
            known = self._positions.get((meter.source, quantity))
            exact = (scene.first_value(meter, quantity) if known is None else known) + np.insert(gained, 0, 0.0)
            values = read_dial(self._exchanged(meter, exact), resolution_of(meter, quantity))
            heard = _valid_at(self._borders_s, meter.valid_from, meter.valid_to)
            for story in self._told_of(meter, "silent"):
                heard &= ~story.is_in(self._borders_s)
            yield Series(meter.source, quantity, _milliseconds(self._borders_s[heard]), values[heard])

    def _exchanged(self, meter: Meter, exact: FloatArray) -> FloatArray:
        for story in self._told_of(meter, "exchanged"):
            new = self._borders_s >= story.start_utc.timestamp()
            return np.where(new, exact - exact[np.argmax(new)] + _NEW_DIAL_M3, exact)
        return exact

    def _told_of(self, meter: Meter, kind: str) -> Iterator[Story]:
        return (story for story in self.stories if story.source == meter.source and story.kind == kind)


def weather_of(inventory: Inventory, seed: int, start_s: float, end_s: float) -> list[Series]:
    """Return the mean temperature of each UTC day that lies wholly in a time, at its noon, as files tell it."""
    days = np.arange(math.ceil(start_s / DAY_S), math.floor(end_s / DAY_S), dtype=np.float64)
    day_s = days * DAY_S
    if not len(day_s):
        return []
    at_ms, means_c = _milliseconds(day_s + _NOON_S), daily_mean_c(seed, day_s)
    stations = inventory.weather_stations.values()
    return [Series(station.source, Quantity.TEMPERATURE_C, at_ms, means_c) for station in stations]


def _thinned(outlet: OutletPast, borders_s: FloatArray) -> Series:
    """Return an outlet's register hourly, and at every slot border while somebody charges."""
    register_wh = outlet.register_wh()
    moves = np.diff(register_wh) > 0.0
    kept = np.append(moves, False) | np.insert(moves, 0, False)
    kept[::_SLOTS_PER_H] = kept[-1] = True
    kept &= _valid_at(borders_s, outlet.place.station.valid_from, outlet.place.station.valid_to)
    return Series(outlet.place.source, Quantity.ENERGY_IMPORT_WH, _milliseconds(borders_s[kept]), register_wh[kept])


def _vehicle_series(vehicle: Vehicle, track: Track, at_s: FloatArray, begun_anew_s: float | None) -> Iterator[Series]:
    exact_m = np.interp(at_s, track.at_s, track.odometer_m)
    if begun_anew_s is not None and (new := at_s >= begun_anew_s).any():
        exact_m = np.where(new, exact_m - exact_m[np.argmax(new)], exact_m)
    odometer_m = read_dial(exact_m, _ODOMETER_STEP_M)
    yield Series(vehicle.source, Quantity.ODOMETER_M, _milliseconds(at_s), odometer_m)


def level_series(vehicle: Vehicle, track: Track, at_s: FloatArray, charges: Sequence[Stay]) -> Iterator[Series]:
    """Yield what a vehicle with telemetry tells of its level: hourly, and when it is plugged in and pulled out."""
    if not is_electric(vehicle) or vehicle.feed is None:
        return
    borders_s = np.array([border for stay in charges for border in (stay.begin_s, stay.end_s)])
    told_s = np.union1d(at_s, borders_s[_valid_at(borders_s, vehicle.valid_from, vehicle.valid_to)])
    soc_percent = np.round(np.interp(told_s, track.at_s, track.soc_percent), 1)
    yield Series(vehicle.source, Quantity.SOC_PERCENT, _milliseconds(told_s), soc_percent)


def charge_series(vehicle: Vehicle, charges: Sequence[Stay]) -> Iterator[Series]:
    """Yield what a vehicle with telemetry tells of its charging: that it is plugged in, and what its battery took."""
    if not charges or vehicle.feed is None:
        return
    told = [_told_wh(stay) for stay in charges]
    at_s, taken_wh = (np.concatenate(columns) for columns in zip(*told, strict=True))
    yield Series(vehicle.source, Quantity.ENERGY_SESSION_WH, _milliseconds(at_s), np.round(taken_wh, -1))
    borders_s = np.array([border for stay in charges for border in (stay.begin_s, stay.end_s)])
    plugged = np.tile([1.0, 0.0], len(charges))
    yield Series(vehicle.source, Quantity.PLUGGED_IN_FLAG, _milliseconds(borders_s), plugged)


def _told_wh(stay: Stay) -> tuple[FloatArray, FloatArray]:
    """Return when a vehicle says what its battery took at a stay, and what; it says nothing taken while it begins."""
    later_s = np.round(np.linspace(stay.begin_s, stay.end_s, _TOLD_PER_CHARGE))[1:]
    at_s = np.concatenate([stay.begin_s + np.array(_BEGINNING_S), later_s])
    taken_wh = np.concatenate([np.zeros(len(_BEGINNING_S)), stay.energy_wh(later_s) * stay.efficiency])
    return at_s, taken_wh


def _valid_at(at_s: FloatArray, valid_from: date, valid_to: date | None) -> BoolArray:
    valid = at_s >= _day_s(valid_from)
    return valid if valid_to is None else valid & (at_s < _day_s(valid_to))


def _day_s(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()


def _milliseconds(at_s: FloatArray) -> IntArray:
    return np.round(at_s * 1000.0).astype(np.int64)
