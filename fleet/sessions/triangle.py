"""The charge triangle: what charge point, vehicle and building meter say of one session, and where they disagree.

A disagreement is a finding with its figures; nothing is corrected by it. Limits are our own, no law:

    more than the outlet can give in that time            the register's total taken for the session's energy
    more than battery and losses can take                 the same, or several vehicles one after the other
    the vehicle counted more than the charge point        another session's vehicle, or a wrong counter
    more than 30 % lost on the way                        a hidden loss (climate, a wrong counter, another load)
    the charge rose otherwise than the energy explains    a wrong card, or a battery that is not what is written
    the building counted less than its charge points      a wrong meter above them, or a wrong register below
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.texts import Finding
from fleet.sessions.hints import agrees

POWER_SURPLUS: Final = 1.10
POWER_SURPLUS_WH: Final = 500.0
"""What an outlet may give beyond its greatest power times the time: clocks and dials are not exact."""
BATTERY_SURPLUS: Final = 1.30
"""What a session may bring beyond a whole battery: losses, and the climate of a car that stands plugged in."""
VEHICLE_SURPLUS: Final = 1.02
VEHICLE_SURPLUS_WH: Final = 200.0
LOSS_MAX: Final = 0.30
LOSS_LEAST_WH: Final = 3_000.0
"""Below this energy a loss says little: the car's own start takes its share."""
BUILDING_LACK: Final = 0.95
BUILDING_LACK_WH: Final = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Triangle:
    """One session from its three sides, in Wh and percent of the battery; None: not known.

    `lasted_s` and `max_power_w` are those of the session and its outlet, `expected_rise_percent` what its energy
    explains. `building_wh` is what the meter above the outlet counted in the session's quarter hours, and
    `charged_wh` what all outlets below that meter did.
    """

    station_wh: float | None
    lasted_s: float
    max_power_w: float
    battery_size_wh: float | None = None
    vehicle_wh: float | None = None
    expected_rise_percent: float | None = None
    rise_percent: float | None = None
    building_wh: float | None = None
    charged_wh: float | None = None


def disagreements(triangle: Triangle) -> tuple[Finding, ...]:
    """Return where the sides of a session disagree, with their figures in kWh."""
    if triangle.station_wh is None:
        return (Finding.of("triangle.no_energy"),)
    impossible = tuple(_impossible(triangle, triangle.station_wh))
    return impossible or (*_vehicle(triangle, triangle.station_wh), *_building(triangle))


def _impossible(triangle: Triangle, station_wh: float) -> Iterator[Finding]:
    most_wh = triangle.max_power_w * triangle.lasted_s / 3600 * POWER_SURPLUS + POWER_SURPLUS_WH
    if triangle.max_power_w > 0 and station_wh > most_wh:
        yield Finding.of("triangle.beyond_power", station_kwh=_kwh(station_wh), most_kwh=_kwh(most_wh))
    size_wh = triangle.battery_size_wh
    if size_wh and station_wh > size_wh * BATTERY_SURPLUS:
        yield Finding.of("triangle.beyond_battery", station_kwh=_kwh(station_wh), battery_kwh=_kwh(size_wh))


def _vehicle(triangle: Triangle, station_wh: float) -> Iterator[Finding]:
    vehicle_wh = triangle.vehicle_wh
    if vehicle_wh is not None:
        figures = {"station_kwh": _kwh(station_wh), "vehicle_kwh": _kwh(vehicle_wh)}
        if vehicle_wh > station_wh * VEHICLE_SURPLUS + VEHICLE_SURPLUS_WH:
            yield Finding.of("triangle.vehicle_more", **figures)
        elif station_wh >= LOSS_LEAST_WH and 1 - vehicle_wh / station_wh > LOSS_MAX:
            percent = round(100 * (1 - vehicle_wh / station_wh))
            yield Finding.of("triangle.hidden_loss", percent=percent, **figures)
    expected, rose = triangle.expected_rise_percent, triangle.rise_percent
    if expected is not None and rose is not None and not agrees(expected, rose):
        yield Finding.of(
            "triangle.charge_disagrees", rise=round(rose), expected=round(expected), station_kwh=_kwh(station_wh)
        )


def _building(triangle: Triangle) -> Iterator[Finding]:
    building_wh, charged_wh = triangle.building_wh, triangle.charged_wh
    if building_wh is None or charged_wh is None:
        return
    if building_wh + BUILDING_LACK_WH < charged_wh * BUILDING_LACK:
        yield Finding.of("triangle.building_less", building_kwh=_kwh(building_wh), charged_kwh=_kwh(charged_wh))


def _kwh(energy_wh: float) -> float:
    return round(energy_wh / 1000, 1)
