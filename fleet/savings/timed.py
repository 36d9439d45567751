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


def rows_of(first: NDArray[np.int64], last: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Return where spans of rows begin when set one after the other, and which rows these are."""
    counts = last - first
    begins = np.cumsum(counts) - counts
    return begins, np.arange(int(counts.sum())) + np.repeat(first - begins, counts)


def grid_of(charged: Numbers, pv: Numbers, first: NDArray[np.int64], pv_mwh: Numbers, known: Flags) -> Numbers:
    """Return what sessions drew from the grid in their quarter hours, which begin at `first`; all in mWh.

    As in `session_slots`, `pv_mwh` is told of each session, and `pv` says in which quarter hours, where `known`.
    """
    if not len(first):
        return charged
    counts = np.diff(np.append(first, len(charged)))
    charged = np.maximum(charged, 0)
    as_told = known & (np.add.reduceat(pv, first) == pv_mwh)
    whole = np.repeat(np.maximum(np.add.reduceat(charged, first), 1), counts)
    shared = charged * np.repeat(pv_mwh, counts) // whole
    pv = np.where(np.repeat(as_told, counts), pv, shared)
    return charged - np.where(np.repeat(pv_mwh > 0, counts), np.minimum(pv, charged), 0)


def timed_of(sessions: Iterable[SessionSlots], intensity: SlotIntensity) -> TimedUsed:
    """Return what sessions drew from the grid in the quarter hours of a month, with the intensity of each."""
    return timed_by({"": tuple(sessions)}, intensity)[""]


@dataclass(frozen=True, slots=True, eq=False)
class SlotRows:
    """Grid electricity (mWh) of many sessions by quarter hours, one session's after another's, each with one at least.

    The quarter hours of a session begin at `first`; those of an owner's sessions stand together, as many of them as
    `owned` says of it.
    """

    sessions: Sequence[str]
    owned: Mapping[str, int]
    first: NDArray[np.int64]
    start_ms: Instants
    grid: Numbers

    @classmethod
    def of(cls, sessions: Mapping[str, Sequence[SessionSlots]]) -> SlotRows:
        """Return the sessions of several owners as rows."""
        every = [each for own in sessions.values() for each in own]
        nothing = np.zeros(0, np.int64)
        return cls(
            sessions=[each.session for each in every],
            owned={owner: len(own) for owner, own in sessions.items()},
            first=np.cumsum([0, *(len(each.start_ms) for each in every)][:-1] if every else [], dtype=np.int64),
            start_ms=np.concatenate([nothing, *(each.start_ms for each in every)]),
            grid=np.concatenate([nothing, *(each.grid for each in every)]),
        )


def timed_by(sessions: Mapping[str, Sequence[SessionSlots]], intensity: SlotIntensity) -> dict[str, TimedUsed]:
    """Return the same by vehicle."""
    return timed_rows(SlotRows.of(sessions), intensity)


def timed_rows(rows: SlotRows, intensity: SlotIntensity) -> dict[str, TimedUsed]:
    """Return the same of rows: a large fleet has a million quarter hours a year, which are looked at together."""
    sums = _session_sums(rows, intensity)
    ends = np.cumsum(list(rows.owned.values()), dtype=np.int64)
    told = list(map(_Told._make, sums.T.tolist()))
    running = np.concatenate([np.zeros((len(sums), 1), np.int64), np.cumsum(sums, axis=1)], axis=1)
    found, begin = {}, 0
    for owner, end in zip(rows.owned, ends.tolist(), strict=True):
        whole = _Told._make((running[:, end] - running[:, begin]).tolist())
        found[owner] = _used(whole, zip(rows.sessions[begin:end], told[begin:end], strict=True), intensity.series)
        begin = end
    return found


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


def _session_sums(rows: SlotRows, intensity: SlotIntensity) -> NDArray[np.int64]:
    """Return what sessions come to, a row for each field of `_Told`."""
    if not rows.sessions:
        return np.zeros((len(_Told._fields), 0), np.int64)
    mg_per_kwh, inside, foretold = intensity.at(rows.start_ms)
    drawing = inside & (rows.grid > 0)
    known = drawing & (mg_per_kwh != UNKNOWN)
    with_it, mg_per_kwh = np.where(known, rows.grid, 0), np.where(known, mg_per_kwh, 0)
    millions, rest = np.divmod(with_it, _MILLION)
    missing = drawing & ~known
    columns = (
        known,
        with_it,
        millions * mg_per_kwh,
        rest * mg_per_kwh,
        missing,
        np.where(missing, rows.grid, 0),
        np.where(foretold, with_it, 0),
    )
    return np.stack([np.add.reduceat(column.astype(np.int64), rows.first) for column in columns])


def _used(whole: _Told, told: Iterable[tuple[str, _Told]], series: SeriesUsed) -> TimedUsed:
    return TimedUsed(
        series=series.id,
        boundary=series.boundary,
        grid_wh=_exact(whole.grid, 3),
        co2e_g=_exact(whole.grams, 9),
        slots=whole.slots,
        missing_slots=whole.missing_slots,
        missing_wh=_exact(whole.missing, 3),
        forecast_wh=_exact(whole.forecast, 3),
        sessions=tuple(
            TimedSession(id=session, slots=each.slots, grid_wh=_exact(each.grid, 3), co2e_g=_exact(each.grams, 9))
            for session, each in told
            if each.slots
        ),
    )


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
