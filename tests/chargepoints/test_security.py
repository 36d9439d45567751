"""Security profiles 0 to 3: who is let in, encrypted or not, with which certificate; security events."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from chargepoints.authority import Authority, new_authority
from chargepoints.certificates import certificates_in
from chargepoints.settings import StationAuthoritySettings, StationTlsSettings
from chargepoints.tls import server_context
from core.certificates import CertificateState
from core.errors import ConfigError
from core.inventory import Inventory
from core.station_events import StationEventFilter, StationEventKind

ORGANISATION = "Landkreis Beispiel"
NOW = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Signer:
    """One that signs certificates, each written as `<name>.pem` with its key."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def sign(self, file: str, name: str, organisation: str = ORGANISATION) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        path = self.folder / f"{file}.pem"
        path.write_bytes(_pem(key) + _certificate(name, organisation, key, self.certificate.subject, self.key))
        return path


def _named(name: str, organisation: str) -> x509.Name:
    words = ((NameOID.COMMON_NAME, name), (NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name([x509.NameAttribute(oid, said) for oid, said in words])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _certificate(
    name: str, organisation: str, key: Any, issuer: x509.Name | None, signer: Any, *, authority: bool = False
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name, organisation))
        .issuer_name(issuer or _named(name, organisation))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=36_500))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    )
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def an_authority(folder: Path, name: str) -> Signer:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = _certificate(name, ORGANISATION, key, None, key, authority=True)
    (folder / f"{name}.pem").write_bytes(pem)
    return Signer(folder, key, x509.load_pem_x509_certificate(pem))


@dataclass
class Site:
    """A house that listens with and without encryption, and the authority of its stations."""

    house: Any
    ours: Signer
    folder: Path

    async def joins(self, name: str, certificate: Path | None = None, **options: Any) -> int:
        """Return 101 where the station is let in encrypted, else the status, 0 where there was not even that."""
        context = ssl.create_default_context(cafile=str(self.folder / "ours.pem"))
        if certificate is not None:
            context.load_cert_chain(certificate)
        url = f"wss://localhost:{self.house.central.tls_port}/ocpp/{name}"
        try:
            async with connect(url, subprotocols=["ocpp1.6"], ssl=context, **options) as socket:
                await socket.send(json.dumps([2, "1", "Heartbeat", {}]))
                return 101 if json.loads(await socket.recv())[0] == 3 else -1
        except InvalidStatus as refused:
            return int(refused.response.status_code)
        except (ssl.SSLError, ConnectionClosed, ConnectionResetError, InvalidMessage):
            return 0

    async def noticed(self, name: str) -> set[str]:
        await self.house.stored()
        return {notice.finding.code for notice in await self.house.stores.ledger.notices([f"station:{name}"])}


@pytest.fixture
async def site(
    tmp_path: Path, house_in: Callable[..., AbstractAsyncContextManager[Any]], inventory: Inventory
) -> AsyncIterator[Site]:
    ours = an_authority(tmp_path, "ours")
    own = ours.sign("server", "localhost")
    tls = StationTlsSettings(
        certificate=own, key=own, port=0, client_ca=tmp_path / "ours.pem", organisation=ORGANISATION
    )
    async with house_in(tmp_path / "data", inventory, tls=tls) as house:
        yield Site(house, ours, tmp_path)


@pytest.fixture
def inventory(district: Inventory) -> Inventory:
    stations = dict(district.stations)
    stations["lra-01"] = replace(stations["lra-01"], security_profile=2)
    stations["lra-cert"] = replace(stations["lra-cert"], serial_number="SN-4711")
    return replace(district, stations=stations)


async def test_a_password_counts_encrypted_only_where_the_profile_says_so(
    site: Site, sign_in: Callable[..., dict[str, str]]
) -> None:
    assert await site.joins("lra-01", additional_headers=sign_in("lra-01")) == 101
    assert await site.joins("lra-02", additional_headers=sign_in("lra-02")) == 101, "better than its profile asks for"
    assert await site.joins("lra-01", additional_headers=sign_in("lra-01", "wrong")) == 401
    with pytest.raises(InvalidStatus):
        async with connect(f"{site.house.url}/lra-01", additional_headers=sign_in("lra-01")):
            pass
    assert await site.noticed("lra-01") == {"ocpp.password_wrong", "ocpp.not_encrypted"}


@pytest.mark.parametrize(
    ("name", "organisation", "status", "reason"),
    [
        ("lra-cert", ORGANISATION, 101, set()),
        ("SN-4711", ORGANISATION, 101, set()),
        ("lra-01", ORGANISATION, 401, {"ocpp.certificate_of_another"}),
        ("lra-cert", "Stadt Anderswo", 401, {"ocpp.certificate_of_others"}),
    ],
)
async def test_a_certificate_lets_in_the_station_it_names_and_no_other(
    site: Site, name: str, organisation: str, status: int, reason: set[str]
) -> None:
    assert await site.joins("lra-cert", site.ours.sign("station", name, organisation)) == status
    assert await site.noticed("lra-cert") == reason


