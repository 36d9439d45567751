"""What certificates say, and the record of how each fares: signed, sent, taken, installed, taken away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import new as digest
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from core.certificates import (
    OURS,
    ROOTS,
    CertificateBook,
    CertificateFacts,
    CertificatePurpose,
    CertificateRecord,
    CertificateState,
)
from core.command_words import CertificateUse
from core.commands import Command, CommandKind, CommandState
from core.ports import Clock
from core.texts import Finding

PURPOSES: Final[Mapping[CertificateUse, CertificatePurpose]] = {
    CertificateUse.CENTRAL_ROOT: CertificatePurpose.CENTRAL_ROOT,
    CertificateUse.MAKER_ROOT: CertificatePurpose.MAKER_ROOT,
}
"""What roots are installed for, as far as it concerns us."""

_HASHES: Final = frozenset({"sha256", "sha384", "sha512"})


def certificates_in(pem: str | bytes) -> tuple[CertificateFacts, ...]:
    """Return what the certificates of a PEM text say, in its order; none if it holds none that can be read."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode() if isinstance(pem, str) else pem)
        return tuple(_facts(each) for each in found)
    except ValueError:
        return ()


def is_named_by(facts: CertificateFacts, name: Mapping[str, Any]) -> bool:
    """Return whether hashes, as stations tell them (RFC 6960, CertID), name a certificate.

    Number and issuer's name tell it from all others; the issuer's key, which not everybody hashes alike, is not needed.
    """
    algorithm = str(name.get("algorithm", "")).lower()
    if algorithm not in _HASHES or not _same(facts.serial_number, str(name.get("serial_number", ""))):
        return False
    issuer = x509.load_pem_x509_certificate(facts.pem.encode()).issuer.public_bytes()
    return digest(algorithm, issuer).hexdigest() == str(name.get("issuer_name_hash", "")).lower()


