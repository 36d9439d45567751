"""Two meters in one German device's JSON: kWh as text with comma, a local time of its own pattern, 9999999 for none."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, Sample, SimulatedDay

TOPIC = "haus/messwerte"
CASE = Case(
    Feed(
        broker="main",
        format="generic_json",
        topic=TOPIC,
        device="4711",
        fields=(('werte[0]."1.8.0"', "energy_import_wh * 1000"), ("leistung", "power_w in 0..40000")),
        options=(
            ("time", "zeit"),
            ("time_format", "%d.%m.%Y %H:%M:%S"),
            ("time_zone", "Europe/Berlin"),
            ("id", "zaehler.nr"),
            ("missing", "9999999 ---"),
            ("decimal", "comma"),
        ),
    )
)


def messages(day: SimulatedDay) -> Iterator[Message]:
    for sample in day.samples:
        yield sample.message(TOPIC, body(sample, 4711, sample.counted))
        yield sample.message(TOPIC, body(sample, 4712, 99_000_000))


def body(sample: Sample, number: int, counted: int) -> str:
    german = f"{counted / 1000:,.3f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    return (
        f'{{"zeit":"{sample.at_local:%d.%m.%Y %H:%M:%S}","zaehler":{{"nr":{number}}},'
        f'"leistung":{sample.power_w:.0f},"werte":[{{"1.8.0":"{german}"}},{{"2.8.0":"---"}}]}}'
    )
