"""A day of one meter whose energy is known, for each format's encoder to write in its own messages.

An encoder is `tests/ingest/encoders/<format>.py`: a `CASE` that says how an inventory entry reads it, and
`messages(day)`, written from the device's documentation without a look at our decoder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.inventory import Feed, Medium
from core.periods import Period
from core.quantities import Quantity
from ingest.messages import Message

ZONE = ZoneInfo("Europe/Berlin")
BEGIN_UTC = datetime(2026, 11, 19, 23, 0, tzinfo=UTC)
"""Midnight in `ZONE`."""
STEP = timedelta(minutes=5)
STEPS = 288
RESET_AFTER, REPEATED = 144, 200
FIRST = 20_481_950
"""What the dial shows at midnight."""


@dataclass(frozen=True, slots=True)
class Case:
    """How an inventory entry reads the encoded day.

    One count of the day's dial is `per_count` of `quantity`'s unit; the sum may be off by `coarse`
    counts because the format writes no finer.
    """

    feed: Feed
    quantity: Quantity = Quantity.ENERGY_IMPORT_WH
    per_count: float = 1.0
    coarse: float = 1.0
    medium: Medium = Medium.ELECTRICITY
    vehicle: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """The dial at an instant, what was counted since midnight, and the mean power since the sample before.

    `counted` are whole counts (Wh, litres). It falls to 0 when the device is reset; `today` does not.
    """

    at_utc: datetime
    counted: int
    today: int
    power_w: float

    @property
    def at_local(self) -> datetime:
        """Return the instant as the device's clock shows it."""
        return self.at_utc.astimezone(ZONE)

    def message(self, topic: str, payload: str | bytes) -> Message:
        """Return a message that is received at the sample's instant."""
        body = payload.encode() if isinstance(payload, str) else payload
        return Message("main", topic, body, self.at_utc)


@dataclass(frozen=True, slots=True)
class SimulatedDay:
    """A day's samples every five minutes, both midnights included, and their `truth` in counts.

    At noon the device is reset: a minute later the dial shows 0 and counts on. One sample comes twice.
    """

    samples: tuple[Sample, ...]
    truth: int

    @property
    def period(self) -> Period:
        """Return the day from midnight to midnight."""
        return Period(BEGIN_UTC, BEGIN_UTC + STEPS * STEP)


def simulated_day() -> SimulatedDay:
    """Return the day, always the same one."""
    samples = tuple(_samples())
    return SimulatedDay(samples, samples[-1].today)


def _samples() -> Iterator[Sample]:
    counted, today = FIRST, 0
    yield Sample(BEGIN_UTC, counted, today, 480.0)
    for number in range(1, STEPS + 1):
        step = 37 + number * 53 % 211
        counted, today = counted + step, today + step
        sample = Sample(BEGIN_UTC + number * STEP, counted, today, step * 12.0)
        yield sample
        if number == REPEATED:
            yield sample
        if number == RESET_AFTER:
            counted = 0
            yield Sample(sample.at_utc + timedelta(minutes=1), counted, today, 0.0)
