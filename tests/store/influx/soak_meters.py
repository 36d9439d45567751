"""The meters of the soak: they publish on time, and count what the broker acknowledged."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.ingest.rig import DEVICE_PASSWORD, DEVICE_USER, Mosquitto

METERS = 200
WINDOW = 2000


@dataclass
class Meters:
    """Meters that publish on time and count what the broker acknowledged. Each message has an instant of its own."""

    mosquitto: Mosquitto
    per_second: float
    began_utc: datetime
    sent: int = 0
    acknowledged: int = 0
    late_s: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _waiting: set[int] = field(default_factory=set)
    _answers: deque[int] = field(default_factory=deque)

    def start(self) -> None:
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="meters", protocol=mqtt.MQTTv5)
        self._client.username_pw_set(DEVICE_USER, DEVICE_PASSWORD)
        self._client.max_inflight_messages_set(WINDOW)
        self._client.on_publish = lambda _client, _userdata, mid, *_rest: self._answers.append(mid)
        self._client.connect("127.0.0.1", self.mosquitto.port)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._publish, name="meters")
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait until the broker has acknowledged everything."""
        self._stop.set()
        self._thread.join(60)
        deadline = time.monotonic() + 60
        while self._waiting and time.monotonic() < deadline:
            self._sweep()
            time.sleep(0.02)
        self._client.disconnect()
        self._client.loop_stop()

    def expected(self) -> dict[str, int]:
        """Return how many messages of each meter the broker has; all, once stopped."""
        assert not self._waiting, f"{len(self._waiting)} messages were never acknowledged by the broker"
        return {name_of(place): len(range(place, self.sent, METERS)) for place in range(METERS)}

    def _publish(self) -> None:
        begun = time.monotonic()
        while not self._stop.is_set():
            due = int((time.monotonic() - begun) * self.per_second)
            for _ in range(min(due - self.sent, 200)):
                self._send(self.sent)
            self.late_s = max(self.late_s, (due - self.sent) / self.per_second)
            self._sweep()
            if due - self.sent <= 0:
                time.sleep(0.005)

    def _send(self, number: int) -> None:
        name, step = name_of(number % METERS), number // METERS
        at_utc = self.began_utc + timedelta(seconds=step)
        values = {"Total_in": 1000 + step / 100, "Power_curr": step % 5000}
        body = json.dumps({"Time": at_utc.isoformat(timespec="seconds"), "SML": values})
        self._waiting.add(self._client.publish(f"tele/{name}/SENSOR", body, qos=1).mid)
        self.sent += 1

    def _sweep(self) -> None:
        for _ in range(len(self._answers)):
            mid = self._answers.popleft()
            if mid in self._waiting:
                self._waiting.remove(mid)
                self.acknowledged += 1
            else:
                self._answers.append(mid)  # it came before publish() returned


def name_of(place: int) -> str:
    return f"dauer-{place:03d}"
