"""What a station says, whatever its OCPP version: calls, and the readings they promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from typing import Protocol as Shape
from uuid import uuid4

from core.facts import Protocol
from core.quantities import Quantity
from demo.events import OutletEvent
from demo.messages import Promise
from demo.tally import EndedSession

FIRMWARE = "1.4.2-demo"


def _nothing(_answer: Any) -> None:
    """Take no notice of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call a station will make; `payload` is built when it is sent, as it may need an earlier answer.

    `keep` says that it waits for the next connection when it could not be answered.
    """

    payload: Callable[[], Any]
    answered: Callable[[Any], None] = _nothing
    keep: bool = True
    promises: tuple[Promise, ...] = ()
    ends: EndedSession | None = None
    unique_id: str = field(default_factory=lambda: str(uuid4()))


class Dialect(Shape):
    """A version's way to say things; holds the transactions' numbers of one station."""

    protocol: Protocol
    subprotocol: str
    connection: Callable[..., Any]

    def boot(self) -> Call:
        """Return the call after switching on."""
        ...

    def heartbeat(self) -> Call:
        """Return the sign of life."""
        ...

    def available(self, connector: int, at_utc: datetime) -> Call:
        """Return the status of a free outlet."""
        ...

    def calls(self, event: OutletEvent) -> Iterator[Call]:
        """Yield what the station says about an event, in order."""
        ...


def stamp(at_utc: datetime) -> str:
    """Return an instant as stations write it, with milliseconds."""
    return f"{at_utc:%Y-%m-%dT%H:%M:%S}.{at_utc.microsecond // 1000:03d}Z"


def promised(event: OutletEvent, register_wh: float, power_w: float | None) -> tuple[Promise, ...]:
    """Return the readings that a sample of an outlet's register, and perhaps its power, promises."""
    source = f"station:{event.station}/{event.connector}"
    register = Promise(source, Quantity.ENERGY_IMPORT_WH, register_wh, event.at_utc)
    if power_w is None:
        return (register,)
    return (register, Promise(source, Quantity.POWER_W, float(round(power_w)), event.at_utc))
