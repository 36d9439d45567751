"""Chance that is the same every time: noise as a function of seed, name and instant.

Nothing here has a state, so history and the live world read the same weather and the same
loads at the same instant, in whatever order they ask.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_TO_UNIT = 1.0 / 2**53


def key_of(seed: int, *names: str) -> int:
    """Return the 64-bit key of a named source of chance."""
    digest = blake2b("/".join((str(seed), *names)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def fraction(key: int, index: IntArray) -> FloatArray:
    """Return for each index a number in [0, 1), evenly spread (SplitMix64, Steele et al. 2014)."""
    z = index.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(key)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * _TO_UNIT


def one_of(key: int, index: int = 0) -> float:
    """Return the fraction of a single index."""
    return float(fraction(key, np.array([index], dtype=np.int64))[0])


def wander(key: int, at_s: FloatArray, step_s: float) -> FloatArray:
    """Return a smooth walk between -1 and 1 that changes its mind every `step_s` seconds."""
    position = at_s / step_s
    left = np.floor(position).astype(np.int64)
    blend = 0.5 - 0.5 * np.cos(np.pi * (position - left))
    before, after = fraction(key, left), fraction(key, left + 1)
    return 2.0 * (before + (after - before) * blend) - 1.0
