"""Grid electricity by quarter hours, each with the grid's intensity in it: of sessions, and of a vehicle's month.

    grams = Σ (charged - roof power) × intensity of the quarter hour

Amounts are whole thousandths (mWh, mg/kWh) until the end, so nothing is lost. Only quarter hours within the month
count; one without an intensity is counted beside the others and left to the year's average.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.exact import sum_of
from core.factors import Boundary
from core.texts import Finding
from energy.positions import SLOT_MS
from energy.series import Instants
from fleet.savings.emission_terms import Timed
from fleet.sessions.charges import Charge

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

UNKNOWN: Final = -1
THOUSAND: Final = 1_000
_MILLION: Final = 1_000_000
ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesUsed:
    """A series of the grid's intensity as it was in a month: what it counts, its values and a digest of them."""

    boundary: Boundary
    id: str
    values: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCourse:
    """Which series of the grid's intensity a month takes, and within which boundary there is none, for what reason."""

    series: tuple[SeriesUsed, ...] = ()
    reasons: Mapping[Boundary, Finding] = field(default_factory=dict, hash=False)

    def why_not(self, boundary: Boundary) -> Finding | None:
        """Return why nothing is resolved by quarter hours within a boundary, None where it is."""
        if any(each.boundary.whole is boundary.whole for each in self.series):
            return None
        return self.reasons.get(boundary) or Finding.of("emissions.no_series")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedSession:
    """Grid electricity of a session's quarter hours in the month, as far as their intensity is known."""

    id: str
    slots: int
    grid_wh: Decimal
    co2e_g: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedUsed:
    """A vehicle's grid electricity by quarter hours with the intensities of `series`.

    `missing_slots` with `missing_wh` have none. Of `grid_wh`, `forecast_wh` has one that was only forecast.
    """

    series: str
    boundary: Boundary
    grid_wh: Decimal
    co2e_g: Decimal
    slots: int
    missing_slots: int = 0
    missing_wh: Decimal = ZERO
    forecast_wh: Decimal = ZERO
    sessions: tuple[TimedSession, ...] = ()

    @property
    def timed(self) -> Timed:
        """Return it as a calculation takes it."""
        return Timed(
            boundary=self.boundary,
            grid_wh=Fraction(self.grid_wh),
            grams=Fraction(self.co2e_g),
            slots=self.slots,
            missing_slots=self.missing_slots,
            missing_wh=Fraction(self.missing_wh),
        )


@dataclass(frozen=True, slots=True, eq=False)
class SessionSlots:
    """A session's electricity from grid and roof by quarter hours, in mWh."""

    session: str
    start_ms: Instants
    grid: Numbers
    pv: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class SlotIntensity:
    """The grid's intensity in mg/kWh (`UNKNOWN`: there is none) in the quarter hours from `begin_ms` on."""

    series: SeriesUsed
    begin_ms: int
    mg_per_kwh: Numbers
    forecast: Flags

    def at(self, start_ms: Instants) -> tuple[Numbers, Flags, Flags]:
        """Return the intensities of quarter hours, which of these lie in the period, and which are only forecast."""
        row = (start_ms - self.begin_ms) // SLOT_MS
        inside = (row >= 0) & (row < len(self.mg_per_kwh))
        row = np.where(inside, row, 0)
        return np.where(inside, self.mg_per_kwh[row], UNKNOWN), inside, inside & self.forecast[row]


def session_slots(charge: Charge, pv_wh: Decimal | None, pv: Numbers | None) -> SessionSlots:
    """Return a session's electricity by quarter hours, of which `pv_wh` was roof power (None: not known, so none).

    `pv` says in which of them; where it does not come to `pv_wh`, that is shared out by what was charged in each.
    """
    charged = np.maximum(charge.thousandths, 0)
    wanted = 0 if pv_wh is None else int(pv_wh.scaleb(3))
    if not wanted:
        return SessionSlots(charge.session, charge.start_ms, charged, np.zeros_like(charged))
    if pv is None or int(pv.sum()) != wanted:
        pv = charged * wanted // max(int(charged.sum()), 1)
    pv = np.minimum(pv, charged)
    return SessionSlots(charge.session, charge.start_ms, charged - pv, pv)


def timed_of(sessions: Iterable[SessionSlots], intensity: SlotIntensity) -> TimedUsed:
    """Return what sessions drew from the grid in the quarter hours of a month, with the intensity of each."""
    return timed_by({"": tuple(sessions)}, intensity)[""]


