"""Meter values of both versions to samples in our units.

OCPP 1.6 and 2.0.1, MeterValue: where a field is absent, the measurand is
Energy.Active.Import.Register, the unit Wh (of anything but energy: its own natural unit), the
context Sample.Periodic. Of several contexts at one instant the best counts; values of single
phases are combined where the station gives no total.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from chargepoints.decoding.events import MeterSample, ReadingContext, Stamp
from chargepoints.decoding.instants import stamp_of
from chargepoints.decoding.numbers import number_of
from core.quantities import Quantity
from core.texts import Finding

Named = tuple[str, str, str | None, str | None, int]
"""What a sampled value is called: measurand, context, location, unit, and 2.0.1's multiplier."""

Combine = Callable[[Mapping[str | None, float]], float | None]


@dataclass(frozen=True, slots=True)
class Measurand:
    """Our quantity, how a unit becomes ours (factor, offset), how phases combine, the lowest value that can be."""

    quantity: Quantity
    units: Mapping[str, tuple[float, float]]
    combine: Combine
    lowest: float


def _sum(phases: Mapping[str | None, float]) -> float | None:
    """Return the sum over the three phases; a single one is the whole of a one-phase box."""
    values = [value for phase, value in phases.items() if phase in _AGAINST_NEUTRAL]
    return sum(values) if values else None


def _largest(phases: Mapping[str | None, float]) -> float | None:
    """Return the most loaded phase."""
    return max([value for phase, value in phases.items() if phase in _AGAINST_NEUTRAL], default=None)


def _mean(phases: Mapping[str | None, float]) -> float | None:
    """Return the mean of the phases against neutral; voltages between phases are another thing."""
    values = [value for phase, value in phases.items() if phase in _AGAINST_NEUTRAL]
    return sum(values) / len(values) if values else None


_AGAINST_NEUTRAL = frozenset({"L1", "L2", "L3", "L1-N", "L2-N", "L3-N"})
_SAME = (1.0, 0.0)
_ENERGY = {"Wh": _SAME, "kWh": (1000.0, 0.0)}
_POWER = {"W": _SAME, "kW": (1000.0, 0.0)}
_AMPERE = {"A": _SAME}
_VOLT = {"V": _SAME}
_PERCENT = {"Percent": _SAME, "%": _SAME}
_HERTZ = {"Hertz": _SAME, "Hz": _SAME}
_CELSIUS = {
    "Celsius": _SAME,
    "Celcius": _SAME,  # OCPP 1.6 misspells it in its own schema
    "K": (1.0, -273.15),
    "Fahrenheit": (5 / 9, -160 / 9),
}

DEFAULT_MEASURAND = "Energy.Active.Import.Register"

MEASURANDS: dict[str, Measurand] = {
    DEFAULT_MEASURAND: Measurand(Quantity.ENERGY_IMPORT_WH, _ENERGY, _sum, 0.0),
    "Energy.Active.Export.Register": Measurand(Quantity.ENERGY_EXPORT_WH, _ENERGY, _sum, 0.0),
    "Power.Active.Import": Measurand(Quantity.POWER_W, _POWER, _sum, -1e9),
    "Current.Import": Measurand(Quantity.CURRENT_A, _AMPERE, _largest, -1e6),
    "Voltage": Measurand(Quantity.VOLTAGE_V, _VOLT, _mean, 0.0),
    "Frequency": Measurand(Quantity.FREQUENCY_HZ, _HERTZ, _mean, 0.0),
    "SoC": Measurand(Quantity.SOC_PERCENT, _PERCENT, _mean, 0.0),
    "Temperature": Measurand(Quantity.TEMPERATURE_C, _CELSIUS, _mean, -273.15),
}
"""What becomes a reading. Reactive energy, intervals, offers and the like stay in the journal."""

_OUTSIDE = {Quantity.SOC_PERCENT, Quantity.TEMPERATURE_C}
"""Quantities that are not measured at the outlet; for all others Inlet, Body and EV are other meters."""

