"""The state of alarms on a real Mosquitto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from core.alarms import AlarmEvent
from core.errors import UnavailableError
from ingest.publisher import BrokerPublisher
from notify.settings import NotifySettings, Recipient
from tests.ingest.rig import PASSWORD, USER, Mosquitto
from tests.notify.conftest import NOW, Open, alarm

SETTINGS = NotifySettings(
    recipients=(Recipient(name="anzeige", channel="mqtt", address="kreiswatt/alarms", broker="main"),)
)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path / "mosquitto")
    broker.start()
    yield broker
    broker.stop()


def retained(port: int, topics: str, count: int) -> dict[str, Any]:
    """Return what a newcomer finds below topics."""
    found: dict[str, Any] = {}
    whole = Event()

    def take(_client: Client, _userdata: object, message: MQTTMessage) -> None:
        found[message.topic] = json.loads(message.payload)
        if len(found) >= count:
            whole.set()

    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(USER, PASSWORD)
    client.on_message = take
    client.on_connect = lambda *_: client.subscribe(topics)
    client.connect("127.0.0.1", port)
    client.loop_start()
    whole.wait(5)
    client.disconnect()
    client.loop_stop()
    return found


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_who_comes_later_finds_how_each_alarm_stands(office: Open, mosquitto: Mosquitto, protocol: Any) -> None:
    opened = office(SETTINGS, BrokerPublisher(mosquitto.settings(protocol=protocol)))
    await opened.tell(alarm("a1"), alarm("a2"))
    await opened.tell(alarm("a2", cleared_at_utc=NOW), event=AlarmEvent.RESOLVED)
    await opened.postman.deliver(NOW)
    found = retained(mosquitto.port, "kreiswatt/alarms/#", 2)
    assert {topic: (one["event"], one["state"]) for topic, one in found.items()} == {
        "kreiswatt/alarms/meter/a1/meter_silent": ("raised", "active"),
        "kreiswatt/alarms/meter/a2/meter_silent": ("resolved", "cleared"),
    }
    assert (await opened.ledger.mailboxes())["anzeige"].sent == 3
    assert (await opened.postman.try_out("anzeige", NOW)).sent


@pytest.mark.mosquitto
async def test_a_topic_that_the_broker_forbids_is_said(mosquitto: Mosquitto) -> None:
    publisher = BrokerPublisher(mosquitto.settings())
    with pytest.raises(UnavailableError) as refused:
        await publisher.publish("anderswo/alarme", b"")
    assert "Not authorized" in str(refused.value.finding)


@pytest.mark.mosquitto
async def test_a_broker_that_is_not_there_is_said_and_tried_again(office: Open, mosquitto: Mosquitto) -> None:
    mosquitto.stop()
    publisher = BrokerPublisher(mosquitto.settings())
    opened = office(SETTINGS, publisher)
    await opened.tell(alarm())
    with pytest.raises(UnavailableError) as refused:
        await publisher.publish("x", b"")
    assert refused.value.finding.code == "ingest.not_published"
    await opened.postman.deliver(NOW)
    assert (await opened.ledger.mailboxes())["anzeige"].waiting == 1
