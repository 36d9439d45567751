"""The evidence of transactions that are open or ended lately; whatever is older comes from the journal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from math import inf

from chargepoints.decoding.events import EvidenceKind, TransactionEvidence
from chargepoints.sessions import assemble, session_id
from core.facts import ChargeSession, Protocol
from core.inventory import Inventory
from core.ports import SessionBook

_SAVE_EVERY_S = 15.0
_KEEP_ENDED_S = 900.0
_KEEP_SILENT_S = 7200.0

Recall = Callable[[ChargeSession], Awaitable[Sequence[TransactionEvidence]]]


@dataclass(slots=True)
class Case:
    """What is known of one transaction."""

    evidence: list[TransactionEvidence] = field(default_factory=list)
    connector: int | None = None
    ended: bool = False
    due_at_s: float = inf
    touched_at_s: float = 0.0
    saved: bool = False

    def take(self, item: TransactionEvidence, now_s: float) -> None:
        """Add evidence; begin and end are to be saved at once, samples a little later."""
        self.evidence.append(item)
        self.connector = item.connector if self.connector is None else self.connector
        self.ended = self.ended or item.kind is EvidenceKind.END
        self.touched_at_s = now_s
        late = self.saved and item.kind is EvidenceKind.SAMPLE and not self.ended
        self.due_at_s = min(self.due_at_s, now_s + _SAVE_EVERY_S if late else now_s)


class Transactions:
    """Finds the case of each piece of evidence, and tells which sessions are to be saved."""

    def __init__(self, *, book: SessionBook, inventory: Callable[[], Inventory], recall: Recall) -> None:
        self._book = book
        self._inventory = inventory
        self._recall = recall
        self._cases: dict[str, Case] = {}

    @property
    def open(self) -> int:
        """Return how many open transactions are in memory."""
        return sum(not case.ended for case in self._cases.values())

    async def add(self, item: TransactionEvidence, now_s: float) -> Case | None:
        """Return the case that the evidence was added to; None for a 1.6 number that we never gave."""
        id_ = session_id(item.arrival.station, item.arrival.protocol, item.transaction)
        case = self._cases.get(id_) or await self._found(id_, item, now_s)
        if case is not None:
            case.take(item, now_s)
        return case

    def put_back(self, item: TransactionEvidence, now_s: float) -> None:
        """Take evidence that was saved before a restart; nothing is to be saved again for it."""
        id_ = session_id(item.arrival.station, item.arrival.protocol, item.transaction)
        case = self._cases.setdefault(id_, Case(saved=True))
        case.take(item, now_s)
        case.due_at_s = inf

    def due(self, now_s: float) -> list[ChargeSession]:
        """Return the sessions that are to be saved now."""
        sessions = []
        for case in self._cases.values():
            if case.due_at_s <= now_s:
                case.due_at_s, case.saved = inf, True
                sessions.append(assemble(case.evidence, self._max_power_w(case)))
        return sessions

    def forget(self, now_s: float) -> None:
        """Drop what is over or silent; late evidence brings it back from the journal."""
        for id_, case in list(self._cases.items()):
            keep_s = _KEEP_ENDED_S if case.ended else _KEEP_SILENT_S
            if case.due_at_s == inf and now_s - case.touched_at_s > keep_s:
                del self._cases[id_]

    async def _found(self, id_: str, item: TransactionEvidence, now_s: float) -> Case | None:
        session = await self._book.session(id_)
        if session is None:
            if item.arrival.protocol is Protocol.OCPP_16 and item.kind is not EvidenceKind.BEGIN:
                return None
            return self._cases.setdefault(id_, Case())
        case = self._cases.setdefault(id_, Case(connector=session.connector or None, saved=True))
        for earlier in await self._recall(session):
            case.take(earlier, now_s)
        return case

    def _max_power_w(self, case: Case) -> float | None:
        station = self._inventory().stations.get(case.evidence[0].arrival.station)
        if station is None:
            return None
        return next((each.max_power_w for each in station.connectors if each.number == case.connector), None)
