"""Connector and EVSE numbers, as far as a station can have any."""

from __future__ import annotations

from core.errors import FormatError

_MOST = 999


def connector_of(number: float) -> int:
    """Return a connector's number; 0 is the whole station. Raises `FormatError` for one that cannot be."""
    if not 0 <= number <= _MOST:
        raise FormatError("ocpp.connector_invalid", number=str(number)[:20])
    return int(number)