async def test_no_certificate_a_strangers_and_a_password_do_not_do_for_profile_3(
    site: Site, sign_in: Callable[..., dict[str, str]]
) -> None:
    assert await site.joins("lra-cert", additional_headers=sign_in("lra-cert")) == 401
    assert await site.noticed("lra-cert") == {"ocpp.certificate_missing"}
    (site.folder / "strangers").mkdir()
    stranger = an_authority(site.folder / "strangers", "strangers").sign("station", "lra-cert")
    assert await site.joins("lra-cert", stranger) == 0


async def test_what_is_older_than_tls_1_2_is_refused(site: Site) -> None:
    own = site.folder / "server.pem"
    context = server_context(StationTlsSettings(certificate=own, key=own))
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    offered = {cipher["name"] for cipher in context.get_ciphers()}
    assert {"ECDHE-ECDSA-AES128-GCM-SHA256", "AES128-GCM-SHA256", "AES256-GCM-SHA384"} <= offered
    with pytest.raises(ConfigError) as unfit:
        server_context(StationTlsSettings(certificate=own, key=site.folder / "ours.pem"))
    assert unfit.value.findings[0].code == "ocpp.tls_unfit"


async def test_a_proxy_is_believed_only_where_its_address_is_named(
    tmp_path: Path,
    house_in: Callable[..., AbstractAsyncContextManager[Any]],
    inventory: Inventory,
    sign_in: Callable[..., dict[str, str]],
) -> None:
    headers = sign_in("lra-01") | {"X-Forwarded-Proto": "https"}
    async with house_in(tmp_path / "no", inventory) as house:
        with pytest.raises(InvalidStatus):
            async with connect(f"{house.url}/lra-01", additional_headers=headers):
                pass
    async with (
        house_in(tmp_path / "yes", inventory, proxies=("127.0.0.1",)) as house,
        connect(f"{house.url}/lra-01", subprotocols=["ocpp1.6"], additional_headers=headers) as socket,
    ):
        assert socket.subprotocol == "ocpp1.6"


