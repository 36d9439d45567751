"""An AhoyDTU: kWh with three decimals for the total, Wh for the day, one plain value a topic."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from core.quantities import Quantity
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "inverter/Turnhalle"
CASE = Case(Feed(broker="main", format="ahoydtu", topic=TOPIC), quantity=Quantity.ENERGY_EXPORT_WH)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        yield sample.message(f"{TOPIC}/available", "2")
        yield sample.message(f"{TOPIC}/ch0/P_AC", f"{sample.power_w:.3f}")
        yield sample.message(f"{TOPIC}/ch0/YieldDay", f"{sample.today}.000")
        yield sample.message(f"{TOPIC}/ch0/YieldTotal", f"{sample.counted / 1000:.3f}")
