"""What ingest must be told about a broker."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """Files of the broker's authority and, where it asks for one, our certificate and key."""

    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """One broker that ingest subscribes to.

    `window` is how many messages the broker leaves unacknowledged (Mosquitto's
    max_inflight_messages; iotcore: 100): a batch is flushed at the latest when it is full.
    `decode_workers` are processes that decode; 0 decodes in the daemon's loop.
    `embedded` means the service itself runs this broker (iotcore, memory only).
    """

    name: str
    host: str = "127.0.0.1"
    port: int = 1883
    protocol: Literal["5", "3.1.1"] = "5"
    username: str = ""
    password: str = field(default="", repr=False)
    tls: TlsSettings | None = None
    client_id: str = "kreiswatt-ingest"
    session_expiry_s: int = 7 * 24 * 3600
    window: int = 100
    batch: int = 2000
    topics: tuple[str, ...] = ("#",)
    time_zone: str = "Europe/Berlin"
    decode_workers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedBrokerSettings:
    """The broker the service runs itself for demo and trial: one port per MQTT version, users on both."""

    host: str = "127.0.0.1"
    port: int = 1884
    port_311: int = 1883
    users: dict[str, str] = field(default_factory=dict, repr=False)
