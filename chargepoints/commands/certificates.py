"""Certificates of stations, as all versions name them."""

from __future__ import annotations

from typing import Any

from chargepoints.commands.answers import Answer, part, parts, text
from chargepoints.commands.sending import Payload
from core.command_requests import CertificateHash


def hash_data(certificate: CertificateHash) -> Payload:
    """Return what names a certificate."""
    return {
        "hashAlgorithm": certificate.algorithm.value,
        "issuerNameHash": certificate.issuer_name_hash,
        "issuerKeyHash": certificate.issuer_key_hash,
        "serialNumber": certificate.serial_number,
    }


def told_hash(certificate: Answer) -> dict[str, Any]:
    """Return what a station says names a certificate, in the words of `CertificateHash`."""
    return {
        "algorithm": text(certificate, "hashAlgorithm"),
        "issuer_name_hash": text(certificate, "issuerNameHash"),
        "issuer_key_hash": text(certificate, "issuerKeyHash"),
        "serial_number": text(certificate, "serialNumber"),
    }


def told_certificates_16(answer: Answer) -> dict[str, Any]:
    """Return the certificates of a GetInstalledCertificateIds.conf."""
    return {"certificates": [told_hash(item) for item in parts(answer, "certificateHashData")]}


def told_certificates_2(answer: Answer) -> dict[str, Any]:
    """Return the certificates of a GetInstalledCertificateIdsResponse, each with its use and those below it."""
    return {
        "certificates": [
            {
                "use": text(chain, "certificateType"),
                **told_hash(part(chain, "certificateHashData")),
                "below": [told_hash(child) for child in parts(chain, "childCertificateHashData")],
            }
            for chain in parts(answer, "certificateHashDataChain")
        ]
    }
