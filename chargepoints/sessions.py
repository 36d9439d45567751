"""Assembly of charge sessions from decoded frames: order-independent, idempotent, no I/O.

The same evidence in any order, any number of times, gives the same session. What two OCPP
versions say of one physical session gives the same session but for protocol and names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2s
from itertools import pairwise
from typing import NamedTuple

from chargepoints.decoding.events import EvidenceKind, MeterSample, ReadingContext, TransactionEvidence
from chargepoints.session_energy import GENEROUS_POWER_W, Energy, Position, Registers, energy_of
from chargepoints.session_idle import Course, Flow, idle_s
from chargepoints.signs import Sign, SignKind
from chargepoints.skew import skew_s
from core.errors import CalculationError
from core.facts import ChargeSession, Protocol, SessionState, TagVerdict
from core.quantities import Quantity
from core.texts import Finding

_BOUNDARY = {ReadingContext.TRANSACTION_BEGIN, ReadingContext.TRANSACTION_END}
_DIGEST_BYTES = 6
_ENOUGH_POWERS = 2
_HOUR = timedelta(hours=1)
_LONG_AFTER = timedelta(days=1)
_ORDER = {EvidenceKind.END: 0, EvidenceKind.BEGIN: 1, EvidenceKind.SAMPLE: 2}
_CLOSED_BY = {
    SignKind.BOOT: "session.closed_by_boot",
    SignKind.FREE: "session.closed_by_free",
    SignKind.NEXT: "session.closed_by_next",
}
"""What is said of a transaction whose own end never came."""

_FLOWS = {SignKind.PAUSED: False, SignKind.FLOWING: True}


def session_id(station: str, protocol: Protocol, transaction: str) -> str:
    """Return a session's id, the same in every replay: 1.6 numbers are ours, 2.0.1 ids may hold anything."""
    return f"{station}-{transaction if protocol is Protocol.OCPP_16 else _digest(transaction)}"


