"""The certificate by which stations know the service: of the settings, or made and renewed by our own authority.

Both are taken up without a restart: who connects after a change is shown the new one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from ssl import SSLContext, SSLError
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from chargepoints.authority import Authority
from chargepoints.certificates import certificates_in
from chargepoints.settings import ChargePointSettings, StationTlsSettings
from chargepoints.tls import server_context
from core.certificates import CertificateFacts, CertificatePurpose
from core.errors import ConfigError
from core.ports import Clock
from core.texts import Finding

RENEWED_BEFORE: Final = timedelta(days=60)
"""So long before its end a certificate of ours is renewed: before anybody is warned of the end."""

_OWNER_ALONE: Final = 0o600


class ServerCertificate:
    """What the encrypted port shows, kept fresh. Its files are read here alone."""

    def __init__(self, settings: StationTlsSettings, authority: Authority | None, context: SSLContext) -> None:
        self._settings = settings
        self._authority = authority
        self.context = context
        self._seen = self._stamp()

    @classmethod
    def open(
        cls, settings: ChargePointSettings, tls: StationTlsSettings, authority: Authority | None, clock: Clock
    ) -> ServerCertificate:
        """Return it ready for a listener, made anew where that is due. Raises `ConfigError` if it cannot be."""
        _made(tls, authority, clock())
        return cls(tls, authority, server_context(tls, settings.authority))

    def refresh(self, now_utc: datetime) -> bool:
        """Renew the certificate if that is due, take up changed files, and return whether there is a new one.

        Raises `ConfigError` if the files are unfit; the one before stays in use then.
        """
        _made(self._settings, self._authority, now_utc)
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            self.context.load_cert_chain(self._settings.certificate, self._settings.key)
        except (OSError, SSLError) as error:
            raise _unfit(self._settings) from error
        return True

    def _stamp(self) -> tuple[int, ...]:
        files = (self._settings.certificate, self._settings.key)
        return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)


def own_certificates(settings: ChargePointSettings) -> Mapping[CertificatePurpose, Sequence[CertificateFacts]]:
    """Return the certificates on which the service itself stands, by what each is for; none that cannot be read."""
    authority, tls = settings.authority, settings.tls
    files = {
        CertificatePurpose.AUTHORITY: authority.certificate if authority else None,
        CertificatePurpose.SERVER: tls.certificate if tls else None,
        CertificatePurpose.CLIENT_AUTHORITY: tls.client_ca if tls else None,
    }
    found = {purpose: _read(file) for purpose, file in files.items() if file is not None}
    if CertificatePurpose.SERVER in found:  # what stands above it has an end of its own, and is not ours
        found[CertificatePurpose.SERVER] = found[CertificatePurpose.SERVER][:1]
    return found


def _read(file: Path) -> tuple[CertificateFacts, ...]:
    try:
        return certificates_in(file.read_bytes())
    except OSError:
        return ()


def _made(settings: StationTlsSettings, authority: Authority | None, now_utc: datetime) -> None:
    """Make the certificate of the encrypted port if that is ours to do, and due."""
    if not settings.made_here or authority is None or _is_good(settings, authority, now_utc):
        return
    try:
        _write(settings.certificate, authority.certify_server(settings.names, now_utc))
    except OSError as error:
        raise _unfit(settings) from error


def _is_good(settings: StationTlsSettings, authority: Authority, now_utc: datetime) -> bool:
    """Return whether the certificate there is has its key, our authority, our names, and some time left."""
    try:
        written = settings.certificate.read_bytes()
        certificate = x509.load_pem_x509_certificates(written)[0]
        key = serialization.load_pem_private_key(written, password=None)
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    ends_utc = certificate.not_valid_after_utc
    return (
        key.public_key() == certificate.public_key()
        and authority.has_signed(certificate)
        and {str(each.value) for each in named} == {_plain(name) for name in settings.names}
        and (ends_utc - now_utc > RENEWED_BEFORE or ends_utc >= authority.ends_utc)  # none outlasts the authority
    )


def _plain(name: str) -> str:
    """Return an address in the one way it is written in certificates, a name as it is."""
    try:
        return str(ip_address(name))
    except ValueError:
        return name


def _write(file: Path, text: str) -> None:
    """Put a file in its place at once and durably, for its owner alone."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ALONE), "w", encoding="ascii") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)


def _unfit(settings: StationTlsSettings) -> ConfigError:
    return ConfigError([Finding.of("ocpp.tls_unfit", file=str(settings.certificate))])
