"""Meters and vehicles that publish at QoS 1 through a real broker and remember what it acknowledged."""

from __future__ import annotations

import json
import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from core.inventory import Inventory

PAUSE_S = 0.004


@dataclass
class MeterTraffic:
    """Publishes from a thread until stopped.

    `timed` has one value per (source, instant) of meters that send their time, `untimed` the
    values of vehicles that do not; both only what the broker acknowledged.
    """

    inventory: Inventory
    host: str
    port: int
    username: str
    password: str
    began_utc: datetime
    timed: dict[tuple[str, datetime], float] = field(default_factory=dict)
    untimed: Counter[tuple[str, float]] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)
    _waiting: dict[int, tuple[str, datetime | None, float]] = field(default_factory=dict)
    _acknowledgements: deque[int] = field(default_factory=deque)

    def start(self) -> None:
        """Connect and begin to publish."""
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="devices", protocol=mqtt.MQTTv5)
        self._client.username_pw_set(self.username, self.password)
        self._client.max_inflight_messages_set(1000)
        # paho calls back with its locks held: only take note of it.
        self._client.on_publish = lambda _client, _userdata, mid, *_rest: self._acknowledgements.append(mid)
        self._client.connect(self.host, self.port)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._publish, name="meters")
        self._thread.start()

    def stop(self) -> None:
        """Stop publishing and wait until the broker has acknowledged everything."""
        self._stop.set()
        self._thread.join(10)
        for _ in range(500):
            self._sweep()
            if not self._waiting:
                break
            threading.Event().wait(0.02)
        self._client.disconnect()
        self._client.loop_stop()
        assert not self._waiting, f"{len(self._waiting)} messages were never acknowledged by the broker"

    def _publish(self) -> None:
        meters = [meter for meter in self.inventory.meters.values() if _is_plain_tasmota(meter)]
        cars = [car for car in self.inventory.vehicles.values() if car.feed and car.feed.format == "teslamate"]
        assert meters, "the example has no plain Tasmota meter"
        assert cars, "the example has no TeslaMate car"
        number = 0
        while not self._stop.wait(PAUSE_S):
            number += 1
            at_utc = self.began_utc + timedelta(seconds=number)
            meter = meters[number % len(meters)]
            total_kwh = 1000 + number / 1000
            body = {"Time": at_utc.isoformat(timespec="seconds"), meter.feed.device or "SML": {"Total_in": total_kwh}}
            self._send(meter.feed.topic, json.dumps(body), meter.source, at_utc, total_kwh * 1000)
            if number % 5 == 0:
                car = cars[number // 5 % len(cars)]
                self._send(f"{car.feed.topic}/odometer", str(number), car.source, None, number * 1000.0)

    def _send(self, topic: str, body: str, source: str, at_utc: datetime | None, value: float) -> None:
        mid = self._client.publish(topic, body, qos=1).mid
        self._waiting[mid] = (source, at_utc, value)
        self._sweep()

    def _sweep(self) -> None:
        for mid in [self._acknowledgements.popleft() for _ in range(len(self._acknowledgements))]:
            if mid not in self._waiting:
                self._acknowledgements.append(mid)
                continue
            source, at_utc, value = self._waiting.pop(mid)
            if at_utc is None:
                self.untimed[source, value] += 1
            else:
                self.timed[source, at_utc.astimezone(UTC)] = value


def _is_plain_tasmota(meter: Any) -> bool:
    return (
        meter.feed is not None
        and meter.feed.format == "tasmota_sml"
        and not meter.feed.fields
        and meter.valid_to is None
    )