_AT_OUTLET = {None, "Outlet", "Cable"}
_RANK = {context: rank for rank, context in enumerate(ReadingContext)}
_CONTEXTS = {context.value: context for context in ReadingContext}
_LARGEST_EXPONENT = 12
_MEASURAND, _UNIT = 0, 3
_SENTINELS = {-8388608.0, 2147483647.0}

_Found = dict[tuple[Quantity, ReadingContext], dict[str | None, float]]
_Read = Callable[[Mapping[str, Any]], tuple[object, str | None, Named]]


def samples_of(
    values: Iterable[Mapping[str, Any]],
    read: _Read,
    received_at_utc: datetime,
    findings: list[Finding],
    connector: int | None = None,
) -> tuple[MeterSample, ...]:
    """Return the samples of a list of MeterValue, at most one per quantity and instant (see above).

    `read` takes a sampled value apart: its value, its phase, and what it is called.
    """
    samples: list[MeterSample] = []
    whole_station = connector == 0
    for value in values:
        stamp = stamp_of(value.get("timestamp"), received_at_utc, findings)
        found: _Found = {}
        for sampled in value["sampledValue"]:
            said, phase, named = read(sampled)
            meaning = _meaning(named, whole_station)
            if meaning is None:
                continue
            number = meaning.value(said)
            if number is None:
                findings.append(
                    Finding.of("ocpp.sample_unusable", measurand=named[_MEASURAND], unit=named[_UNIT] or "")
                )
            else:
                found.setdefault(meaning.key, {})[phase] = number
        samples.extend(_chosen(found, stamp))
    return tuple(samples)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a name means here: quantity and context, and the way to our unit (None: a unit we do not know)."""

    key: tuple[Quantity, ReadingContext]
    scale: tuple[float, float] | None
    lowest: float

    def value(self, said: object) -> float | None:
        """Return a value in our unit, None if it is none: text, a sentinel, a unit nobody knows, less than can be."""
        number = number_of(said)
        if number is None or number in _SENTINELS or self.scale is None:
            return None
        if self.scale is not _SAME:
            factor, offset = self.scale
            number = round(number * factor + offset, 6)  # 12.345 kWh are 12345 Wh
        return number if number >= self.lowest else None


@lru_cache(maxsize=4096)
def _meaning(named: Named, whole_station: bool) -> _Meaning | None:  # noqa: FBT001 - a cache key
    """Return what a name means, None for what becomes no reading. A whole station is metered at its inlet."""
    name, context, location, unit, exponent = named
    measurand = MEASURANDS.get(name)
    if measurand is None:
        return None
    here = location in _AT_OUTLET or (location == "Inlet" and whole_station)
    if not here and measurand.quantity not in _OUTSIDE:
        return None
    key = measurand.quantity, _CONTEXTS.get(context, ReadingContext.OTHER)
    return _Meaning(key, _scale(unit, exponent, measurand), measurand.lowest)


def _scale(unit: str | None, exponent: int, measurand: Measurand) -> tuple[float, float] | None:
    natural = not unit or (unit == "Wh" and unit not in measurand.units)  # Wh is a default that some write out
    scale = _SAME if natural else measurand.units.get(unit or "")
    if scale is None or not -_LARGEST_EXPONENT <= exponent <= _LARGEST_EXPONENT:
        return None
    return (scale[0] * 10.0**exponent, scale[1]) if exponent else scale


def _chosen(found: _Found, stamp: Stamp) -> Iterable[MeterSample]:
    best: dict[Quantity, MeterSample] = {}
    for (quantity, context), phases in found.items():
        value = phases.get(None)
        if value is None:
            value = _COMBINE[quantity](phases)
        if value is not None:
            kept = best.get(quantity)
            if kept is None or _RANK[context] < _RANK[kept[3]]:
                best[quantity] = MeterSample(quantity, stamp, value, context)
    return best.values()


_COMBINE: dict[Quantity, Combine] = {measurand.quantity: measurand.combine for measurand in MEASURANDS.values()}
