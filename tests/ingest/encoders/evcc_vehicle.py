"""evcc: a vehicle at changing charge points, its odometer in km, one plain value a topic."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from core.quantities import Quantity
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "garage/loadpoints"
CASE = Case(
    Feed(broker="main", format="evcc_vehicle", topic=TOPIC, device="db:5"),
    quantity=Quantity.ODOMETER_M,
    vehicle=True,
)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for number, sample in enumerate(day.samples):
        here, there = (1, 2) if number % 50 < 25 else (2, 1)
        yield sample.message(f"{TOPIC}/{there}/vehicleName", "db:9")
        yield sample.message(f"{TOPIC}/{here}/vehicleName", "db:5")
        yield sample.message(f"{TOPIC}/{there}/vehicleOdometer", "99999")
        yield sample.message(f"{TOPIC}/{here}/vehicleOdometer", f"{sample.counted / 1000:.3f}")
        yield sample.message(f"{TOPIC}/{here}/vehicleSoc", "61")
