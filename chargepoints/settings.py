"""What the central system must be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.certificates import ExpiryDays


@dataclass(frozen=True, slots=True, kw_only=True)
class StationTlsSettings:
    """Where stations connect encrypted (`wss://`), beside the plain port.

    `certificate` is ours with those above it, both files are PEM. With `made_here` it is made and renewed by our own
    authority, good for `names` (hosts and addresses), and `key` is the same file. Stations of security profile 3 show
    a certificate that one of `client_ca`, or our own authority, signed; if `organisation` is given, theirs must name
    it.
    """

    certificate: Path
    key: Path
    host: str = "127.0.0.1"
    port: int = 8886
    client_ca: Path | None = None
    organisation: str = ""
    names: tuple[str, ...] = ()
    made_here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StationAuthoritySettings:
    """The authority that signs what stations ask for: its certificate (with those above it) and key, both PEM files."""

    certificate: Path
    key: Path
    valid_days: int = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class FtpSettings:
    """Where stations that know nothing else leave logs by FTP.

    `public_host` is what they reach us by. Data come to one of the ports from `passive_first` to `passive_last`.
    """

    public_host: str
    host: str = "127.0.0.1"
    port: int = 2121
    passive_first: int = 50_100
    passive_last: int = 50_119


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargePointSettings:
    """Where stations connect (`ws://host:port/<path>/<station id>`) and how they are treated.

    `proxies` are the addresses whose word is taken that they were reached encrypted. People are told of a certificate's
    end so many days before, and again so few. The firmware library, and all logs that stations upload, may be so large.
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
    failed_connects_per_min: float = 600.0
    handshake_timeout_s: float = 10.0
    lenient: bool = True
    accept_unknown_tags: bool = False
    tls: StationTlsSettings | None = None
    proxies: tuple[str, ...] = ()
    authority: StationAuthoritySettings | None = None
    certificate_soon_days: int = 30
    certificate_urgent_days: int = 7
    firmware_max_mb: int = 20_000
    logs_max_mb: int = 5_000
    ftp: FtpSettings | None = None

    @property
    def expiry(self) -> ExpiryDays:
        """Return when people are told of a certificate's end."""
        return ExpiryDays(soon=self.certificate_soon_days, urgent=self.certificate_urgent_days)
