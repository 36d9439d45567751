"""A Shelly 3EM: Wh with one decimal for each of three phases, one plain value a topic, watt-minutes beside them."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

PREFIX = "shellies/shellyem3-DAY"
CASE = Case(Feed(broker="main", format="shelly_gen1", topic=PREFIX))


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        yield sample.message(f"{PREFIX}/online", "true")
        for phase, share in enumerate((0.5, 0.3, 0.2)):
            part = f"{PREFIX}/emeter/{phase}"
            yield sample.message(f"{part}/energy", f"{round(sample.today * 60 * share)}")
            yield sample.message(f"{part}/power", f"{sample.power_w * share:.2f}")
            yield sample.message(f"{part}/voltage", "231.07")
            yield sample.message(f"{part}/total", f"{sample.counted * share:.1f}")
            yield sample.message(f"{part}/total_returned", "0.0")
