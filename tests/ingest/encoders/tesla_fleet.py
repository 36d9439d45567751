"""Tesla Fleet Telemetry: one field a topic below the VIN, floats as strings, kWh since the session began."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from core.inventory import Feed
from core.quantities import Quantity
from ingest.messages import Message
from tests.ingest.simulated_day import FIRST, Case, SimulatedDay

VIN = "5YJ3E1EA7KF317001"
CASE = Case(
    Feed(broker="main", format="tesla_fleet", topic="telemetry", device=sha256(VIN.encode()).hexdigest()[:12]),
    quantity=Quantity.ENERGY_SESSION_WH,
    vehicle=True,
)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        added = sample.counted - FIRST if sample.counted >= FIRST else sample.counted
        yield sample.message(f"telemetry/{VIN}/v/DCChargingEnergyIn", f'"{added / 1000:.3f}"')
        yield sample.message("telemetry/5YJ3E1EA7KF999999/v/DCChargingEnergyIn", "99.5")
        yield sample.message(f"telemetry/{VIN}/v/Location", "null")
