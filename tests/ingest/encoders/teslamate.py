"""TeslaMate: kWh with two decimals that begin anew with each charging session, one plain value a topic."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from core.quantities import Quantity
from ingest.messages import Message
from tests.ingest.simulated_day import FIRST, Case, SimulatedDay

TOPIC = "teslamate/cars/7"
CASE = Case(
    Feed(broker="main", format="teslamate", topic=TOPIC),
    quantity=Quantity.ENERGY_SESSION_WH,
    coarse=10.0,
    vehicle=True,
)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        added = sample.counted - FIRST if sample.counted >= FIRST else sample.counted
        yield sample.message(f"{TOPIC}/charge_energy_added", f"{added / 1000:.2f}")
        yield sample.message(f"{TOPIC}/charger_power", f"{sample.power_w / 1000:.0f}")
