"""Assembly of charge sessions from decoded frames: order-independent, idempotent, no I/O.

The same evidence in any order, any number of times, gives the same session. What two OCPP
versions say of one physical session gives the same session but for protocol and names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s
from itertools import pairwise

from chargepoints.decoding.events import EvidenceKind, MeterSample, ReadingContext, TransactionEvidence
from chargepoints.session_energy import GENEROUS_POWER_W, Position, Registers, energy_of
from core.errors import CalculationError
from core.facts import ChargeSession, Protocol, SessionState, TagVerdict
from core.quantities import Quantity
from core.texts import Finding

_BOUNDARY = {ReadingContext.TRANSACTION_BEGIN, ReadingContext.TRANSACTION_END}
_DIGEST_BYTES = 6


def session_id(station: str, protocol: Protocol, transaction: str) -> str:
    """Return a session's id, the same in every replay: 1.6 numbers are ours, 2.0.1 ids may hold anything."""
    if protocol is Protocol.OCPP_16:
        return f"{station}-{transaction}"
    return f"{station}-{blake2s(transaction.encode(), digest_size=_DIGEST_BYTES).hexdigest()}"


def assemble(evidence: Iterable[TransactionEvidence], max_power_w: float | None = None) -> ChargeSession:
    """Return the session that the evidence of one transaction tells of.

    `max_power_w` bounds what its outlet can give. Raises `CalculationError` without any evidence.
    """
    case = _Case.of(evidence)
    begin, end = case.begin, case.end
    first = begin or case.all[0]
    begun_at_utc = first.stamp.at_utc
    ended_at_utc = max(end.stamp.at_utc, begun_at_utc) if end else None
    energy = energy_of(case.registers(begun_at_utc, ended_at_utc, max_power_w or GENEROUS_POWER_W))
    tagged = next((item for item in (first, *case.all) if item.tag), None)
    origin = first.arrival
    return ChargeSession(
        id=session_id(origin.station, origin.protocol, first.transaction),
        station=origin.station,
        connector=next((item.connector for item in (first, *case.all) if item.connector is not None), 0),
        protocol=origin.protocol,
        transaction=first.transaction,
        state=SessionState.ENDED if end else SessionState.OPEN,
        begun_at_utc=begun_at_utc,
        ended_at_utc=ended_at_utc,
        tag=tagged.tag if tagged else None,
        tag_verdict=tagged.verdict if tagged else TagVerdict.NONE,
        register_start_wh=energy.start_wh,
        register_stop_wh=energy.stop_wh if end else None,
        energy_wh=energy.energy_wh,
        peak_power_w=max(case.values(Quantity.POWER_W), default=None),
        samples=len({sample.stamp.identity for sample in case.samples if sample.context not in _BOUNDARY}),
        stop_reason=end.stop_reason if end else None,
        quality=energy.quality,
        findings=(*case.findings(), *energy.findings),
        first_frame=case.first_frame,
        last_frame=case.last_frame,
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """All that is said of a transaction, each thing once, in an order of its own."""

    all: tuple[TransactionEvidence, ...]
    begins: tuple[TransactionEvidence, ...]
    ends: tuple[TransactionEvidence, ...]
    samples: tuple[MeterSample, ...]
    sequences: tuple[int, ...]
    first_frame: int
    last_frame: int

    @classmethod
    def of(cls, evidence: Iterable[TransactionEvidence]) -> _Case:
        given = tuple(evidence)
        if not given:
            raise CalculationError("session.no_evidence")
        known = _each_once(given)
        return cls(
            known,
            tuple(item for item in known if item.kind is EvidenceKind.BEGIN),
            tuple(item for item in known if item.kind is EvidenceKind.END),
            _in_time(sample for item in known for sample in item.samples),
            tuple(sorted({item.sequence for item in given if item.sequence is not None})),
            min((item.arrival.frame for item in given if item.arrival.frame), default=0),
            max(item.arrival.frame for item in given),
        )

    @property
    def begin(self) -> TransactionEvidence | None:
        return self.begins[0] if self.begins else None

    @property
    def end(self) -> TransactionEvidence | None:
        """Return the earliest end: a second one is a station that shuts down and says it again."""
        return self.ends[0] if self.ends else None

    def values(self, quantity: Quantity) -> list[float]:
        return [sample.value for sample in self.samples if sample.quantity is quantity]

    def registers(self, begun_at_utc: datetime, ended_at_utc: datetime | None, max_power_w: float) -> Registers:
        energy = [sample for sample in self.samples if sample.quantity is Quantity.ENERGY_IMPORT_WH]
        last_utc = max((sample.stamp.at_utc for sample in energy), default=begun_at_utc)
        between = [
            Position(sample.stamp.at_utc, sample.value)
            for sample in energy
            if sample.context is not ReadingContext.TRANSACTION_BEGIN
            and begun_at_utc <= sample.stamp.at_utc <= (ended_at_utc or last_utc)
        ]
        stamps = [item.stamp for item in (self.begin, self.end) if item]
        return Registers(
            begun_at_utc=begun_at_utc,
            ended_at_utc=ended_at_utc,
            starts=_said(self.begin, energy, ReadingContext.TRANSACTION_BEGIN, 0),
            stops=_said(self.end, energy, ReadingContext.TRANSACTION_END, -1),
            samples=tuple(between),
            trusted=not any(stamp.assumed for stamp in stamps),
            max_power_w=max_power_w,
        )

    def findings(self) -> list[Finding]:
        found: list[Finding] = []
        if not self.begins:
            found.append(Finding.of("session.begin_missing"))
        if len(self.begins) > 1:
            found.append(Finding.of("session.begin_differs", count=len(self.begins)))
        if len(self.ends) > 1:
            found.append(Finding.of("session.end_differs", count=len(self.ends)))
        if self.begin and self.end and self.end.stamp.at_utc < self.begin.stamp.at_utc:
            found.append(Finding.of("session.end_before_begin"))
        if any(item.stamp.assumed for item in (self.begin, self.end) if item):
            found.append(Finding.of("session.time_assumed"))
        if self.end and (missing := sum(after - before - 1 for before, after in pairwise(self.sequences))):
            found.append(Finding.of("session.events_missing", count=missing))
        return found


def _said(
    boundary: TransactionEvidence | None, energy: Sequence[MeterSample], context: ReadingContext, place: int
) -> tuple[float, ...]:
    """Return what the station says of the register at one end, best first: the message itself, then its samples."""
    said = [sample.value for sample in energy if sample.context is context]
    if boundary is not None:
        if boundary.register_wh is not None:
            said.insert(0, boundary.register_wh)
        own = [sample.value for sample in boundary.samples if sample.quantity is Quantity.ENERGY_IMPORT_WH]
        said += own[place:][:1]
    return tuple(said)


def _each_once(evidence: Sequence[TransactionEvidence]) -> tuple[TransactionEvidence, ...]:
    """Return what was said, the first receipt of each thing, in an order that does not depend on receipt."""
    first: dict[str, TransactionEvidence] = {}
    for item in evidence:
        key = _identity(item)
        if key not in first or _receipt(item) < _receipt(first[key]):
            first[key] = item
    return tuple(item for _, item in sorted(first.items(), key=lambda entry: (entry[1].stamp.at_utc, entry[0])))


def _identity(item: TransactionEvidence) -> str:
    """Return what is the same when a message is sent again; its sequence number may differ then."""
    samples = [(quantity, stamp.identity, value, context) for quantity, stamp, value, context in item.samples]
    said = (item.kind, item.stamp.identity, item.connector, item.tag, item.register_wh, samples, item.stop_reason)
    return repr(said)


def _receipt(item: TransactionEvidence) -> tuple[datetime, int]:
    return item.arrival.received_at_utc, item.arrival.frame


def _in_time(samples: Iterable[MeterSample]) -> tuple[MeterSample, ...]:
    return tuple(
        sorted(samples, key=lambda sample: (sample.stamp.at_utc, sample.quantity, sample.value, sample.context))
    )