async def test_a_station_without_password_is_not_replaced_from_another_address(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        with pytest.raises(InvalidStatus) as refused:
            async with raw_station(house, local_addr=("127.0.0.2", 0)):
                pass
        assert refused.value.response.status_code == 409
        await station.ask("Heartbeat", {})
    await house.stored()
    (notice,) = await house.stores.ledger.notices(["station:lra-open"])
    assert notice.finding.code == "ocpp.connected_from_elsewhere"


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
async def test_a_security_event_is_kept_with_the_stations_own_instant(
    house: Any, raw_station: Any, version: str
) -> None:
    said = {"type": "TamperDetectionActivated", "timestamp": "2026-03-01T10:00:00Z", "techInfo": "<b>door</b>"}
    async with raw_station(house, version=version) as station:
        assert await station.ask("SecurityEventNotification", said) == {}
    await house.stored()
    page = await house.stores.ledger.station_events(StationEventFilter(kinds=frozenset({StationEventKind.SECURITY})))
    (event,) = page.items
    assert (event.station, event.code, event.info) == ("lra-open", "TamperDetectionActivated", "<b>door</b>")
    assert event.at_utc == datetime(2026, 3, 1, 10, tzinfo=UTC)


def a_request(name: str, organisation: str = ORGANISATION, bits: int = 0) -> str:
    key: Any = rsa.generate_private_key(65537, bits) if bits else ec.generate_private_key(ec.SECP256R1())
    asked = x509.CertificateSigningRequestBuilder().subject_name(_named(name, organisation))
    return asked.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture
async def signing(tmp_path: Path, house_in: Callable[..., AbstractAsyncContextManager[Any]]) -> AsyncIterator[Any]:
    key, certificate = new_authority("Ladestationen", datetime.now(UTC))  # noqa: TID251 - as the house's clock
    (tmp_path / "ca.key").write_bytes(key)
    (tmp_path / "ca.pem").write_bytes(certificate)
    files = StationAuthoritySettings(certificate=tmp_path / "ca.pem", key=tmp_path / "ca.key")
    async with house_in(tmp_path / "data", authority=files) as house:
        yield house


@pytest.mark.parametrize(
    ("version", "more"),
    [("ocpp1.6", {}), ("ocpp2.0.1", {"certificateType": "ChargingStationCertificate"}), ("ocpp2.1", {"requestId": 5})],
)
async def test_a_station_is_sent_the_certificate_it_asks_for(
    signing: Any, raw_station: Any, sign_in: Any, tmp_path: Path, version: str, more: dict[str, Any]
) -> None:
    async with raw_station(signing, "lra-01", version, additional_headers=sign_in("lra-01")) as station:
        request = a_request("lra-01")
        assert await station.ask("SignCertificate", {"csr": request, **more}) == {"status": "Accepted"}
        kind, id_, action, payload = await station.hear()
        await station.say(json.dumps([3, id_, {"status": "Accepted"}]))
    assert (kind, action) == (2, "CertificateSigned")
    assert payload.get("requestId") == more.get("requestId")
    own = x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
    (signed,) = x509.load_pem_x509_certificates(payload["certificateChain"].encode())
    signed.verify_directly_issued_by(own)
    assert signed.subject == x509.load_pem_x509_csr(request.encode()).subject
    assert signed.not_valid_after_utc - signed.not_valid_before_utc < timedelta(days=402)


@pytest.mark.parametrize(
    ("station", "request_of", "reason"),
    [
        ("lra-01", lambda: a_request("lra-02"), "ocpp.csr_of_another"),
        ("lra-01", lambda: a_request("lra-01", bits=1024), "ocpp.csr_weak"),
        ("lra-01", lambda: "-----BEGIN CERTIFICATE REQUEST-----", "ocpp.csr_unreadable"),
        ("lra-open", lambda: a_request("lra-open"), "ocpp.csr_without_password"),
    ],
)
async def test_a_request_that_must_not_be_signed_is_rejected_with_its_reason(
    signing: Any, raw_station: Any, sign_in: Any, station: str, request_of: Callable[[], str], reason: str
) -> None:
    async with raw_station(signing, station, additional_headers=sign_in(station)) as socket:
        assert await socket.ask("SignCertificate", {"csr": request_of()}) == {"status": "Rejected"}
        assert await socket.hears_nothing()
    await signing.stored()
    (notice,) = await signing.stores.ledger.notices([f"station:{station}"])
    assert notice.finding.code == reason


async def test_a_signed_certificate_lets_its_station_in(tmp_path: Path, house_in: Any, inventory: Inventory) -> None:
    secret, certificate = new_authority("Ladestationen", datetime.now(UTC))  # noqa: TID251 - as TLS's clock
    (tmp_path / "ca.key").write_bytes(secret)
    (tmp_path / "ca.pem").write_bytes(certificate)
    files = StationAuthoritySettings(certificate=tmp_path / "ca.pem", key=tmp_path / "ca.key")
    ours = an_authority(tmp_path, "ours")
    own = ours.sign("server", "localhost")
    key = ec.generate_private_key(ec.SECP256R1())
    asked = x509.CertificateSigningRequestBuilder().subject_name(_named("SN-4711", ORGANISATION))
    request = asked.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    signed = Authority.read(files).sign(request, datetime.now(UTC))  # noqa: TID251 - as TLS's clock
    (tmp_path / "station.pem").write_bytes(_pem(key) + signed.encode())
    tls = StationTlsSettings(certificate=own, key=own, port=0)
    async with house_in(tmp_path / "data", inventory, tls=tls, authority=files) as house:
        facts = certificates_in(signed)[0]
        await house.central._records.issued("lra-cert", signed)
        assert await Site(house, ours, tmp_path).joins("lra-cert", tmp_path / "station.pem") == 101
        await asyncio.gather(*house.central._signing._tasks)
        (record,) = await house.stores.ledger.certificates({"lra-cert"})
        assert (record.state, record.facts) == (CertificateState.IN_USE, facts), "it took what it proves itself by"


async def test_a_station_on_its_way_to_profile_3_may_show_its_certificate_before(site: Site) -> None:
    assert await site.joins("lra-01", site.ours.sign("station", "lra-01")) == 101
    assert await site.joins("lra-01", site.ours.sign("station", "lra-02")) == 401


async def test_a_station_that_says_too_much_waits_and_loses_nothing(open_house: Any, raw_station: Any) -> None:
    async with open_house(messages_per_s=1.0) as house, raw_station(house) as station:
        begun_s = time.monotonic()
        for number in range(11):
            await station.say(json.dumps([2, str(number), "Heartbeat", {}]))
        assert [(await station.hear())[1] for _ in range(11)] == [str(number) for number in range(11)]
        assert time.monotonic() - begun_s >= 0.9
        await house.stored()
        page = await house.stores.ledger.station_events(StationEventFilter(kinds=frozenset({StationEventKind.NOTICE})))
    assert [event.code for event in page.items] == ["ocpp.too_many_messages"]
