"""Our own authority for certificates of stations: what it asks of a request, and what it signs.

OCPP 1.6 security whitepaper 4.2 and 2.0.1 A02, A03: a station makes its key itself and asks for a certificate by a
request (CSR) whose common name is its serial number or id. Nothing here waits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes, CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chargepoints.settings import StationAuthoritySettings
from core.errors import ConfigError
from core.texts import Finding

_RSA_LEAST_BIT = 2048
_CURVE_LEAST_BIT = 224
_CLOCKS_DIFFER_BY = timedelta(hours=1)
_LASTS = timedelta(days=20 * 365)
_LONGEST_NAME = 64
SERVER_LASTS = timedelta(days=365)
_PEM = serialization.Encoding.PEM


class Authority:
    """Signs certificates of stations with a key of ours."""

    def __init__(
        self,
        chain: list[x509.Certificate],
        key: CertificateIssuerPrivateKeyTypes,
        valid_days: int,
        organisation: str = "",
    ) -> None:
        self._own, self._above = chain[0], [item for item in chain if item.issuer != item.subject]
        self._key = key
        self._valid = timedelta(days=valid_days)
        self._organisation = organisation

    @classmethod
    def read(cls, settings: StationAuthoritySettings, organisation: str = "") -> Authority:
        """Return the authority in the files of `settings`. Raises `ConfigError` if they are unfit."""
        try:
            chain = x509.load_pem_x509_certificates(settings.certificate.read_bytes())
            key = serialization.load_pem_private_key(settings.key.read_bytes(), password=None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _unfit(settings.certificate) from error
        if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
            raise _unfit(settings.certificate)
        if key.public_key() != chain[0].public_key():
            raise _unfit(settings.certificate)
        return cls(chain, key, settings.valid_days, organisation)

    def objection(self, request: str, names: Collection[str]) -> Finding | None:
        """Return what speaks against signing a station's request (PEM), whose common name must be one of `names`."""
        try:
            asked = x509.load_pem_x509_csr(request.encode())
            sound = asked.is_signature_valid and _is_strong(asked.public_key())
        except (ValueError, UnsupportedAlgorithm, InvalidSignature):
            return Finding.of("ocpp.csr_unreadable")
        if not sound:
            return Finding.of("ocpp.csr_weak")
        if [said.casefold() for said in _said(asked, NameOID.COMMON_NAME)] not in [[name.casefold()] for name in names]:
            return Finding.of("ocpp.csr_of_another")
        if self._organisation and self._organisation not in _said(asked, NameOID.ORGANIZATION_NAME):
            return Finding.of("ocpp.csr_of_others")
        return None

    def sign(self, request: str, now_utc: datetime) -> str:
        """Return the certificate for a request without objection, with those between it and the root, as PEM."""
        asked = x509.load_pem_x509_csr(request.encode())
        kept = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
        subject = [x509.NameAttribute(oid, said) for oid in kept for said in _said(asked, oid)]
        use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        builder = self._begun(asked.public_key(), subject, now_utc, self._valid).add_extension(use, critical=False)
        return self._signed(builder)

    def certify_server(self, names: Sequence[str], now_utc: datetime) -> str:
        """Return a new key and the certificate that proves us under `names` (hosts, addresses) for a year, as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = [x509.NameAttribute(NameOID.COMMON_NAME, names[0])] if len(names[0]) <= _LONGEST_NAME else []
        if self._organisation:
            subject.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, self._organisation))
        builder = (
            self._begun(key.public_key(), subject, now_utc, SERVER_LASTS)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=not subject)
        )
        return secret_pem(key).decode() + self._signed(builder)

    @property
    def ends_utc(self) -> datetime:
        """Return until when what it signs is good at most."""
        return self._own.not_valid_after_utc

    def has_signed(self, certificate: x509.Certificate) -> bool:
        """Return whether a certificate is signed by this authority with its present key."""
        try:
            certificate.verify_directly_issued_by(self._own)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def _begun(
        self,
        key: CertificatePublicKeyTypes,
        subject: Sequence[x509.NameAttribute[str]],
        now_utc: datetime,
        lasts: timedelta,
    ) -> x509.CertificateBuilder:
        """Return what all that we sign have in common; none outlasts the authority."""
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name(subject))
            .issuer_name(self._own.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now_utc - _CLOCKS_DIFFER_BY)
            .not_valid_after(min(now_utc + lasts, self._own.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(_issuer_key(self._own), critical=False)
        )

    def _signed(self, builder: x509.CertificateBuilder) -> str:
        """Return the signed certificate with those between it and the root, as PEM."""
        signed = builder.sign(self._key, hashes.SHA256())
        return "".join(item.public_bytes(_PEM).decode() for item in (signed, *self._above))


def new_authority(name: str, now_utc: datetime) -> tuple[bytes, bytes]:
    """Return the key and the certificate, as PEM, of a new authority that lasts 20 years."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now_utc - _CLOCKS_DIFFER_BY)
        .not_valid_after(now_utc + _LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return secret_pem(key), builder.sign(key, hashes.SHA256()).public_bytes(_PEM)


def secret_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a private key as PEM, not encrypted: whoever keeps it must keep it to themselves."""
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _alternative(name: str) -> x509.GeneralName:
    """Return a host's name or address as a certificate names it."""
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _said(asked: x509.CertificateSigningRequest, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(item.value) for item in asked.subject.get_attributes_for_oid(oid)]


def _is_strong(key: object) -> bool:
    """Return whether a key is as strong as OCPP asks (2.0.1 A00.FR.501: 112 bits of security)."""
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= _RSA_LEAST_BIT
    return isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= _CURVE_LEAST_BIT


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_agreement=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        encipher_only=False,
        decipher_only=False,
    )


def _issuer_key(own: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(own.public_key())  # type: ignore[arg-type]  # RSA or EC


def _unfit(certificate: Path) -> ConfigError:
    return ConfigError([Finding.of("ocpp.authority_unfit", file=str(certificate))])
