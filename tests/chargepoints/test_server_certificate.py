"""The certificate by which stations know the service: made by our authority, renewed and changed while it runs."""

from __future__ import annotations

import ssl
import stat
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from websockets.asyncio.client import connect

from chargepoints.authority import SERVER_LASTS, Authority, new_authority
from chargepoints.certificates import certificates_in
from chargepoints.server_certificate import RENEWED_BEFORE, ServerCertificate, own_certificates
from chargepoints.settings import ChargePointSettings, StationAuthoritySettings, StationTlsSettings
from core.certificates import OURS, CertificatePurpose, CertificateState
from core.errors import ConfigError
from core.ports import Clock

BEGUN = datetime.now(UTC)  # noqa: TID251 - TLS has the real clock
NAMES = ("laden.kreis.example", "10.0.0.5", "localhost", "2001:db8::1")


@pytest.fixture
def settings(tmp_path: Path) -> ChargePointSettings:
    key, certificate = new_authority("Ladestationen", BEGUN)
    (tmp_path / "ca.key").write_bytes(key)
    (tmp_path / "ca.pem").write_bytes(certificate)
    made = tmp_path / "data" / "tls" / "own.pem"
    return ChargePointSettings(
        tls=StationTlsSettings(certificate=made, key=made, names=NAMES, made_here=True, port=0),
        authority=StationAuthoritySettings(certificate=tmp_path / "ca.pem", key=tmp_path / "ca.key"),
    )


def opened(settings: ChargePointSettings, at_utc: datetime = BEGUN) -> ServerCertificate:
    assert settings.tls is not None
    assert settings.authority is not None
    return ServerCertificate.open(settings, settings.tls, Authority.read(settings.authority, "Kreis"), clock_at(at_utc))


def clock_at(at_utc: datetime) -> Clock:
    return lambda: at_utc


def shown(settings: ChargePointSettings) -> Any:
    (own,) = own_certificates(settings)[CertificatePurpose.SERVER]
    return own


def test_it_names_us_is_signed_by_our_authority_and_only_its_owner_reads_the_key(settings: ChargePointSettings) -> None:
    opened(settings)
    assert settings.tls is not None
    assert settings.authority is not None
    certificate = x509.load_pem_x509_certificates(settings.tls.certificate.read_bytes())[0]
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(settings.authority.certificate.read_bytes()))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(each.value) for each in names} == set(NAMES)
    assert certificate.subject.rfc4514_string() == "O=Kreis,CN=laden.kreis.example"
    assert stat.S_IMODE(settings.tls.certificate.stat().st_mode) == 0o600
    assert shown(settings).valid_to_utc == (BEGUN + SERVER_LASTS).replace(microsecond=0)


def test_it_stays_over_restarts_until_its_end_is_near_or_its_names_change(settings: ChargePointSettings) -> None:
    opened(settings)
    first = shown(settings)
    near_utc = first.valid_to_utc - RENEWED_BEFORE
    opened(settings, near_utc - timedelta(minutes=1))
    assert shown(settings) == first
    opened(settings, near_utc)
    second = shown(settings)
    assert second.valid_to_utc - near_utc >= timedelta(days=364)
    assert settings.tls is not None
    opened(replace(settings, tls=replace(settings.tls, names=("anders.example",))), near_utc)
    assert shown(settings).fingerprint != second.fingerprint


def test_it_is_renewed_while_the_service_runs_and_never_made_twice_at_the_authoritys_own_end(
    settings: ChargePointSettings,
) -> None:
    running = opened(settings)
    first = shown(settings)
    assert running.refresh(BEGUN + timedelta(days=300)) is False
    assert running.refresh(BEGUN + timedelta(days=306)) is True
    assert shown(settings).fingerprint != first.fingerprint
    late_utc = BEGUN + timedelta(days=20 * 365 - 30)
    assert running.refresh(late_utc) is True
    assert running.refresh(late_utc + timedelta(days=1)) is False, "no new one would last longer"


def test_a_damaged_one_is_made_anew_and_anothers_is_never_touched(
    settings: ChargePointSettings, tmp_path: Path
) -> None:
    assert settings.tls is not None
    opened(settings)
    settings.tls.certificate.write_text("half a file", encoding="ascii")
    opened(settings)
    good = settings.tls.certificate.read_bytes()
    assert certificates_in(good) != ()
    given = tmp_path / "given.pem"
    given.write_bytes(good)
    theirs = replace(settings, tls=replace(settings.tls, certificate=given, key=given, made_here=False))
    running = opened(theirs)
    given.write_text("half a file", encoding="ascii")
    with pytest.raises(ConfigError) as unfit:
        running.refresh(BEGUN + timedelta(days=1))
    assert unfit.value.findings[0].code == "ocpp.tls_unfit"
    given.write_bytes(good)
    assert running.refresh(BEGUN + timedelta(days=1)) is True, "the next sound file is taken"


async def test_a_station_that_trusts_our_authority_connects_and_all_that_we_stand_on_is_written_down(
    settings: ChargePointSettings,
    tmp_path: Path,
    house_in: Callable[..., AbstractAsyncContextManager[Any]],
    sign_in: Any,
) -> None:
    assert settings.authority is not None
    trust = ssl.create_default_context(cafile=str(settings.authority.certificate))
    async with house_in(tmp_path / "house", tls=settings.tls, authority=settings.authority) as house:
        url = f"wss://localhost:{house.central.tls_port}/ocpp/lra-01"
        headers = sign_in("lra-01")
        async with connect(url, ssl=trust, subprotocols=["ocpp1.6"], additional_headers=headers) as socket:
            serial = socket.transport.get_extra_info("peercert")["serialNumber"]
        held = await house.stores.ledger.certificates({OURS})
    assert int(serial, 16) == int(shown(settings).serial_number, 16)
    assert {(each.purpose, each.state) for each in held} == {
        (CertificatePurpose.AUTHORITY, CertificateState.IN_USE),
        (CertificatePurpose.SERVER, CertificateState.IN_USE),
    }
