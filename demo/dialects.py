"""Which dialect a station speaks."""

from __future__ import annotations

from core.facts import Protocol
from core.inventory import Station
from demo.calls import Dialect
from demo.dialect_16 import Dialect16
from demo.dialect_201 import Dialect201


def dialect_of(protocol: Protocol, station: Station) -> Dialect:
    """Return a station's dialect."""
    return Dialect16(station) if protocol is Protocol.OCPP_16 else Dialect201(station)
