"""The connection: TLS, brokers that talk nonsense, refused topics, a queue that must not grow for ever."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from core.errors import ConfigError, StoreError
from ingest import link as link_module
from ingest.deliveries import UNREADABLE_TOPIC, Delivery
from ingest.link import Link
from ingest.settings import BrokerSettings, TlsSettings
from tests.ingest.rig import (
    DEVICE_PASSWORD,
    DEVICE_USER,
    ListStore,
    Mosquitto,
    free_port,
    make,
    refused_as,
    running,
    until,
)

SOC = "ovms/fleet/VAN1/metric/v/b/soc"


def certificate(folder: Path, name: str) -> TlsSettings:
    """Return a certificate for the loopback address that is its own authority."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=36_500))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    crt, pem = folder / f"{name}.crt", folder / f"{name}.key"
    crt.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return TlsSettings(authority=crt, certificate=crt, key=pem)


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path / "mosquitto", tls=certificate(tmp_path / "tls", "broker"))
    broker.start()
    yield broker
    broker.stop()


@pytest.mark.mosquitto
async def test_messages_come_over_tls(encrypted: Mosquitto, store: ListStore) -> None:
    assert encrypted.tls is not None
    authority = TlsSettings(authority=encrypted.tls.authority)
    async with running(make(encrypted.settings(tls=authority), store)):
        sender = Client(CallbackAPIVersion.VERSION2)
        sender.username_pw_set(DEVICE_USER, DEVICE_PASSWORD)
        sender.tls_set(str(encrypted.tls.authority))
        sender.connect("127.0.0.1", encrypted.port)
        sender.loop_start()
        for number in range(500):
            sender.publish(SOC, f"{number / 10}", 1)
        await until(lambda: len(store.readings) == 500)
        sender.disconnect()
        sender.loop_stop()


@pytest.mark.mosquitto
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho leaves its socket to gc
async def test_a_broker_of_another_authority_is_not_spoken_to(
    encrypted: Mosquitto, store: ListStore, tmp_path: Path
) -> None:
    stranger = TlsSettings(authority=certificate(tmp_path / "tls", "stranger").authority)
    await refused_as(make(encrypted.settings(tls=stranger), store), "ingest.broker_unreachable")
    gc.collect()


async def test_certificates_that_are_not_there_are_a_mistake_in_the_configuration(
    store: ListStore, tmp_path: Path
) -> None:
    settings = BrokerSettings(name="main", tls=TlsSettings(authority=tmp_path / "nothing.crt"))
    with pytest.raises(ConfigError) as caught:
        await make(settings, store).serve()
    assert [finding.code for finding in caught.value.findings] == ["ingest.certificate_unusable"]


async def test_a_folder_that_cannot_be_written_is_told(store: ListStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"ingest\.topics_not_remembered"):
        await make(BrokerSettings(name="main"), store, folder=tmp_path / "file").serve()


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x20\xff\xff\xff\xff\xff",
        b"\x20\x03\x00\x00\x00" + b"\x30\x01\x00",
        b"\x20\x03\x00\x00\x00" + b"\x32\x05\x00\x09a",
        b"\x20\x03\x00\x00\x00" + b"\x32\x06\x00\x01a\x00\x01\xff",
        b"\x20\x00",
        b"",
    ],
)
async def test_a_broker_that_talks_nonsense_is_left_and_tried_again(store: ListStore, nonsense: bytes) -> None:
    connections = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        connections.append(writer)
        writer.write(nonsense)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    daemon = make(BrokerSettings(name="main", port=server.sockets[0].getsockname()[1]), store)
    task = asyncio.create_task(daemon.serve())
    # what begins well is connected for a moment each time
    await until(lambda: len(connections) >= 2 and not daemon.health().ok)
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])
    server.close()
    await server.wait_closed()


async def test_a_broker_that_takes_us_and_drops_us_is_tried_less_and_less_often(
    store: ListStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "FIRST_RETRY_S", 0.05)
    connections: list[asyncio.StreamWriter] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        connections.append(writer)
        writer.write(b"\x20\x03\x00\x00\x00")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    daemon = make(BrokerSettings(name="main", port=server.sockets[0].getsockname()[1]), store)
    task = asyncio.create_task(daemon.serve())
    await asyncio.sleep(1.5)
    assert 2 <= len(connections) <= 6
    finding = daemon.health().finding
    assert finding is not None
    assert finding.code == "ingest.broker_lost"
    task.cancel()
    await asyncio.wait([task])
    server.close()
    await server.wait_closed()


async def test_topics_that_may_not_be_read_are_told() -> None:
    link = Link(BrokerSettings(name="main", topics=("tele/#", "secret/#")), None)
    answers = [ReasonCode(PacketTypes.SUBACK, "Granted QoS 1"), ReasonCode(PacketTypes.SUBACK, "Not authorized")]
    link._on_subscribe(link._client, None, 1, answers, None)
    assert str(link.refusal) == "ingest.subscription_refused broker=main topics=secret/#"


async def test_beyond_a_limit_messages_of_qos_0_are_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "LARGEST_QUEUE", 3)
    link = Link(BrokerSettings(name="main"), None)
    for qos in (0, 0, 0, 0, 1, 0):
        message = MQTTMessage(mid=qos, topic=b"a/b")
        message.qos = qos
        link._on_message(link._client, None, message)
    assert (len(link.queue), link.dropped) == (4, 2)


async def test_a_topic_that_is_no_utf8_is_not_fatal() -> None:
    link = Link(BrokerSettings(name="main"), None)
    link._on_message(link._client, None, MQTTMessage(mid=1, topic=b"\xff"))
    (delivery,) = link.queue
    assert isinstance(delivery, Delivery)
    assert delivery.topic == UNREADABLE_TOPIC


async def test_nothing_is_acknowledged_on_another_connection() -> None:
    link = Link(BrokerSettings(name="main"), None)
    link.connected = True
    assert link.acknowledge([], connection=link._number)
    assert not link.acknowledge([1], connection=link._number - 1)
    link.connected = False
    assert not link.acknowledge([1], connection=link._number)


async def test_waiting_ends_by_count_by_time_and_by_nudge() -> None:
    link = Link(replace(BrokerSettings(name="main"), port=free_port()), None)
    await link.wait(1, 0.01)
    waiting = asyncio.create_task(link.wait(1))
    await asyncio.sleep(0)
    link.nudge()
    await asyncio.wait_for(waiting, 1)
    waiting = asyncio.create_task(link.wait(2))
    for _ in range(2):
        await asyncio.sleep(0)
        link._on_message(link._client, None, MQTTMessage(mid=0, topic=b"a"))
    await asyncio.wait_for(waiting, 1)