def _digest(text: str) -> str:
    return blake2s(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def assemble(
    evidence: Iterable[TransactionEvidence], max_power_w: float | None = None, signs: Iterable[Sign] = ()
) -> ChargeSession:
    """Return the session that the evidence of one transaction tells of.

    `max_power_w` bounds what its outlet can give; `signs` are what else happened at its station.
    Raises `CalculationError` without any evidence.
    """
    case = _Case.of(evidence, signs)
    begin, end, over = case.begin, case.end, case.over
    first = begin or case.all[0]
    begun_at_utc = first.stamp.at_utc
    ended_at_utc = max(over.at_utc, begun_at_utc) if over else None
    registers = case.registers(begun_at_utc, ended_at_utc, max_power_w or GENEROUS_POWER_W)
    energy = energy_of(registers)
    tagged = next((item for item in (first, *case.all) if item.tag), None)
    origin = first.arrival
    return ChargeSession(
        id=session_id(origin.station, origin.protocol, first.transaction),
        station=origin.station,
        connector=case.connector or 0,
        protocol=origin.protocol,
        transaction=first.transaction,
        state=SessionState.ENDED if over else SessionState.OPEN,
        begun_at_utc=begun_at_utc,
        ended_at_utc=ended_at_utc,
        tag=tagged.tag if tagged else None,
        tag_verdict=tagged.verdict if tagged else TagVerdict.NONE,
        register_start_wh=energy.start_wh,
        register_stop_wh=energy.stop_wh if over else None,
        energy_wh=energy.energy_wh,
        peak_power_w=max(case.values(Quantity.POWER_W), default=None),
        samples=len({sample.stamp.identity for sample in case.samples if sample.context not in _BOUNDARY}),
        stop_reason=end.stop_reason if end else None,
        quality=energy.quality,
        findings=(*case.findings(), *energy.findings),
        first_frame=case.first_frame,
        last_frame=case.last_frame,
        idle_s=idle_s(case.course(registers, energy)),
        skew_s=skew_s(case.all),
    )


def sessions_of(
    evidence: Iterable[TransactionEvidence], max_power_w: float | None = None, signs: Sequence[Sign] = ()
) -> tuple[ChargeSession, ...]:
    """Return all sessions that one transaction's name stands for: some stations count from 1 again after a restart.

    The first that has a begin bears the transaction's id. A 1.6 number that we never gave is a session once it is
    over and energy was counted at an outlet. Raises `CalculationError` without any evidence.
    """
    runs = _runs(tuple(evidence))
    named = next((place for place, run in enumerate(runs) if _begin_of(run) is not None), 0)
    sessions = []
    for place, run in enumerate(runs):
        session = assemble(run, max_power_w, signs)
        if place != named:
            session = replace(session, id=f"{session.id}-{_digest(session.begun_at_utc.isoformat())}")
        strange = session.protocol is Protocol.OCPP_16 and _begin_of(run) is None
        if not strange or (session.connector and session.energy_wh and session.state is SessionState.ENDED):
            sessions.append(session)
    return tuple(sessions)


def _runs(evidence: tuple[TransactionEvidence, ...]) -> list[list[TransactionEvidence]]:
    """Return evidence apart at each begin after an end of what was before; instants that were assumed part nothing."""
    ordered = sorted(evidence, key=lambda item: (item.stamp.at_utc, _ORDER[item.kind]))
    runs: list[list[TransactionEvidence]] = [[]]
    ended_utc: datetime | None = None
    for item in ordered:
        if item.kind is EvidenceKind.BEGIN and ended_utc is not None and _is_another(item, ended_utc, runs[-1]):
            runs.append([])
            ended_utc = None
        if item.kind is EvidenceKind.END and not item.stamp.assumed:
            ended_utc = ended_utc or item.stamp.at_utc
        runs[-1].append(item)
    return runs


def _is_another(begin: TransactionEvidence, ended_utc: datetime, before: Sequence[TransactionEvidence]) -> bool:
    since = begin.stamp.at_utc - ended_utc
    return not begin.stamp.assumed and since >= (timedelta(0) if _begin_of(before) else _LONG_AFTER)


def _begin_of(run: Iterable[TransactionEvidence]) -> TransactionEvidence | None:
    return next((item for item in run if item.kind is EvidenceKind.BEGIN), None)


class _Over(NamedTuple):
    """When a transaction was over, and by what: None by its own end."""

    at_utc: datetime
    sign: SignKind | None = None


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
    connector: int | None
    signs: tuple[Sign, ...]

    @classmethod
    def of(cls, evidence: Iterable[TransactionEvidence], signs: Iterable[Sign]) -> _Case:
        given = tuple(evidence)
        if not given:
            raise CalculationError("session.no_evidence")
        known = _each_once(given)
        begins = tuple(item for item in known if item.kind is EvidenceKind.BEGIN)
        connectors = (item.connector for item in (*begins[:1], *known) if item.connector is not None)
        connector = next(connectors, None)
        return cls(
            known,
            begins,
            tuple(item for item in known if item.kind is EvidenceKind.END),
            _in_time(sample for item in known for sample in item.samples),
            tuple(sorted({item.sequence for item in given if item.sequence is not None})),
            min((item.arrival.frame for item in given if item.arrival.frame), default=0),
            max(item.arrival.frame for item in given),
            connector,
            tuple(sorted({sign for sign in signs if sign.concerns(connector)})),
        )

    @property
    def begin(self) -> TransactionEvidence | None:
        return self.begins[0] if self.begins else None

    @property
    def end(self) -> TransactionEvidence | None:
        """Return the earliest end: a second one is a station that shuts down and says it again."""
        return self.ends[0] if self.ends else None

    @property
    def over(self) -> _Over | None:
        """Return when it was over: by its own end, else by the first sign after all that it said; None if it runs."""
        if self.end is not None:
            return _Over(self.end.stamp.at_utc)
        last_utc, own = self.last_utc, self.all[0].transaction
        closing = min(
            (
                (sign.at_utc, sign.kind)
                for sign in self.signs
                if sign.kind.closes and self._is_after_all(sign) and sign.transaction != own
            ),
            default=None,
        )
        if closing is None:
            return None
        at_utc, kind = closing
        return _Over(last_utc if kind is SignKind.BOOT else at_utc, kind)

    def _is_after_all(self, sign: Sign) -> bool:
        """Return whether a sign is later than all that was said, both by the station's clock, or both by ours."""
        if sign.by_our_clock:
            return sign.at_utc > max(item.arrival.received_at_utc for item in self.all)
        return sign.at_utc > self.all[0].stamp.at_utc and sign.at_utc >= self.last_utc

    @property
    def last_utc(self) -> datetime:
        """Return the last instant of which it says something."""
        said = [item.stamp.at_utc for item in self.all] + [sample.stamp.at_utc for sample in self.samples]
        return max(said)

    def course(self, registers: Registers, energy: Energy) -> Course:
        """Return what is known of the flow of energy, until the end or as far as is known."""
        begun_utc, over_utc = (
            registers.begun_at_utc,
            registers.ended_at_utc or max(registers.begun_at_utc, self.last_utc),
        )
        ends = [(begun_utc, energy.start_wh)]
        ends += [(over_utc, energy.stop_wh)] if self.end is not None else []
        powers = [
            Position(sample.stamp.at_utc, sample.value)
            for sample in self.samples
            if sample.quantity is Quantity.POWER_W and begun_utc <= sample.stamp.at_utc <= over_utc
        ]
        said = [Flow(item.stamp.at_utc, item.flowing) for item in self.all if item.flowing is not None]
        said += [Flow(sign.at_utc, _FLOWS[sign.kind]) for sign in self.signs if sign.kind in _FLOWS]
        between = [position for position in registers.samples if energy.start_wh is None or position.value_wh > 0]
        return Course(
            begun_at_utc=begun_utc,
            over_at_utc=over_utc,
            positions=sorted([*between, *(Position(at_utc, wh) for at_utc, wh in ends if wh is not None)]),
            powers=powers,
            said=sorted(flow for flow in said if begun_utc <= flow.at_utc <= over_utc),
        )

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
            work_wh=self._work_wh(begun_at_utc, ended_at_utc or last_utc),
        )

    def _work_wh(self, begun_at_utc: datetime, until_utc: datetime) -> float | None:
        """Return what the powers measured in a span come to, None with less than two."""
        powers = [
            (sample.stamp.at_utc, sample.value)
            for sample in self.samples
            if sample.quantity is Quantity.POWER_W and begun_at_utc <= sample.stamp.at_utc <= until_utc
        ]
        if len(powers) < _ENOUGH_POWERS:
            return None
        held = [(begun_at_utc, powers[0][1]), *powers, (until_utc, powers[-1][1])]
        return sum((after - before) / _HOUR * (w + later_w) / 2 for (before, w), (after, later_w) in pairwise(held))

    def findings(self) -> list[Finding]:
        found: list[Finding] = []
        if not self.begins:
            found.append(Finding.of("session.begin_missing"))
        if len(self.begins) > 1:
            found.append(Finding.of("session.begin_differs", count=len(self.begins)))
        if len(self.ends) > 1:
            found.append(Finding.of("session.end_differs", count=len(self.ends)))
        if (over := self.over) is not None and over.sign is not None:
            found.append(Finding.of(_CLOSED_BY[over.sign]))
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
    said = (
        item.kind,
        item.stamp.identity,
        item.connector,
        item.tag,
        item.register_wh,
        samples,
        item.stop_reason,
        item.flowing,
    )
    return repr(said)


def _receipt(item: TransactionEvidence) -> tuple[datetime, int]:
    return item.arrival.received_at_utc, item.arrival.frame


def _in_time(samples: Iterable[MeterSample]) -> tuple[MeterSample, ...]:
    return tuple(
        sorted(samples, key=lambda sample: (sample.stamp.at_utc, sample.quantity, sample.value, sample.context))
    )
