"""How certificates fare: signed, sent again, taken or not, installed, listed and taken away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chargepoints.authority import new_authority
from chargepoints.certificates import certificates_in, is_named_by
from chargepoints.settings import StationAuthoritySettings
from core.certificates import CertificatePurpose, CertificateState
from core.commands import Command, CommandFilter, CommandKind, CommandState
from core.station_events import StationEventFilter, StationEventKind


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - as the house's clock


def a_request(name: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    asked = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    )
    return asked.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def a_root(name: str) -> str:
    return new_authority(name, now())[1].decode()


def wire_name(pem: str) -> dict[str, str]:
    """Return what a station tells of a certificate."""
    certificate = x509.load_pem_x509_certificate(pem.encode())
    return {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": sha256(certificate.issuer.public_bytes()).hexdigest(),
        "issuerKeyHash": "00" * 32,
        "serialNumber": f"{certificate.serial_number:X}",
    }


@pytest.fixture
async def signing(tmp_path: Path, house_in: Callable[..., AbstractAsyncContextManager[Any]]) -> AsyncIterator[Any]:
    key, certificate = new_authority("Ladestationen", now())
    (tmp_path / "ca.key").write_bytes(key)
    (tmp_path / "ca.pem").write_bytes(certificate)
    files = StationAuthoritySettings(certificate=tmp_path / "ca.pem", key=tmp_path / "ca.key")
    async with house_in(tmp_path / "data", authority=files) as house:
        yield house


@pytest.fixture
async def station(signing: Any, raw_station: Any, sign_in: Any) -> AsyncIterator[Any]:
    async with raw_station(signing, "lra-01", "ocpp2.0.1", additional_headers=sign_in("lra-01")) as socket:
        yield socket


async def answered(station: Any, answer: dict[str, Any] | None) -> tuple[str, dict[str, Any]]:
    """Answer the next call of ours (None: with a CALLERROR) and return it."""
    kind, id_, action, payload = await station.hear()
    assert kind == 2
    said = [4, id_, "InternalError", "", {}] if answer is None else [3, id_, answer]
    await station.say(json.dumps(said))
    return action, payload


async def soon(look: Callable[[], Awaitable[Any]]) -> Any:
    """Return what is seen as soon as there is something."""
    async with asyncio.timeout(5):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(0.02)


async def waiting_commands(house: Any) -> tuple[Command, ...]:
    page = await house.stores.ledger.commands(CommandFilter(states=frozenset({CommandState.WAITING})))
    return tuple(page.items)


async def until(house: Any, *states: CertificateState) -> Any:
    """Return the certificates of the station once they are in these states."""
    async with asyncio.timeout(5):
        while True:
            held = await house.stores.ledger.certificates({"lra-01"})
            if sorted(each.state for each in held) == sorted(states):
                return held
            await asyncio.sleep(0.02)


async def retried_now(house: Any, tries: int) -> None:
    """Let what is sent again after a while be sent at once."""
    ledger = house.stores.ledger
    (again,) = await soon(lambda: waiting_commands(house))
    assert again.not_before_utc - now() > timedelta(seconds=20 * tries), "it is given time"
    await ledger.save_command(replace(again, not_before_utc=None))
    house.central.wake()


async def asked(house: Any, kind: CommandKind, **request: Any) -> None:
    until_utc = now() + timedelta(minutes=5)
    command = Command(
        station="lra-01", kind=kind, request=request, asked_by="anna", asked_at_utc=now(), expires_at_utc=until_utc
    )
    await house.stores.ledger.ask([command])
    house.central.wake()


async def security_events(house: Any) -> list[str]:
    await house.stored()
    wanted = StationEventFilter(kinds=frozenset({StationEventKind.SECURITY}))
    return [event.code for event in (await house.stores.ledger.station_events(wanted)).items]


async def test_a_certificate_is_sent_again_until_it_is_answered_and_then_in_use(signing: Any, station: Any) -> None:
    request = a_request("lra-01")
    assert await station.ask("SignCertificate", {"csr": request}) == {"status": "Accepted"}
    _, first = await answered(station, None)
    (sent,) = await until(signing, CertificateState.SENT)
    assert (sent.purpose, sent.tries, sent.facts.subject) == (CertificatePurpose.STATION, 1, "CN=lra-01")
    await retried_now(signing, 1)
    assert await answered(station, {"status": "Accepted"}) == ("CertificateSigned", first)
    (taken,) = await until(signing, CertificateState.IN_USE)
    assert (taken.tries, taken.facts) == (2, sent.facts)
    assert await security_events(signing) == []


async def test_after_three_errors_it_is_left_and_told(signing: Any, station: Any) -> None:
    await station.ask("SignCertificate", {"csr": a_request("lra-01")})
    for tries in (1, 2):
        await answered(station, None)
        await retried_now(signing, tries)
    await answered(station, None)
    assert await soon(lambda: security_events(signing)) == ["ocpp.certificate_not_taken"]
    (left,) = await until(signing, CertificateState.SENT)
    assert (left.tries, left.finding.code) == (3, "ocpp.command_error")


async def test_one_that_the_station_refuses_is_not_sent_again(signing: Any, station: Any) -> None:
    await station.ask("SignCertificate", {"csr": a_request("lra-01")})
    await answered(station, {"status": "Rejected"})
    (refused,) = await until(signing, CertificateState.REJECTED)
    assert refused.finding.code == "ocpp.command_refused"
    assert await station.hears_nothing()
    assert await security_events(signing) == ["ocpp.certificate_not_taken"]


async def test_a_newer_certificate_supersedes_the_one_before(signing: Any, station: Any) -> None:
    serials = []
    for _ in range(2):
        await station.ask("SignCertificate", {"csr": a_request("lra-01")})
        _, payload = await answered(station, {"status": "Accepted"})
        serials.append(certificates_in(payload["certificateChain"])[0].serial_number)
        await asyncio.sleep(0.05)
    held = await until(signing, CertificateState.SUPERSEDED, CertificateState.IN_USE)
    states = {each.facts.serial_number: each.state for each in held}
    assert [states[each] for each in serials] == [CertificateState.SUPERSEDED, CertificateState.IN_USE]


async def test_a_station_that_asks_without_end_gets_twenty_an_hour(signing: Any, station: Any) -> None:
    station_signing = signing.central._signing
    said = [station_signing._hurry("lra-02", now()) for _ in range(21)]
    assert said[:20] == [None] * 20
    assert said[20].code == "ocpp.csr_too_often"
    assert station_signing._hurry("lra-02", now() + timedelta(hours=1)) is None
    assert await station.ask("SignCertificate", {"csr": a_request("lra-01")}) == {"status": "Accepted"}


async def test_an_installed_root_is_known_until_it_is_deleted(signing: Any, station: Any) -> None:
    root = a_root("Landkreis")
    await asked(signing, CommandKind.INSTALL_CERTIFICATE, use="central_root", certificate=root)
    action, _ = await answered(station, {"status": "Accepted"})
    (held,) = await until(signing, CertificateState.IN_USE)
    assert (action, held.purpose, held.facts.subject) == ("InstallCertificate", "central_root", "CN=Landkreis")
    name = wire_name(root)
    named = {
        "issuer_name_hash": name["issuerNameHash"],
        "issuer_key_hash": name["issuerKeyHash"],
        "serial_number": name["serialNumber"].lower(),
        "algorithm": "SHA256",
    }
    await asked(signing, CommandKind.DELETE_CERTIFICATE, certificate=named)
    await answered(station, {"status": "Accepted"})
    assert (await until(signing, CertificateState.DELETED))[0].facts == held.facts


async def test_a_root_that_is_refused_is_rejected_with_the_reason(signing: Any, station: Any) -> None:
    await asked(signing, CommandKind.INSTALL_CERTIFICATE, use="maker_root", certificate=a_root("Maker"))
    await answered(station, {"status": "Failed"})
    (held,) = await until(signing, CertificateState.REJECTED)
    assert (held.purpose, held.finding.code) == (CertificatePurpose.MAKER_ROOT, "ocpp.command_refused")


async def test_what_a_station_lists_is_the_truth_about_its_roots(signing: Any, station: Any) -> None:
    roots = [a_root("Eins"), a_root("Zwei")]
    for root in roots:
        await asked(signing, CommandKind.INSTALL_CERTIFICATE, use="central_root", certificate=root)
        await answered(station, {"status": "Accepted"})
    await until(signing, CertificateState.IN_USE, CertificateState.IN_USE)
    await asked(signing, CommandKind.LIST_CERTIFICATES, uses=["central_root"])
    chain = {"certificateType": "CSMSRootCertificate", "certificateHashData": wire_name(roots[1])}
    await answered(station, {"status": "Accepted", "certificateHashDataChain": [chain]})
    held = await until(signing, CertificateState.IN_USE, CertificateState.DELETED)
    assert {each.facts.subject: each.state for each in held} == {
        "CN=Eins": CertificateState.DELETED,
        "CN=Zwei": CertificateState.IN_USE,
    }


async def test_a_list_of_some_uses_says_nothing_of_the_others(signing: Any, station: Any) -> None:
    for use in ("central_root", "contract_root"):
        await asked(signing, CommandKind.INSTALL_CERTIFICATE, use=use, certificate=a_root(use))
        await answered(station, {"status": "Accepted"})
    await until(signing, CertificateState.IN_USE, CertificateState.IN_USE)
    for uses in (["v2g_root"], ["maker_root"]):
        await asked(signing, CommandKind.LIST_CERTIFICATES, uses=uses)
        await answered(station, {"status": "NotFound"})
    await asked(signing, CommandKind.LIST_CERTIFICATES, uses=[])
    _, id_, *_ = await station.hear()  # by now those before are over
    held = await signing.stores.ledger.certificates({"lra-01"})
    assert [each.state for each in held] == [CertificateState.IN_USE] * 2
    await station.say(json.dumps([3, id_, {"status": "NotFound"}]))
    held = await until(signing, CertificateState.DELETED, CertificateState.DELETED)
    assert {each.purpose for each in held} == {CertificatePurpose.CENTRAL_ROOT, CertificatePurpose.OTHER_ROOT}


async def test_what_was_never_sent_is_not_in_the_list(signing: Any) -> None:
    over = now() + timedelta(milliseconds=50)
    command = Command(
        station="lra-02",
        kind=CommandKind.INSTALL_CERTIFICATE,
        request={"use": "central_root", "certificate": a_root("Landkreis")},
        asked_by="anna",
        asked_at_utc=now(),
        expires_at_utc=over,
    )
    (kept,) = await signing.stores.ledger.ask([command])
    signing.central.wake()

    async def ended() -> bool:
        signing.central.wake()
        return (await signing.stores.ledger.command(kept.id)).state is CommandState.TIMED_OUT

    assert await soon(ended)
    assert await signing.stores.ledger.certificates({"lra-02"}) == ()


def test_hashes_name_one_certificate_in_either_case_and_no_other() -> None:
    one, other = (certificates_in(a_root("Landkreis"))[0] for _ in range(2))
    name = wire_name(one.pem)
    told = {
        "algorithm": "SHA256",
        "issuer_name_hash": name["issuerNameHash"].upper(),
        "serial_number": name["serialNumber"],
    }
    assert is_named_by(one, told)
    assert not is_named_by(other, told)
    assert not is_named_by(one, told | {"algorithm": "MD5"})
    assert not is_named_by(one, told | {"serial_number": "xyz"})
    assert certificates_in("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----") == ()
