"""Whose roof power was whose: what was used of it in each quarter hour, shared out over all loads to the last mWh.

Each kWh that a roof makes is counted once: it was used by one of the loads, stored or fed in. What is
made in a quarter hour is never set against what is used in another one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.fleet import PvAllocation
from energy.loads import Numbers

_INT64_BITS = 62


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Allocation:
    """Roof power by load in each quarter hour, in thousandths of Wh.

    `pv_of` and `grid_of` add up to each load. What was made is the sum of `pv_of`, `stored`, `exported` and
    `identity_error`: that is 0 unless meters contradict each other, as when more is fed in than is made.
    """

    method: PvAllocation
    pv_of: Mapping[str, Numbers]
    grid_of: Mapping[str, Numbers]
    stored: Numbers
    exported: Numbers
    identity_error: Numbers

    @property
    def used(self) -> Numbers:
        """Return what all loads used of it."""
        return sum(self.pv_of.values(), np.zeros(len(self.stored), np.int64))


def allocate(
    pv: Numbers,
    export: Numbers | None,
    loads: Mapping[str, Numbers],
    method: PvAllocation = PvAllocation.PRO_RATA,
    *,
    stored: Numbers | None = None,
    last: Collection[str] = (),
) -> Allocation:
    """Return whose the roof power was, of what was made, fed in (None: nothing counts it), stored and used.

    What is used is `pv` - `export` - `stored`, without a count of what is fed in the smaller one of what was made
    and all loads. `pro_rata` shares it out by load; `surplus_first` gives the loads of `last` only what the others
    leave over. A load below 0 gets nothing. All numbers are integers in thousandths of Wh.
    """
    drawn = {key: np.maximum(load, 0) for key, load in loads.items()}
    kept = np.zeros(len(pv), np.int64) if stored is None else stored
    whole = sum(drawn.values(), np.zeros(len(pv), np.int64))
    used = np.clip(pv - kept - (0 if export is None else export), 0, whole)
    given = pv - kept - used if export is None else export
    surplus_for = frozenset(last) if method is PvAllocation.SURPLUS_FIRST else frozenset[str]()
    pv_of = _shared(used, pv - kept, drawn, surplus_for)
    return Allocation(
        method=method,
        pv_of=pv_of,
        grid_of={key: load - pv_of[key] for key, load in loads.items()},
        stored=kept,
        exported=given,
        identity_error=pv - kept - given - used,
    )


def split(whole: Numbers, weights: Sequence[Numbers]) -> list[Numbers]:
    """Return in each place `whole` in integer parts as `weights` are, to the largest remainders first, then in order.

    Nobody gets more than the weight as long as `whole` is no more than all weights; nothing where all are 0.
    """
    if not weights:
        return []
    table = np.stack(weights)
    parts = np.zeros_like(table)
    total = table.sum(axis=0)
    busy = np.flatnonzero((whole > 0) & (total > 0))
    if len(busy):
        parts[:, busy] = _largest_remainders(whole[busy], table[:, busy], total[busy])
    return list(parts)


def _shared(used: Numbers, there: Numbers, loads: Mapping[str, Numbers], last: frozenset[str]) -> dict[str, Numbers]:
    """Return what each load used; those of `last` no more than what is there beyond all others."""
    others = {key: loads[key] for key in sorted(loads) if key not in last}
    waiting = {key: loads[key] for key in sorted(loads) if key in last}
    nothing = np.zeros(len(used), np.int64)
    surplus = np.maximum(there - sum(others.values(), nothing), 0)
    of_last = np.minimum(np.minimum(surplus, sum(waiting.values(), nothing)), used)
    parts = [*split(used - of_last, list(others.values())), *split(of_last, list(waiting.values()))]
    found = dict(zip([*others, *waiting], parts, strict=True))
    return {key: found[key] for key in loads}


def _largest_remainders(whole: Numbers, table: Numbers, total: Numbers) -> Numbers:
    bits = int(whole.max()).bit_length() + int(table.max()).bit_length()
    products = table.astype(object if bits > _INT64_BITS else np.int64) * whole
    parts: Numbers = (products // total).astype(np.int64)
    rests: Numbers = (products % total).astype(np.int64)
    left = whole - parts.sum(axis=0)
    rank = np.empty_like(parts)
    order = np.argsort(-rests, axis=0, kind="stable")
    np.put_along_axis(rank, order, np.arange(len(table))[:, None], axis=0)
    shared: Numbers = parts + (rank < left)
    return shared
