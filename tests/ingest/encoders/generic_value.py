"""A PLC that writes plain numbers with a comma, one a topic."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

TOPIC = "sps/halle/zaehler"
CASE = Case(
    Feed(
        broker="main",
        format="generic_value",
        topic=TOPIC,
        fields=(("arbeit/bezug", "energy_import_wh * 1000"), ("value", "power_w * 1000")),
        options=(("decimal", "comma"), ("missing", "-1")),
    )
)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        yield sample.message(TOPIC, f"{sample.power_w / 1000:.3f}".replace(".", ","))
        yield sample.message(f"{TOPIC}/arbeit/bezug", f"{sample.counted / 1000:.3f}".replace(".", ","))
        yield sample.message(f"{TOPIC}/stoerung", "0")
