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
from math import isfinite
from typing import Any, NamedTuple

from chargepoints.decoding.events import MeterSample, ReadingContext, Stamp
from chargepoints.decoding.instants import stamp_of
from core.quantities import Quantity
from core.texts import Finding


class Sampled(NamedTuple):
    """One sampled value as a version's decoder found it; `exponent` is 2.0.1's multiplier."""

    value: object
    measurand: str
    context: str
    phase: str | None
    location: str | None
    unit: str | None
    exponent: int = 0


Combine = Callable[[Mapping[str, float]], float | None]


@dataclass(frozen=True, slots=True)
class Measurand:
    """Our quantity, how a unit becomes ours (factor, offset), how phases combine, the lowest value that can be."""

    quantity: Quantity
    units: Mapping[str, tuple[float, float]]
    combine: Combine
    lowest: float


def _sum(phases: Mapping[str, float]) -> float | None:
    """Return the sum over the three phases; a single one is the whole of a one-phase box."""
    values = [value for phase, value in phases.items() if phase[:2] in _PHASES and not phase[2:].startswith("-L")]
    return sum(values) if values else None


def _largest(phases: Mapping[str, float]) -> float | None:
    """Return the most loaded phase."""
    return max((value for phase, value in phases.items() if phase[:2] in _PHASES), default=None)


def _mean(phases: Mapping[str, float]) -> float | None:
    """Return the mean of the phases against neutral; voltages between phases are another thing."""
    values = [value for phase, value in phases.items() if phase[:2] in _PHASES and not phase[2:].startswith("-L")]
    return sum(values) / len(values) if values else None


_PHASES = frozenset({"L1", "L2", "L3"})
_ENERGY = {"Wh": (1.0, 0.0), "kWh": (1000.0, 0.0)}
_POWER = {"W": (1.0, 0.0), "kW": (1000.0, 0.0)}
_AMPERE = {"A": (1.0, 0.0)}
_VOLT = {"V": (1.0, 0.0)}
_PERCENT = {"Percent": (1.0, 0.0), "%": (1.0, 0.0)}
_HERTZ = {"Hertz": (1.0, 0.0), "Hz": (1.0, 0.0)}
_CELSIUS = {
    "Celsius": (1.0, 0.0),
    "Celcius": (1.0, 0.0),  # OCPP 1.6 misspells it in its own schema
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
_SENTINELS = {-8388608.0, 2147483647.0}

_Found = dict[tuple[Quantity, ReadingContext], dict[str | None, float]]


def samples_of(
    values: Iterable[Mapping[str, Any]],
    read: Callable[[Mapping[str, Any]], Sampled],
    received_at_utc: datetime,
    findings: list[Finding],
    connector: int | None = None,
) -> tuple[MeterSample, ...]:
    """Return the samples of a list of MeterValue, at most one per quantity and instant (see above)."""
    samples: list[MeterSample] = []
    for value in values:
        stamp = stamp_of(value.get("timestamp"), received_at_utc, findings)
        found: _Found = {}
        for sampled in value["sampledValue"]:
            _take(read(sampled), found, findings, connector)
        samples.extend(_chosen(found, stamp))
    return tuple(samples)


def _take(sampled: Sampled, found: _Found, findings: list[Finding], connector: int | None) -> None:
    measurand = MEASURANDS.get(sampled.measurand)
    if measurand is None or not _here(measurand.quantity, sampled.location, connector):
        return
    value = _value(sampled, measurand)
    if value is None:
        findings.append(Finding.of("ocpp.sample_unusable", measurand=sampled.measurand, unit=sampled.unit or ""))
        return
    context = _CONTEXTS.get(sampled.context, ReadingContext.OTHER)
    found.setdefault((measurand.quantity, context), {})[sampled.phase] = value


def _here(quantity: Quantity, location: str | None, connector: int | None) -> bool:
    """Return whether a value at `location` is one of this source; a whole station is metered at its inlet."""
    return location in _AT_OUTLET or quantity in _OUTSIDE or (location == "Inlet" and connector == 0)


def _value(sampled: Sampled, measurand: Measurand) -> float | None:
    unit = sampled.unit
    if not unit or (unit == "Wh" and "Wh" not in measurand.units):  # Wh is the default that some write out
        factor, offset = 1.0, 0.0
    elif unit in measurand.units:
        factor, offset = measurand.units[unit]
    else:
        return None
    number = number_of(sampled.value)
    if number is None or number in _SENTINELS:
        return None
    if not -_LARGEST_EXPONENT <= sampled.exponent <= _LARGEST_EXPONENT:
        return None
    if factor != 1.0 or offset or sampled.exponent:
        number = round(number * 10.0**sampled.exponent * factor + offset, 6)  # 12.345 kWh are 12345 Wh
    return number if number >= measurand.lowest else None


def number_of(value: object) -> float | None:
    """Return a number that may have come as text, with a comma perhaps; None if it is none."""
    if isinstance(value, str):
        value = value.strip().replace(",", ".")
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def _chosen(found: _Found, stamp: Stamp) -> Iterable[MeterSample]:
    best: dict[Quantity, MeterSample] = {}
    for (quantity, context), phases in found.items():
        value = phases[None] if None in phases else _COMBINE[quantity](phases)  # type: ignore[arg-type]
        if value is None:
            continue
        kept = best.get(quantity)
        if kept is None or _RANK[context] < _RANK[kept.context]:
            best[quantity] = MeterSample(quantity, stamp, value, context)
    return best.values()


_COMBINE: dict[Quantity, Combine] = {measurand.quantity: measurand.combine for measurand in MEASURANDS.values()}
