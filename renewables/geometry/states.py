"""Which Land a municipality lies in: the first two digits of its key say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STATES: Final[Mapping[str, str]] = {
    "01": "SH",
    "02": "HH",
    "03": "NI",
    "04": "HB",
    "05": "NW",
    "06": "HE",
    "07": "RP",
    "08": "BW",
    "09": "BY",
    "10": "SL",
    "11": "BE",
    "12": "BB",
    "13": "MV",
    "14": "SN",
    "15": "ST",
    "16": "TH",
}
"""Amtlicher Gemeindeschlüssel, digits 1 and 2 (Statistisches Bundesamt)."""


def state_of(key: str) -> str:
    """Return the Land of a key, "" for one that no Land gives out."""
    return STATES.get(key[:2], "")
