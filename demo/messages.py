"""What the district sends over MQTT, and which readings it thereby promises to be in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.quantities import Quantity


@dataclass(frozen=True, slots=True)
class Promise:
    """A value that must be found in the store once its message was acknowledged.

    `at_utc` is the device's own instant; None where the format states none and the time of receipt counts.
    """

    source: str
    quantity: Quantity
    value: float
    at_utc: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One MQTT message; `format` is the name under which it is counted."""

    format: str
    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False
    promises: tuple[Promise, ...] = ()