def timed_by(sessions: Mapping[str, Sequence[SessionSlots]], intensity: SlotIntensity) -> dict[str, TimedUsed]:
    """Return the same by vehicle: a large fleet has a million quarter hours a year, which are looked at together."""
    every = [each for of_vehicle in sessions.values() for each in of_vehicle]
    told = iter(zip(every, _session_sums(every, intensity), strict=True))
    return {vehicle: _used(list(islice(told, len(own))), intensity.series) for vehicle, own in sessions.items()}


class _Told(NamedTuple):
    """What a session comes to: energies in mWh, and their products with mg/kWh in two parts."""

    slots: int
    grid: int
    millions: int
    rest: int
    missing_slots: int
    missing: int
    forecast: int

    @property
    def grams(self) -> int:
        """Return mWh times mg/kWh: so many billionths of a gram."""
        return self.millions * _MILLION + self.rest


def _session_sums(sessions: Sequence[SessionSlots], intensity: SlotIntensity) -> list[_Told]:
    if not sessions:
        return []
    start_ms = np.concatenate([each.start_ms for each in sessions])
    grid = np.concatenate([each.grid for each in sessions])
    mg_per_kwh, inside, foretold = intensity.at(start_ms)
    drawing = inside & (grid > 0)
    known = drawing & (mg_per_kwh != UNKNOWN)
    with_it, mg_per_kwh = np.where(known, grid, 0), np.where(known, mg_per_kwh, 0)
    millions, rest = np.divmod(with_it, _MILLION)
    missing = drawing & ~known
    columns = (
        known,
        with_it,
        millions * mg_per_kwh,
        rest * mg_per_kwh,
        missing,
        np.where(missing, grid, 0),
        np.where(foretold, with_it, 0),
    )
    firsts = np.cumsum([0, *(len(each.start_ms) for each in sessions[:-1])])
    sums = [np.add.reduceat(column.astype(np.int64), firsts).tolist() for column in columns]
    return [_Told(*row) for row in zip(*sums, strict=True)]


def _used(told: Sequence[tuple[SessionSlots, _Told]], series: SeriesUsed) -> TimedUsed:
    sums = _Told(*(sum(column) for column in zip(*(each for _, each in told), strict=True))) if told else _NOTHING
    return TimedUsed(
        series=series.id,
        boundary=series.boundary,
        grid_wh=_exact(sums.grid, 3),
        co2e_g=_exact(sums.grams, 9),
        slots=sums.slots,
        missing_slots=sums.missing_slots,
        missing_wh=_exact(sums.missing, 3),
        forecast_wh=_exact(sums.forecast, 3),
        sessions=tuple(
            TimedSession(
                id=session.session, slots=each.slots, grid_wh=_exact(each.grid, 3), co2e_g=_exact(each.grams, 9)
            )
            for session, each in told
            if each.slots
        ),
    )


_NOTHING: Final = _Told(0, 0, 0, 0, 0, 0, 0)


def timed_sum(courses: Iterable[tuple[Instants, Numbers]], intensity: SlotIntensity) -> Timed:
    """Return what energies by quarter hours (mWh) come to with the intensity of each."""
    slots, missing_slots, energy, missing, grams = 0, 0, 0, 0, ZERO
    for start_ms, thousandths in courses:
        mg_per_kwh, _, _ = intensity.at(start_ms)
        drawing = thousandths > 0
        known = drawing & (mg_per_kwh != UNKNOWN)
        slots += int(known.sum())
        missing_slots += int(drawing.sum()) - int(known.sum())
        energy += int(thousandths[known].sum())
        missing += int(thousandths[drawing & ~known].sum())
        grams = sum_of((grams, grams_of(thousandths[known], mg_per_kwh[known])))
    return Timed(
        boundary=intensity.series.boundary,
        grid_wh=Fraction(energy, THOUSAND),
        grams=Fraction(grams),
        slots=slots,
        missing_slots=missing_slots,
        missing_wh=Fraction(missing, THOUSAND),
    )


def grams_of(thousandths: Numbers, mg_per_kwh: Numbers) -> Decimal:
    """Return what energies (mWh) with their intensities come to, exactly: however large, nothing overflows."""
    millions, rest = np.divmod(thousandths, _MILLION)
    return _exact(int((millions * mg_per_kwh).sum()) * _MILLION + int((rest * mg_per_kwh).sum()), 9)


def _exact(number: int, places: int) -> Decimal:
    """Return a whole number of such parts of ten as a decimal, without zeros at its end."""
    while places and not number % 10:
        number, places = number // 10, places - 1
    return Decimal(number).scaleb(-places)
