"""evcc at a charge point: kWh trimmed to three decimals, an empty payload where there is no value."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "evcc/loadpoints/1"
CASE = Case(Feed(broker="main", format="evcc", topic=TOPIC))


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        yield sample.message(f"{TOPIC}/chargePower", f"{sample.power_w:g}")
        yield sample.message(f"{TOPIC}/chargedEnergy", f"{sample.today}")
        yield sample.message(f"{TOPIC}/vehicleSoc", "")
        yield sample.message(f"{TOPIC}/chargeTotalImport", f"{round(sample.counted / 1000, 3)}")
    for leaf in ("chargePower", "chargedEnergy", "chargeTotalImport"):
        yield day.samples[-1].message(f"{TOPIC}/{leaf}", "")
