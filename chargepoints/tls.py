"""Encrypted connections of stations (OCPP security profiles 2 and 3), and who a station's certificate says it is."""

from __future__ import annotations

import asyncio.sslproto
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chargepoints.settings import StationAuthoritySettings, StationTlsSettings
from core.errors import ConfigError
from core.texts import Finding

_CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-GCM-SHA384"
)
"""What OCPP demands of a central system (2.0.1 A00.FR.318, 1.6 security whitepaper), best first."""

_READ_AT_ONCE_BYTE = 16 * 1024
_HTTPS = "https"


@dataclass(frozen=True, slots=True)
class Presented:
    """What the certificate of a station says, which one of our authorities signed."""

    names: tuple[str, ...]
    organisations: tuple[str, ...]
    serial_number: str = ""


@dataclass(frozen=True, slots=True)
class Entrance:
    """How a station came: whether its connection is encrypted, and the certificate it showed, if any."""

    encrypted: bool = False
    presented: Presented | None = None


def server_context(settings: StationTlsSettings, authority: StationAuthoritySettings | None = None) -> ssl.SSLContext:
    """Return what a listener for stations needs. Raises `ConfigError` if certificate, key or authority are unfit."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    try:
        context.load_cert_chain(settings.certificate, settings.key)
        trusted = [settings.client_ca, authority.certificate if authority else None]
        for file in filter(None, trusted):
            context.load_verify_locations(file)
            context.verify_mode = ssl.CERT_OPTIONAL  # stations of profile 2 show none
    except (OSError, ssl.SSLError) as error:
        raise ConfigError([Finding.of("ocpp.tls_unfit", file=str(settings.certificate))]) from error
    return context


def keep_buffers_small() -> None:
    """Have each TLS connection read 16 KiB at once, not 256: a thousand idle stations then need 54 MiB, not 294."""
    asyncio.sslproto.SSLProtocol.max_size = _READ_AT_ONCE_BYTE


def entrance(transport: asyncio.BaseTransport, forwarded: Sequence[str], proxies: Sequence[str]) -> Entrance:
    """Return how a station came. What `forwarded` (X-Forwarded-Proto) says counts from the addresses of `proxies`."""
    if transport.get_extra_info("ssl_object") is None:
        return Entrance(encrypted=address_of(transport) in proxies and list(forwarded) == [_HTTPS])
    certificate: dict[str, Any] | None = transport.get_extra_info("peercert")
    return Entrance(encrypted=True, presented=_presented(certificate) if certificate else None)


def address_of(transport: asyncio.BaseTransport) -> str:
    """Return the network address a connection comes from, empty where it is not known."""
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if peer else ""


def _presented(certificate: dict[str, Any]) -> Presented:
    said = [pair for name in certificate.get("subject", ()) for pair in name]
    return Presented(
        names=tuple(value for key, value in said if key == "commonName"),
        organisations=tuple(value for key, value in said if key == "organizationName"),
        serial_number=str(certificate.get("serialNumber", "")),
    )
