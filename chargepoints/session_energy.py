"""From the register values of one transaction to its energy, with a finding for every repair.

What counts is the difference between the registers at begin and end. Known traps, each with its
rule: a start that says 0 while the dial stands elsewhere; a stop that says 0 and leaves the value
to its samples; a register that falls to 0 and counts on; a lifetime register taken for the
session's energy; kWh said to be Wh. Limits are absolute: the outlet's power, for as long as the transaction
took, and what the largest battery takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from core.readings import ReadingQuality
from core.texts import Finding
from energy.registers import RegisterRules, Step, count, epoch_ms

GENEROUS_POWER_W = 400_000.0
"""What no outlet of a district exceeds: the limit where the inventory names none."""

LARGEST_BATTERY_WH = 1_000_000.0
"""What nothing that drives takes at once: the limit where no clock tells how long it took."""

_CLOCK_TOLERANCE = timedelta(minutes=2)
_HOUR = timedelta(hours=1)
_RESOLUTION_WH = 1.0
_MWH_DECIMALS = 3
_CONFIRMING = 2
_KILO = 1000.0
_WORK_WH = 500.0
_SURELY_WH = 10_000.0


class Position(NamedTuple):
    """A register value at an instant."""

    at_utc: datetime
    value_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """What is known of a transaction's register.

    `starts` and `stops` are what the station says of begin and end, best first; `samples` lie in
    between, in order of time. `trusted`: begin and end are the station's own instants. `work_wh` is what the powers
    that were measured come to, None where there are too few.
    """

    begun_at_utc: datetime
    ended_at_utc: datetime | None
    starts: tuple[float, ...]
    stops: tuple[float, ...]
    samples: tuple[Position, ...]
    trusted: bool
    max_power_w: float
    work_wh: float | None = None


@dataclass(frozen=True, slots=True)
class Energy:
    """Registers at both ends and the energy between; what is None cannot be told. `findings` say why."""

    start_wh: float | None = None
    stop_wh: float | None = None
    energy_wh: float | None = None
    quality: ReadingQuality = ReadingQuality.MEASURED
    findings: tuple[Finding, ...] = ()

    def repaired(self, finding: Finding) -> Energy:
        """Return the same, marked as recovered by what `finding` says."""
        return replace(self, quality=ReadingQuality.RECOVERED, findings=(*self.findings, finding))


def energy_of(registers: Registers) -> Energy:
    """Return the energy of a transaction, so far while it runs."""
    in_wh = _dial_in_wh(registers)
    energy = _reckoned(in_wh or registers)
    return energy.repaired(Finding.of("session.register_in_kwh")) if in_wh else energy


def _reckoned(registers: Registers) -> Energy:
    energy = _with_start(registers, Energy())
    energy = _with_stop(registers, energy)
    return _plausible(registers, _in_wh(registers, _with_difference(registers, energy)))


def _dial_in_wh(registers: Registers) -> Registers | None:
    """Return registers in Wh whose samples are in kWh, as both ends tell; None where they are not."""
    if not (registers.starts and registers.stops and registers.samples) or registers.starts[0] < _SURELY_WH:
        return None
    lowest, highest = registers.starts[0] / _KILO - 1, registers.stops[0] / _KILO + 1
    if not all(lowest <= sample.value_wh <= highest for sample in registers.samples):
        return None
    samples = tuple(Position(sample.at_utc, sample.value_wh * _KILO) for sample in registers.samples)
    return replace(registers, samples=samples)


def _in_wh(registers: Registers, energy: Energy) -> Energy:
    """Return an energy in Wh where all of the register is in kWh, as the powers tell that were measured."""
    said, work_wh = energy.energy_wh, registers.work_wh
    if not said or work_wh is None or work_wh < _WORK_WH or not _KILO / 2 <= work_wh / said <= _KILO * 2:
        return energy
    start, stop = energy.start_wh, energy.stop_wh
    return replace(
        energy,
        start_wh=None if start is None else start * _KILO,
        stop_wh=None if stop is None else stop * _KILO,
        energy_wh=_exact(said * _KILO),
    ).repaired(Finding.of("session.register_in_kwh"))


def _with_start(registers: Registers, energy: Energy) -> Energy:
    if not registers.starts:
        if not registers.samples:
            return energy
        first = registers.samples[0].value_wh
        return replace(energy, start_wh=first).repaired(Finding.of("session.start_register_missing"))
    start = registers.starts[0]
    following = next((sample for sample in registers.samples if sample.value_wh > 0), None)
    if start == 0 and following is not None and _jumps(registers, following):
        better = next((value for value in registers.starts if value > 0), following.value_wh)
        return replace(energy, start_wh=better).repaired(Finding.of("session.start_register_zero"))
    return replace(energy, start_wh=start)


def _jumps(registers: Registers, following: Position) -> bool:
    """Return whether the register cannot have counted from 0 to the first sample: 0 was no reading of the dial."""
    return following.value_wh > _limit_wh(registers, following.at_utc)


def _with_stop(registers: Registers, energy: Energy) -> Energy:
    last = registers.samples[-1].value_wh if registers.samples else None
    if registers.ended_at_utc is None:
        return replace(energy, stop_wh=last)
    if not registers.stops:
        finding = Finding.of("session.stop_register_missing")
        return energy.repaired(finding) if last is None else replace(energy, stop_wh=last).repaired(finding)
    stop, start = registers.stops[0], energy.start_wh
    if start is None or stop >= start:
        return replace(energy, stop_wh=stop)
    others = [value for value in (*registers.stops[1:], *(() if last is None else (last,))) if value >= start]
    if not others:
        return replace(energy, stop_wh=stop)
    return replace(energy, stop_wh=others[0]).repaired(Finding.of("session.stop_register_replaced", said_wh=stop))


def _with_difference(registers: Registers, energy: Energy) -> Energy:
    start, stop = energy.start_wh, energy.stop_wh
    if start is None or stop is None:
        return energy
    if _falls(start, stop, registers.samples):
        counted_wh = _counted_over_resets(registers, start, stop)
        if counted_wh is not None:
            return replace(energy, energy_wh=_exact(counted_wh)).repaired(Finding.of("session.register_reset"))
        if stop < start:
            return energy.repaired(Finding.of("session.register_fell", start_wh=start, stop_wh=stop))
        energy = energy.repaired(Finding.of("session.register_uneven"))
    return replace(energy, energy_wh=_exact(max(stop - start, 0.0)))  # a fraction of a Wh lower is no fall


def _exact(energy_wh: float) -> float:
    """Return an energy in whole mWh: the difference of two large registers has digits that no dial has."""
    return round(energy_wh, _MWH_DECIMALS)


def _falls(start: float, stop: float, samples: Sequence[Position]) -> bool:
    values = [start, *(sample.value_wh for sample in samples if sample.value_wh or not start), stop]
    return any(after < before - _RESOLUTION_WH for before, after in pairwise(values))


def _counted_over_resets(registers: Registers, start: float, stop: float) -> float | None:
    """Return what the register counted if it fell to about 0 and counted on, None if that is not what happened."""
    end = registers.ended_at_utc or registers.samples[-1].at_utc
    positions = [Position(registers.begun_at_utc, start), *registers.samples, Position(end, stop)]
    positions.sort(key=lambda position: position.at_utc)
    rules = RegisterRules(
        resolution=_RESOLUTION_WH,
        max_rate_per_h=registers.max_power_w,
        near_zero=min(start, registers.max_power_w / 60),
        confirm=_CONFIRMING,
    )
    counted = count(
        [epoch_ms(position.at_utc) for position in positions], [position.value_wh for position in positions], rules
    )
    return counted.total if Step.RESET in counted.steps else None


def _plausible(registers: Registers, energy: Energy) -> Energy:
    """Withhold an energy that the outlet cannot have given in the time, or that no battery takes."""
    if energy.energy_wh is None:
        return energy
    end = registers.ended_at_utc or (registers.samples[-1].at_utc if registers.samples else registers.begun_at_utc)
    limit_wh = min(_limit_wh(registers, end), LARGEST_BATTERY_WH) if registers.trusted else LARGEST_BATTERY_WH
    if energy.energy_wh <= limit_wh:
        return energy
    finding = Finding.of("session.energy_implausible", energy_wh=round(energy.energy_wh), limit_wh=round(limit_wh))
    return replace(energy, energy_wh=None).repaired(finding)


def _limit_wh(registers: Registers, until_utc: datetime) -> float:
    return registers.max_power_w * ((until_utc - registers.begun_at_utc + _CLOCK_TOLERANCE) / _HOUR)