class CertificateRecords:
    """Writes down how certificates fare, from what is signed here and from the commands about them."""

    def __init__(self, book: CertificateBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._shown: dict[str, str] = {}

    async def issued(self, station: str, chain: str) -> None:
        """Note that a certificate was signed for a station; those that it never took are superseded."""
        facts = certificates_in(chain)[0]
        before = await self._book.certificates({station}, {CertificatePurpose.STATION})
        left = [each for each in before if each.state in (CertificateState.ISSUED, CertificateState.SENT)]
        new = self._new(station, CertificatePurpose.STATION, facts, CertificateState.ISSUED)
        await self._book.save_certificates([*self._superseded(left), new])

    async def own(self, found: Mapping[CertificatePurpose, Sequence[CertificateFacts]]) -> None:
        """Note which certificates the service itself stands on; others that it stood on are superseded."""
        known = {(each.purpose, each.facts.fingerprint): each for each in await self._book.certificates({OURS})}
        there = {(purpose, facts.fingerprint): facts for purpose, listed in found.items() for facts in listed}
        gone = [each for key, each in known.items() if key not in there and each.state is CertificateState.IN_USE]
        news = [
            replace(known[purpose, print_], state=CertificateState.IN_USE, changed_at_utc=self._clock())
            if (purpose, print_) in known
            else self._new(OURS, purpose, facts, CertificateState.IN_USE)
            for (purpose, print_), facts in there.items()
            if (purpose, print_) not in known or known[purpose, print_].state is not CertificateState.IN_USE
        ]
        if gone or news:
            await self._book.save_certificates([*self._superseded(gone), *news])

    async def shown(self, station: str, serial_number: str) -> None:
        """Note that a station proved itself by one of its certificates: it took it, whatever it answered."""
        if self._shown.get(station) == serial_number:
            return
        held = await self._book.certificates({station}, {CertificatePurpose.STATION})
        self._shown[station] = serial_number
        for record in held:
            if record.state is not CertificateState.IN_USE and _same(record.facts.serial_number, serial_number):
                await self._book.save_certificates(self._taken(record, held))

    async def tries(self, command: Command) -> int:
        """Return how often the certificate that a command brings has been sent."""
        record = await self._brought(command)
        return 0 if record is None else record.tries

    async def followed(self, command: Command) -> None:
        """Note what a command came to, as far as it is about certificates."""
        match command.kind:
            case CommandKind.CERTIFICATE_SIGNED:
                await self._signed(command)
            case CommandKind.INSTALL_CERTIFICATE:
                await self._installed(command)
            case CommandKind.DELETE_CERTIFICATE if command.state is CommandState.DONE:
                await self._deleted(command)
            case CommandKind.LIST_CERTIFICATES if command.state is CommandState.DONE:
                await self._listed(command)

    async def _signed(self, command: Command) -> None:
        record = await self._brought(command)
        if record is None:
            return
        if command.state is CommandState.SENT:
            sent = self._now(record, CertificateState.SENT, tries=record.tries + 1)
            await self._book.save_certificates([sent])
        elif command.state is CommandState.DONE:
            held = await self._book.certificates({command.station}, {CertificatePurpose.STATION})
            await self._book.save_certificates(self._taken(record, held))
        elif record.state is not CertificateState.IN_USE:
            refused = command.state is CommandState.REJECTED
            state = CertificateState.REJECTED if refused else record.state
            await self._book.save_certificates([self._now(record, state, finding=command.finding)])

    async def _installed(self, command: Command) -> None:
        found = certificates_in(str(command.request["certificate"]))
        if not found or command.sent_at_utc is None:
            return
        purpose = PURPOSES.get(CertificateUse(command.request["use"]), CertificatePurpose.OTHER_ROOT)
        facts = found[0]
        known = [each for each in await self._roots(command.station) if _key(each) == (purpose, facts.fingerprint)]
        record = known[0] if known else self._new(command.station, purpose, facts, CertificateState.ISSUED)
        if command.state is CommandState.SENT:
            state = record.state if record.state is CertificateState.IN_USE else CertificateState.SENT
            changed = self._now(record, state, tries=record.tries + 1)
        elif command.state is CommandState.DONE:
            changed = self._now(record, CertificateState.IN_USE)
        elif record.state is CertificateState.IN_USE:
            return  # it was there before, and is still
        else:
            changed = self._now(record, CertificateState.REJECTED, finding=command.finding)
        await self._book.save_certificates([changed])

    async def _deleted(self, command: Command) -> None:
        held = await self._book.certificates({command.station})
        gone = [each for each in held if is_named_by(each.facts, command.request["certificate"])]
        await self._book.save_certificates([self._now(each, CertificateState.DELETED) for each in gone])

    async def _listed(self, command: Command) -> None:
        """Take a station's own list for the truth about the roots it was asked about."""
        uses = {CertificateUse(use) for use in command.request.get("uses") or CertificateUse}
        asked = {PURPOSES[use] for use in uses & PURPOSES.keys()}
        if uses >= set(CertificateUse) - PURPOSES.keys():
            asked.add(CertificatePurpose.OTHER_ROOT)
        told = command.answer.get("certificates", ())
        changed = []
        for record in await self._roots(command.station, asked):
            there = any(is_named_by(record.facts, name) for name in told)
            if there is not (record.state is CertificateState.IN_USE):
                state = CertificateState.IN_USE if there else CertificateState.DELETED
                changed += [self._now(record, state)] if there or record.state.counts else []
        await self._book.save_certificates(changed)

    async def _roots(
        self, station: str, purposes: Collection[CertificatePurpose] = ROOTS
    ) -> tuple[CertificateRecord, ...]:
        return await self._book.certificates({station}, ROOTS & set(purposes))

    async def _brought(self, command: Command) -> CertificateRecord | None:
        found = certificates_in(str(command.request["chain"]))
        held = await self._book.certificates({command.station}, {CertificatePurpose.STATION})
        return next((each for each in held if found and each.facts.fingerprint == found[0].fingerprint), None)

    def _taken(self, record: CertificateRecord, held: Iterable[CertificateRecord]) -> list[CertificateRecord]:
        """Return a station's certificate as the one it uses from now on, and those it used before."""
        before = [each for each in held if each.state is CertificateState.IN_USE and _key(each) != _key(record)]
        return [*self._superseded(before), self._now(record, CertificateState.IN_USE)]

    def _superseded(self, records: Iterable[CertificateRecord]) -> list[CertificateRecord]:
        return [self._now(each, CertificateState.SUPERSEDED) for each in records]

    def _new(
        self, station: str, purpose: CertificatePurpose, facts: CertificateFacts, state: CertificateState
    ) -> CertificateRecord:
        now_utc = self._clock()
        return CertificateRecord(
            station=station, purpose=purpose, facts=facts, state=state, noted_at_utc=now_utc, changed_at_utc=now_utc
        )

    def _now(
        self,
        record: CertificateRecord,
        state: CertificateState,
        *,
        tries: int | None = None,
        finding: Finding | None = None,
    ) -> CertificateRecord:
        """Return a record as it is from now on."""
        count = record.tries if tries is None else tries
        return replace(record, state=state, changed_at_utc=self._clock(), tries=count, finding=finding)


def _facts(certificate: x509.Certificate) -> CertificateFacts:
    return CertificateFacts(
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        serial_number=f"{certificate.serial_number:x}",
        valid_from_utc=certificate.not_valid_before_utc,
        valid_to_utc=certificate.not_valid_after_utc,
        pem=certificate.public_bytes(Encoding.PEM).decode(),
    )


def _key(record: CertificateRecord) -> tuple[CertificatePurpose, str]:
    return record.purpose, record.facts.fingerprint


def _number(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        return -1


def _same(one: str, other: str) -> bool:
    return _number(one) == _number(other) >= 0
