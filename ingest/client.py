"""How to introduce ourselves to a broker: version, session, credentials, certificates, former topics."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final

import orjson
from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from core.errors import ConfigError, StoreError
from core.texts import Finding
from ingest.settings import BrokerSettings

KEEP_ALIVE_S: Final = 30
CONNECT_TIMEOUT_S: Final = 5.0
_LARGEST_RECEIVE_MAXIMUM: Final = 65_535


def client_of(settings: BrokerSettings, *, visiting: bool = False) -> Client:
    """Return a client that knows where and how to connect, with a session that outlives the connection.

    That of a visitor ends with it. Raises `ConfigError` if the certificates cannot be used.
    """
    version = CallbackAPIVersion.VERSION2
    if settings.protocol == "5":
        client = Client(version, settings.client_id, protocol=MQTTv5, manual_ack=True)
    else:
        client = Client(version, settings.client_id, clean_session=visiting, protocol=MQTTv311, manual_ack=True)
    if settings.username:
        client.username_pw_set(settings.username, settings.password)
    if settings.tls:
        client.tls_set_context(_tls(settings))
    client.connect_timeout = CONNECT_TIMEOUT_S
    where = settings.host, settings.port, KEEP_ALIVE_S
    if settings.protocol == "5":
        client.connect_async(*where, clean_start=visiting, properties=_session_properties(settings))
    else:
        client.connect_async(*where)
    return client


def _tls(settings: BrokerSettings) -> ssl.SSLContext:
    files = settings.tls
    try:
        context = ssl.create_default_context(cafile=files.authority if files else None)
        if files and files.certificate:
            context.load_cert_chain(files.certificate, files.key)
    except OSError as error:
        finding = Finding.of("ingest.certificate_unusable", broker=settings.name, reason=str(error))
        raise ConfigError([finding]) from error
    return context


def _session_properties(settings: BrokerSettings) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = settings.session_expiry_s
    properties.ReceiveMaximum = min(settings.window, _LARGEST_RECEIVE_MAXIMUM)
    return properties


def former_topics(settings: BrokerSettings, folder: Path | None) -> list[str]:
    """Return the topics that this session may have subscribed before and is no longer to have.

    Raises `StoreError` if the folder cannot be written.
    """
    if folder is None:
        return []
    memo = folder / f"{settings.name}.{settings.client_id}.topics.json"
    try:
        known = orjson.loads(memo.read_bytes()) if memo.exists() else []
        folder.mkdir(parents=True, exist_ok=True)
        memo.write_bytes(orjson.dumps(sorted({*known, *settings.topics})))
    except (OSError, ValueError, TypeError) as error:
        raise StoreError("ingest.topics_not_remembered", file=str(memo), reason=str(error)) from error
    return [topic for topic in known if topic not in settings.topics]
