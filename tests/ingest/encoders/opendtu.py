"""An OpenDTU with one inverter: kWh with three decimals for the total, Wh for the day, dated by `last_update`."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from core.quantities import Quantity
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "solar/114182912345"
CASE = Case(Feed(broker="main", format="opendtu", topic=TOPIC), quantity=Quantity.ENERGY_EXPORT_WH)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        for leaf, text in (
            ("status/reachable", "1"),
            ("status/producing", "1"),
            ("status/last_update", f"{sample.at_utc.timestamp():.0f}"),
            ("0/power", f"{sample.power_w:.1f}"),
            ("0/yieldday", f"{sample.today}"),
            ("0/yieldtotal", f"{sample.counted / 1000:.3f}"),
        ):
            yield sample.message(f"{TOPIC}/{leaf}", text)
