"""Cases of the OCA's test documents about certificates and encryption, played over real TLS."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from chargepoints.authority import Authority, new_authority, secret_pem
from chargepoints.settings import StationAuthoritySettings
from core.certificates import CertificateState
from core.command_requests import TriggerMessage
from core.command_words import Triggered
from core.commands import CommandState
from core.station_events import StationEventFilter, StationEventKind
from tests.chargepoints.station import Case, connected

Run = Callable[["Grounds", str, str], Awaitable[None]]
V16, V201 = "ocpp1.6", "ocpp2.0.1"
NOW = datetime.now(UTC)  # noqa: TID251 - TLS has the real clock
BOOTS = {
    V16: {"chargePointVendor": "Maker", "chargePointModel": "Model"},
    V201: {"reason": "PowerUp", "chargingStation": {"vendorName": "Maker", "model": "Model"}},
}
REFUSED = (InvalidStatus, InvalidMessage, ConnectionClosed, ConnectionError, ssl.SSLError)
HASH = {"hashAlgorithm": "SHA256", "issuerNameHash": "00", "issuerKeyHash": "11", "serialNumber": "1f"}
OCSP = HASH | {"responderURL": "https://ocsp.example"}


@dataclass
class Key:
    """A station's key."""

    private: ec.EllipticCurvePrivateKey
    name: str

    @property
    def request(self) -> str:
        """Return the request to sign its certificate."""
        asked = x509.CertificateSigningRequestBuilder().subject_name(named(self.name))
        return asked.sign(self.private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    def kept(self, folder: Path, chain: str) -> Path:
        """Return the file of the key with its certificate."""
        path = folder / f"{x509.random_serial_number():x}.pem"
        path.write_bytes(secret_pem(self.private) + chain.encode())
        return path


def a_key(name: str) -> Key:
    return Key(ec.generate_private_key(ec.SECP256R1()), name)


def an_authority(name: str, folder: Path) -> Authority:
    """Return a new authority, whose files are in a folder."""
    folder.mkdir(exist_ok=True)
    files = StationAuthoritySettings(certificate=folder / "ca.pem", key=folder / "ca.key")
    for file, content in zip((files.key, files.certificate), new_authority(name, NOW), strict=True):
        file.write_bytes(content)
    return Authority.read(files)


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def speak_tls_1_1(context: ssl.SSLContext) -> None:
    """Have a client speak nothing newer."""
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")


async def soon(look: Callable[[], Awaitable[Any]]) -> Any:
    """Return what is seen as soon as there is something."""
    async with asyncio.timeout(5):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(0.02)


@dataclass
class Grounds:
    """A house with an encrypted port, and the authority that stations and house share."""

    house: Any
    folder: Path
    authority: Authority
    sign_in: Callable[[str], dict[str, str]]
    spoken: set[str] = field(default_factory=set)

    @asynccontextmanager
    async def joined(
        self, name: str, version: str, *, certificate: Path | None = None, password: bool = False, oldest: bool = False
    ) -> AsyncIterator[Case]:
        """Connect a station at the encrypted port while inside."""
        context = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        if certificate is not None:
            context.load_cert_chain(certificate)
        if oldest:
            speak_tls_1_1(context)
        url = f"wss://localhost:{self.house.central.tls_port}/ocpp"
        headers = self.sign_in(name) if password else {}
        async with connected(self.house, name, version, url, ssl=context, additional_headers=headers) as case:
            case.station.spoken = self.spoken
            yield case

    async def joins(self, name: str, version: str, **how: Any) -> bool:
        """Return whether a station is let in, and boots."""
        try:
            async with self.joined(name, version, **how) as case:
                answer = await case.call("BootNotification", BOOTS[version])
                return bool(answer["status"] == "Accepted")
        except REFUSED:
            return False

    def proof(self, name: str, days: float = 10.0, authority: Authority | None = None) -> Path:
        """Return a station's certificate, of our authority or another, with its key; with few days it is over."""
        key = a_key(name)
        signed_utc = NOW if days > 0 else NOW - timedelta(days=401)
        return key.kept(self.folder, (authority or self.authority).sign(key.request, signed_utc))

    async def events(self, name: str) -> list[str]:
        """Return the events of a station's security, and why it was turned away."""
        await self.house.stored()
        kinds = frozenset({StationEventKind.SECURITY, StationEventKind.TURNED_AWAY})
        page = await self.house.stores.ledger.station_events(
            StationEventFilter(stations=frozenset({name}), kinds=kinds)
        )
        return [event.code for event in page.items]

    async def fares(self, name: str, state: CertificateState) -> None:
        """Return once a certificate of a station is in a state."""

        async def there() -> bool:
            return state in [each.state for each in await self.house.stores.ledger.certificates({name})]

        await soon(there)


async def server_proves_itself(grounds: Grounds, name: str, version: str) -> None:
    """Connect by a password, knowing the house by its certificate."""
    assert await grounds.joins(name, version, password=True)


async def old_encryption_is_refused(grounds: Grounds, name: str, version: str) -> None:
    """Connect with TLS 1.1 at most."""
    with pytest.raises((ssl.SSLError, ConnectionError)):
        async with grounds.joined(name, version, password=True, oldest=True):
            pass


async def certificate_lets_in(grounds: Grounds, name: str, version: str) -> None:
    """Connect by a certificate."""
    assert await grounds.joins(name, version, certificate=grounds.proof(name))
    assert await grounds.events(name) == []


async def unfit_certificates_are_refused(grounds: Grounds, name: str, version: str) -> None:
    """Connect by certificates that are over, of nobody known, of another station, and by none."""
    stranger = an_authority("Fremd", grounds.folder / "fremd")
    for certificate in (grounds.proof(name, days=0), grounds.proof(name, authority=stranger), None):
        assert not await grounds.joins(name, version, certificate=certificate)
    assert await grounds.events(name) == ["ocpp.certificate_missing"]
    assert not await grounds.joins(name, version, certificate=grounds.proof("another"))
    assert "ocpp.certificate_of_another" in await grounds.events(name)


async def asked_for(case: Case, key: Key) -> str:
    """Have a station ask for its certificate, and return what it was sent."""
    trigger = "SignChargePointCertificate" if case.version == V16 else "SignChargingStationCertificate"
    action = "ExtendedTriggerMessage" if case.version == V16 else "TriggerMessage"
    await case.ask(
        TriggerMessage(message=Triggered.CERTIFICATE_REQUEST),
        action,
        {"requestedMessage": trigger},
        state=CommandState.ACCEPTED,
    )
    use = {} if case.version == V16 else {"certificateType": "ChargingStationCertificate"}
    assert await case.call("SignCertificate", {"csr": key.request, **use}) == {"status": "Accepted"}

    async def signed() -> dict[str, Any] | None:
        action, payload = case.station.asked[-1]
        return payload if action == "CertificateSigned" else None

    payload = await soon(signed)
    assert payload.get("certificateType") == use.get("certificateType")
    return str(payload["certificateChain"])


async def certificate_is_updated(grounds: Grounds, name: str, version: str) -> None:
    """Ask a station to ask for a certificate; it connects by it at once."""
    key = a_key(name)
    async with grounds.joined(name, version, password=True) as case:
        case.station.answers["CertificateSigned"] = {"status": "Accepted"}
        chain = await asked_for(case, key)
        await grounds.fares(name, CertificateState.IN_USE)
    assert await grounds.joins(name, version, certificate=key.kept(grounds.folder, chain))
    assert await grounds.events(name) == []


async def certificate_is_refused_by_the_station(grounds: Grounds, name: str, version: str) -> None:
    """Send a certificate that the station finds invalid, which it tells as an event too."""
    async with grounds.joined(name, version, password=True) as case:
        case.station.answers["CertificateSigned"] = {"status": "Rejected"}
        await asked_for(case, a_key(name))
        type_ = "InvalidChargePointCertificate" if version == V16 else "InvalidChargingStationCertificate"
        said = {"type": type_, "timestamp": case.station.at()}
        assert await case.call("SecurityEventNotification", said) == {}
        await grounds.fares(name, CertificateState.REJECTED)

        async def told() -> bool:
            return set(await grounds.events(name)) == {type_, "ocpp.certificate_not_taken"}

        assert await soon(told)


async def contract_certificate_is_not_signed(grounds: Grounds, name: str, version: str) -> None:
    """Ask for a certificate for contracts, which are not ours to sign."""
    async with grounds.joined(name, version, password=True) as case:
        asked = {"csr": a_key(name).request, "certificateType": "V2GCertificate"}
        assert await case.call("SignCertificate", asked) == {"status": "Rejected"}
        assert await grounds.events(name) == ["ocpp.csr_for_contracts"]


async def combined_certificate_is_signed(grounds: Grounds, name: str, version: str) -> None:
    """Have a station ask for one certificate for all that it does, with no word on its use: it gets its own."""
    async with grounds.joined(name, version, password=True) as case:
        await case.ask(
            TriggerMessage(message=Triggered.CERTIFICATE_REQUEST_COMBINED),
            "TriggerMessage",
            {"requestedMessage": "SignCombinedCertificate"},
            state=CommandState.ACCEPTED,
        )
        case.station.answers["CertificateSigned"] = {"status": "Accepted"}
        asked = {"csr": a_key(name).request}
        assert await case.call("SignCertificate", asked) == {"status": "Accepted"}
        await grounds.fares(name, CertificateState.IN_USE)


async def state_of_a_contract_is_not_known(grounds: Grounds, name: str, version: str) -> None:
    """Ask whether a contract's certificate was revoked."""
    async with grounds.joined(name, version, password=True) as case:
        assert await case.call("GetCertificateStatus", {"ocspRequestData": OCSP}) == {"status": "Failed"}


def contract_is_not_given(action: str) -> Run:
    """Ask for a vehicle's contract."""

    async def run(grounds: Grounds, name: str, version: str) -> None:
        async with grounds.joined(name, version, password=True) as case:
            asked = {"iso15118SchemaVersion": "urn:iso:15118:2:2013:MsgDef", "action": action, "exiRequest": "gA=="}
            answer = await case.call("Get15118EVCertificate", asked)
            assert answer["status"] == "Failed"

    return run


CASES_16: dict[str, Run] = {
    "TC_074": certificate_is_updated,
    "TC_077": certificate_is_refused_by_the_station,
    "TC_086": server_proves_itself,
    "TC_087": certificate_lets_in,
}
CASES_201: dict[str, Run] = {
    "TC_A_04": server_proves_itself,
    "TC_A_06": old_encryption_is_refused,
    "TC_A_07": certificate_lets_in,
    "TC_A_08": unfit_certificates_are_refused,
    "TC_A_11": certificate_is_updated,
    "TC_A_12": contract_certificate_is_not_signed,
    "TC_A_13": combined_certificate_is_signed,
    "TC_A_14": certificate_is_refused_by_the_station,
    "TC_M_24": state_of_a_contract_is_not_known,
    "TC_M_26": contract_is_not_given("Install"),
    "TC_M_28": contract_is_not_given("Update"),
}
