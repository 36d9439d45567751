"""The energy of charge sessions by quarter hours: what the outlet's register counted in them, to the last mWh."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.facts import ChargeSession
from energy.positions import SLOT_MS
from energy.register_walk import epoch_ms
from energy.series import Amounts, Instants
from energy.slots import slot_of


@dataclass(frozen=True, slots=True, eq=False)
class Charge:
    """The energy of one session: `thousandths` (mWh) in each quarter hour that begins at `start_ms`."""

    session: str
    start_ms: Instants
    thousandths: NDArray[np.int64]

    @property
    def total(self) -> int:
        """Return the energy of the session in mWh."""
        return int(self.thousandths.sum())


def charges_of(
    sessions: Sequence[ChargeSession], slots: Mapping[str, Amounts], now_utc: datetime
) -> tuple[Charge, ...]:
    """Return the energy of sessions by quarter hours; those without a known energy are left out.

    `slots` is what each outlet (source id) counted. A session's parts always add up to its energy: they
    follow what the outlet counted, evenly where that is not known. Where several sessions of an outlet lie
    in one quarter hour, each has the part of it that it lasted.
    """
    spans = {session.id: _span(session, now_utc) for session in sessions}
    busy_ms: Counter[tuple[str, int]] = Counter()
    for session in sessions:
        start_ms, lasted_ms = spans[session.id]
        busy_ms.update({(session.source, at): lasted for at, lasted in zip(start_ms, lasted_ms, strict=True)})
    found = []
    for session in sessions:
        if session.energy_wh is not None:
            start_ms, lasted_ms = spans[session.id]
            parts = [
                lasted / max(busy_ms[session.source, at], 1) for at, lasted in zip(start_ms, lasted_ms, strict=True)
            ]
            weights = _counted(slots.get(session.source), start_ms) * np.array(parts)
            weights = weights if weights.sum() > 0 else np.array(lasted_ms, np.float64)
            energy = round(session.energy_wh * 1000)
            found.append(Charge(session.id, np.array(start_ms, np.int64), _split(energy, weights)))
    return tuple(found)


def by_day(charges: Sequence[Charge], borders_ms: Instants) -> NDArray[np.int64]:
    """Return the energy (mWh) of all charges in each day between two of `borders_ms`; what lies outside is left out."""
    sums = np.zeros(len(borders_ms) - 1, np.int64)
    for charge in charges:
        day = np.searchsorted(borders_ms, charge.start_ms, side="right") - 1
        inside = (day >= 0) & (day < len(sums))
        np.add.at(sums, day[inside], charge.thousandths[inside])
    return sums


def _span(session: ChargeSession, now_utc: datetime) -> tuple[list[int], list[int]]:
    """Return the quarter hours that a session lasted in, and how long in each; a moment at the least."""
    begin_ms = epoch_ms(session.begun_at_utc)
    end_ms = max(epoch_ms(session.ended_at_utc or now_utc), begin_ms + 1)
    starts = list(range(slot_of(begin_ms), end_ms, SLOT_MS))
    return starts, [min(at + SLOT_MS, end_ms) - max(at, begin_ms) for at in starts]


def _counted(slots: Amounts | None, start_ms: Sequence[int]) -> NDArray[np.float64]:
    """Return what an outlet counted in quarter hours, 0 where that is not known."""
    wanted = np.array(start_ms, np.int64)
    if slots is None or not len(slots):
        return np.zeros(len(wanted))
    row = np.minimum(np.searchsorted(slots.start_ms, wanted), len(slots) - 1)
    known = slots.start_ms[row] == wanted
    return np.where(known, np.maximum(slots.thousandths[row], 0), 0).astype(np.float64)


def _split(whole: int, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whole numbers in proportion to weights that add up to `whole`."""
    until = np.floor(whole * (np.cumsum(weights) / weights.sum())).astype(np.int64)
    until[-1] = whole
    parts: NDArray[np.int64] = np.diff(until, prepend=0)
    return parts
