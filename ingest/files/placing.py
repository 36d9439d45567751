"""Where stretches of a load profile go among the readings that a series has already.

A stretch becomes positions of the meter's register, so that one rule counts them all. It goes on from a
reading that stands at its first border; else it begins at 0, and what lies before is *interrupted*. At its
end it meets what follows by an *exchange* where a reading stands at that very border, else by another
interruption. So every interval comes to exactly what the file says, and what no file tells is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.work import MeterEventKind
from energy.register_walk import all_thousandths
from energy.series import Instants, Samples
from ingest.files.shaping import Stretch


@dataclass(frozen=True, slots=True)
class Joint:
    """A booking that joins a stretch to what stands beside it; values in thousandths of the unit."""

    kind: MeterEventKind
    at_ms: int
    start: int
    end: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Readings to be added (in thousandths of the unit), bookings to be made, and borders that stood there before."""

    at_ms: Instants
    thousandths: NDArray[np.int64]
    quality: NDArray[np.uint8]
    joints: tuple[Joint, ...]
    leans_on: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """From when until when a series has readings already that say something else."""

    start_ms: int
    end_ms: int


@dataclass(slots=True)
class Standing:
    """The readings of a series, ascending, and the ends and interruptions that are booked about it."""

    at_ms: Instants
    thousandths: NDArray[np.int64]
    ends: dict[int, int] = field(default_factory=dict)
    interrupted: set[int] = field(default_factory=set)
    known: int = 0

    @classmethod
    def of(cls, samples: Samples, ends: dict[int, int], interrupted: set[int]) -> Standing:
        """Return what stands there."""
        return cls(samples.at_ms, all_thousandths(samples.value), dict(ends), set(interrupted))

    def place(self, stretch: Stretch) -> list[Placed] | Clash:
        """Return what is to be added so that a stretch stands there too, and let it stand here already.

        Intervals that stand there with the same amount are `known`; where readings say otherwise it is a clash.
        """
        new = ~self._stands(stretch)
        self.known += int((~new).sum())
        placed: list[Placed] = []
        borders = np.flatnonzero(np.diff(np.concatenate([[0], new.astype(np.int8), [0]])))
        for first, last in borders.reshape(-1, 2).tolist():
            part = self._part(stretch, first, last)
            if isinstance(part, Clash):
                return part
            placed.append(part)
        return placed

    def _stands(self, stretch: Stretch) -> NDArray[np.bool_]:
        """Return which intervals are counted already as the stretch says."""
        there, start = self._values(stretch.at_ms)
        end, ended = start.copy(), there.copy()
        for row in np.flatnonzero(there).tolist():
            at_ms = int(stretch.at_ms[row])
            if at_ms in self.ends:
                end[row] = self.ends[at_ms]
            elif at_ms in self.interrupted:
                ended[row] = False
        same = (end[1:] - start[:-1]) == np.diff(stretch.thousandths)
        stands: NDArray[np.bool_] = there[:-1] & ended[1:] & same & ~self._between(stretch.at_ms)
        return stands

    def _between(self, borders: Instants) -> NDArray[np.bool_]:
        """Return between which borders readings stand."""
        after = np.searchsorted(self.at_ms, borders[:-1], side="right")
        before = np.searchsorted(self.at_ms, borders[1:], side="left")
        found: NDArray[np.bool_] = before > after
        return found

    def _values(self, at_ms: Instants) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        if not len(self.at_ms):
            return np.zeros(len(at_ms), np.bool_), np.zeros(len(at_ms), np.int64)
        place = np.minimum(np.searchsorted(self.at_ms, at_ms), len(self.at_ms) - 1)
        there: NDArray[np.bool_] = self.at_ms[place] == at_ms
        return there, np.where(there, self.thousandths[place], 0)

    def _part(self, stretch: Stretch, first: int, last: int) -> Placed | Clash:
        borders = stretch.at_ms[first : last + 1]
        begin_ms, end_ms = int(borders[0]), int(borders[-1])
        inside = slice(*np.searchsorted(self.at_ms, [begin_ms + 1, end_ms]).tolist())
        if inside.stop > inside.start:
            return Clash(int(self.at_ms[inside][0]), int(self.at_ms[inside][-1]))
        (goes_on, meets), (start, following) = self._values(np.array([begin_ms, end_ms]))
        if goes_on and meets and end_ms not in self.interrupted:
            return Clash(begin_ms, end_ms)
        counted = stretch.thousandths[first : last + 1] - stretch.thousandths[first] + (int(start) if goes_on else 0)
        joints = [] if goes_on else self._begin(begin_ms)
        joints += self._end(end_ms, int(counted[-1]), int(following) if meets else None)
        added = slice(1 if goes_on else 0, -1 if meets else None)
        leans_on = ((begin_ms,) if goes_on else ()) + ((end_ms,) if meets else ())
        quality = stretch.quality[first : last + 1]
        placed = Placed(borders[added], counted[added], quality[added], tuple(joints), leans_on)
        self._take(placed)
        return placed

    def _begin(self, begin_ms: int) -> list[Joint]:
        if not len(self.at_ms) or self.at_ms[0] > begin_ms:
            return []
        return [Joint(MeterEventKind.INTERRUPTION, begin_ms, 0)]

    def _end(self, end_ms: int, counted: int, following: int | None) -> list[Joint]:
        if following is not None:
            return [Joint(MeterEventKind.EXCHANGE, end_ms, following, counted)]
        place = int(np.searchsorted(self.at_ms, end_ms))
        if place == len(self.at_ms):
            return []
        next_ms = int(self.at_ms[place])
        if next_ms in self.interrupted or next_ms in self.ends:
            return []
        return [Joint(MeterEventKind.INTERRUPTION, next_ms, int(self.thousandths[place]))]

    def _take(self, placed: Placed) -> None:
        at_ms = np.concatenate([self.at_ms, placed.at_ms])
        order = np.argsort(at_ms, kind="stable")
        self.at_ms = at_ms[order]
        self.thousandths = np.concatenate([self.thousandths, placed.thousandths])[order]
        for joint in placed.joints:
            if joint.end is None:
                self.interrupted.add(joint.at_ms)
            else:
                self.ends[joint.at_ms] = joint.end
