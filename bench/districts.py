"""Who sends in a measurement: a thousand readers of one kind, or a device of every format."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from core.inventory import Feed, Inventory, Medium, Meter, MeterRole
from tests.ingest.encoded import ENCODERS, district, messages_of

READERS, FORMATS = "readers", "formats"
TOPICS = 1000


def inventory(name: str) -> Inventory:
    """Return the inventory of a district by its name."""
    return {READERS: _readers, FORMATS: district}[name]()


def messages(name: str, most: int) -> list[tuple[str, bytes]]:
    """Return at most so many messages of a district, in the order in which they come."""
    return {READERS: _said_by_readers, FORMATS: _said_in_all_formats}[name](most)


def _readers() -> Inventory:
    meters = {
        f"m{number}": Meter(
            id=f"m{number}",
            name=f"m{number}",
            valid_from=date(2020, 1, 1),
            site="s",
            medium=Medium.ELECTRICITY,
            role=MeterRole.SUPPLY,
            feed=Feed(broker="main", format="tasmota_sml", topic=_topic(number)),
        )
        for number in range(TOPICS)
    }
    return Inventory(meters=meters)


def _topic(number: int) -> str:
    return f"tele/tasmota_{number:06x}/SENSOR"


def _said_by_readers(most: int) -> list[tuple[str, bytes]]:
    places = (divmod(index, TOPICS) for index in range(most))
    return [(_topic(number), _payload(number, step)) for step, number in places]


def _payload(number: int, step: int) -> bytes:
    at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=10 * step)
    return (
        f'{{"Time":"{at:%Y-%m-%dT%H:%M:%S}","SML":{{"Total_in":{2687.3687 + number + step / 100:.4f},'
        f'"Total_out":{582.4569 + number:.4f},"Power_curr":{number - 36},"Meter_Id":"0a01454652240487bd2a",'
        f'"voltage_l1":235.3,"current_l1":0.98,"Frequenz":49.9}},"TempUnit":"C"}}'
    ).encode()


def _said_in_all_formats(most: int) -> list[tuple[str, bytes]]:
    said = sorted((each for name in ENCODERS for each in messages_of(name)), key=lambda each: each.received_at_utc)
    return [(each.topic, each.payload) for each in said[:most]]
