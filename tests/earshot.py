"""A broker that is heard at once: what a small district's devices send within a few minutes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.errors import NotFoundError
from ingest.hearing import Hearing
from ingest.messages import Message

SECRET = "geheim-4711"
SAID: tuple[tuple[str, str], ...] = (
    ("tele/schule/SENSOR", '{"Time":"{local}","SML":{"Total_in":1234.5,"Power_curr":4200}}'),
    ("tele/turnhalle/SENSOR", '{"Time":"{utc}","SML":{"Total_in":{kwh},"Power_curr":2600}}'),
    ("shellies/shellyplug-s-1/relay/0/energy", "70"),
    ("solar/114182912345/0/power", "812.5"),
    ("solar/114182912345/0/yieldtotal", "3211.5"),
    ("solar/114182912345/0/yieldday", "1204"),
    ("watermeter/main/json", '{"value":"117.4","raw":"00117.4","pre":"117.4","error":"no error"}'),
    ("haus/strom", '{"bezug_kwh":{kwh},"password":"' + SECRET + '"}'),
    ("zigbee2mqtt/Flur/Fenster", '{"contact":true,"linkquality":60}'),
    ("ovms/fleet/WVWZZZ1JZXW000001/metric/v/b/soc", "71"),
    ("haus/name", "Grundschule"),
)
ROUNDS, ROUND = 4, timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Earshot:
    """A listener over what is said above; `lasts_s` is how long listening takes in truth."""

    at_utc: datetime
    lasts_s: float = 0.0
    brokers: tuple[str, ...] = ("main",)
    asked: list[tuple[str, tuple[str, ...], float]] = field(default_factory=list)

    def zone(self, broker: str) -> str:
        if broker not in self.brokers:
            raise NotFoundError("detective.broker_unknown", broker=broker, known=", ".join(self.brokers))
        return "Europe/Berlin"

    async def listen(
        self, broker: str, topics: Sequence[str], duration_s: float, heard: Callable[[float, Hearing], None]
    ) -> Hearing:
        self.zone(broker)
        self.asked.append((broker, tuple(topics), duration_s))
        hearing = Hearing()
        for number in range(ROUNDS):
            for topic, text in SAID:
                at_utc = self.at_utc + number * ROUND
                if topic != "haus/name" or number == 0:
                    retained = topic.startswith("ovms/")
                    hearing.take(Message(broker, topic, _body(text, number, at_utc), at_utc, retained=retained))
            heard(number / ROUNDS, hearing)
            await asyncio.sleep(self.lasts_s / ROUNDS)
        return hearing


def _body(text: str, number: int, at_utc: datetime) -> bytes:
    said = {
        "{kwh}": f"{88 + number / 10:.1f}",
        "{utc}": at_utc.isoformat(),
        "{local}": f"{at_utc.astimezone(ZoneInfo('Europe/Berlin')):%Y-%m-%dT%H:%M:%S}",
    }
    for mark, value in said.items():
        text = text.replace(mark, value)
    return text.encode()
