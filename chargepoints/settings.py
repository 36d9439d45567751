"""What the central system must be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class StationTlsSettings:
    """Where stations connect encrypted (`wss://`), beside the plain port.

    `certificate` is ours with those above it, both files are PEM. Stations of security profile 3 show a certificate
    that one of `client_ca`, or our own authority, signed; if `organisation` is given, theirs must name it.
    """

    certificate: Path
    key: Path
    host: str = "127.0.0.1"
    port: int = 8886
    client_ca: Path | None = None
    organisation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationAuthoritySettings:
    """The authority that signs what stations ask for: its certificate (with those above it) and key, both PEM files."""

    certificate: Path
    key: Path
    valid_days: int = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargePointSettings:
    """Where stations connect (`ws://host:port/<path>/<station id>`) and how they are treated.

    `proxies` are the addresses whose word is taken that they were reached encrypted.
    """

    host: str = "127.0.0.1"
    port: int = 8887
    path: str = "ocpp"
    heartbeat_interval_s: int = 300
    call_timeout_s: float = 30.0
    ping_interval_s: float = 60.0
    max_frame_bytes: int = 262_144
    max_depth: int = 32
    messages_per_s: float = 250.0
    lenient: bool = True
    accept_unknown_tags: bool = False
    tls: StationTlsSettings | None = None
    proxies: tuple[str, ...] = ()
    authority: StationAuthoritySettings | None = None
