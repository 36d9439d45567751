"""Publishes to a broker, in a connection of its own that lasts as long as one message."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import monotonic

from paho.mqtt.client import MQTT_ERR_SUCCESS, Client, error_string
from paho.mqtt.reasoncodes import ReasonCode

from core.errors import UnavailableError
from ingest.client import client_of
from ingest.settings import BrokerSettings

TIMEOUT_S = 10.0
_STEP_S = 0.1


class BrokerPublisher:
    """`core.letters.Publisher` to one broker. What it sends is rare, so nothing is kept open."""

    def __init__(self, settings: BrokerSettings) -> None:
        self._settings = replace(settings, client_id=f"{settings.client_id}-publisher", session_expiry_s=0)

    async def publish(self, topic: str, payload: bytes, *, retained: bool = False) -> None:
        """Return once the broker has acknowledged; MQTT 3.1.1 acknowledges what it refuses, too.

        Raises `UnavailableError` if it does not within ten seconds.
        """
        try:
            await asyncio.to_thread(self._publish, topic, payload, retained)
        except (OSError, ValueError, RuntimeError) as error:
            where = self._settings
            raise UnavailableError(
                "ingest.not_published", broker=where.name, host=where.host, port=where.port, reason=str(error)
            ) from error

    def _publish(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001 - called in a thread
        client, until_s = client_of(self._settings), monotonic() + TIMEOUT_S
        answers: list[ReasonCode] = []
        client.on_connect = lambda _client, _userdata, _flags, reason, _properties: answers.append(reason)
        client.on_publish = lambda _client, _userdata, _packet, reason, _properties: answers.append(reason)
        try:
            client.reconnect()
            _wait(client, answers, until_s)
            client.publish(topic, payload, qos=1, retain=retained)
            _wait(client, answers, until_s)
            client.disconnect()
        finally:
            if left := client.socket():
                left.close()


def _wait(client: Client, answers: list[ReasonCode], until_s: float) -> None:
    """Return once the broker has said yes. Raises `OSError` if it says no, nothing, or goes."""
    while not answers:
        result = client.loop(_STEP_S)
        if result != MQTT_ERR_SUCCESS:
            raise OSError(error_string(result))
        if monotonic() > until_s:
            raise TimeoutError(TIMEOUT_S)
    if (reason := answers.pop()).is_failure:
        raise OSError(str(reason))
