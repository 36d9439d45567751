"""The rows of one series put in order: registers as they are, intervals as stretches without a gap."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.imports import RowProblem
from core.texts import Finding
from energy.series import Instants
from ingest.files.taking import MICRO

_MILLI: Final = MICRO // 1000


@dataclass(frozen=True, slots=True, eq=False)
class Shaped:
    """Sound rows by instant (of intervals: their begin), values in millionths, and the rows that are wrong.

    `falls` are steps at which the values are lower than before.
    """

    at_ms: Instants
    micro: NDArray[np.int64]
    quality: NDArray[np.uint8]
    problems: tuple[RowProblem, ...] = ()
    repeated: int = 0

    @property
    def falls(self) -> int:
        """Return how often a value is lower than the one before."""
        return int((np.diff(self.micro) < 0).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Intervals that follow each other without a gap: positions at all their borders, the first one 0.

    `thousandths` is what was counted up to each border, `quality` how the interval that ends there is known.
    """

    at_ms: Instants
    thousandths: NDArray[np.int64]
    quality: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Gap:
    """Intervals that should be there: from when until when, and how many."""

    start_ms: int
    end_ms: int
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """The stretches of a load profile, what is missing between them, and its rows that are wrong."""

    stretches: tuple[Stretch, ...]
    gaps: tuple[Gap, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    repeated: int = 0
    total: int = field(default=0)


def in_order(rows: NDArray[np.void]) -> Shaped:
    """Return the rows of a series by instant, each instant once; a second row that says otherwise is wrong."""
    rows = rows[np.argsort(rows["at_ms"], kind="stable")]
    again = np.zeros(len(rows), np.bool_)
    again[1:] = rows["at_ms"][1:] == rows["at_ms"][:-1]
    if not again.any():
        return Shaped(rows["at_ms"].copy(), rows["micro"].copy(), rows["quality"].copy())
    first = np.maximum.accumulate(np.where(again, 0, np.arange(len(rows))))
    differs = again & (rows["micro"] != rows["micro"][first])
    problems = tuple(
        RowProblem(int(rows["line"][row]), "", "", Finding.of("imports.row.double", line=int(rows["line"][first[row]])))
        for row in np.flatnonzero(differs).tolist()
    )
    kept = rows[~again]
    repeated = int(again.sum()) - len(problems)
    return Shaped(kept["at_ms"].copy(), kept["micro"].copy(), kept["quality"].copy(), problems, repeated)


def as_profile(rows: NDArray[np.void], step_ms: int) -> Profile:
    """Return intervals of one length as stretches; those that do not begin on its grid are wrong."""
    off = rows["at_ms"] % step_ms != 0
    wrong = tuple(
        RowProblem(int(line), "", "", Finding.of("imports.row.off_grid", minutes=step_ms // 60_000))
        for line in rows["line"][off].tolist()
    )
    shaped = in_order(rows[~off])
    problems = (*wrong, *shaped.problems)
    if not len(shaped.at_ms):
        return Profile((), problems=problems, repeated=shaped.repeated)
    breaks = np.flatnonzero(np.diff(shaped.at_ms) != step_ms) + 1
    gaps = tuple(_gap(shaped.at_ms, place, step_ms) for place in breaks.tolist())
    parts = np.split(np.arange(len(shaped.at_ms)), breaks)
    stretches = tuple(_stretch(shaped, part, step_ms) for part in parts)
    total = sum(int(stretch.thousandths[-1]) for stretch in stretches)
    return Profile(stretches, gaps, problems, shaped.repeated, total)


def _gap(at_ms: Instants, place: int, step_ms: int) -> Gap:
    start, end = int(at_ms[place - 1]) + step_ms, int(at_ms[place])
    return Gap(start, end, (end - start) // step_ms)


def _stretch(shaped: Shaped, part: NDArray[np.intp], step_ms: int) -> Stretch:
    at_ms, quality = shaped.at_ms[part], shaped.quality[part]
    counted = np.concatenate([[0], np.cumsum(shaped.micro[part])])
    # What is counted is rounded, not what each interval adds: so nothing is lost on the way.
    thousandths = (counted + _MILLI // 2) // _MILLI
    borders = np.append(at_ms, at_ms[-1] + step_ms)
    return Stretch(borders, thousandths, np.concatenate([quality[:1], quality]))
