"""The evidence of transactions that are open or ended lately; whatever is older comes from the journal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from math import inf

from chargepoints.decoding.events import EvidenceKind, TransactionEvidence
from chargepoints.packing import pack, unpack
from chargepoints.sessions import assemble, session_id
from core.books import SessionBook
from core.facts import ChargeSession, Protocol
from core.inventory import Inventory

_SAVE_EVERY_S = 15.0
_SAVE_LATER_BY_S = 0.1  # for each message: assembling a long session takes longer, so it is done less often
_KEEP_ENDED_S = 900.0
_KEEP_SILENT_S = 7200.0

Recall = Callable[[ChargeSession], Awaitable[Sequence[TransactionEvidence]]]


@dataclass(slots=True)
class Case:
    """What is known of one transaction."""

    station: str
    packed: list[bytes] = field(default_factory=list)
    connector: int | None = None
    ended: bool = False
    due_at_s: float = inf
    touched_at_s: float = 0.0
    saved: bool = False

    def take(self, item: TransactionEvidence, now_s: float) -> None:
        """Add evidence; begin and end are to be saved at once, samples a little later."""
        self.packed.append(pack(item))
        self.connector = item.connector if self.connector is None else self.connector
        self.ended = self.ended or item.kind is EvidenceKind.END
        self.touched_at_s = now_s
        late = self.saved and item.kind is EvidenceKind.SAMPLE and not self.ended
        wait_s = _SAVE_EVERY_S + _SAVE_LATER_BY_S * len(self.packed) if late else 0.0
        self.due_at_s = min(self.due_at_s, now_s + wait_s)

    def session(self, max_power_w: float | None) -> ChargeSession:
        """Return what the evidence tells of."""
        return assemble(map(unpack, self.packed), max_power_w)


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
        """Take evidence from before a restart; its session is saved again, but not at once."""
        id_ = session_id(item.arrival.station, item.arrival.protocol, item.transaction)
        case = self._cases.setdefault(id_, Case(item.arrival.station, saved=True))
        case.take(item, now_s)
        case.due_at_s = now_s + _SAVE_EVERY_S

    def due(self, now_s: float) -> list[ChargeSession]:
        """Return the sessions that are to be saved now."""
        sessions = []
        for case in self._cases.values():
            if case.due_at_s <= now_s:
                case.due_at_s, case.saved = inf, True
                sessions.append(case.session(self._max_power_w(case)))
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
            return self._cases.setdefault(id_, Case(item.arrival.station))
        case = self._cases.setdefault(id_, Case(session.station, connector=session.connector or None, saved=True))
        for earlier in await self._recall(session):
            case.take(earlier, now_s)
        return case

    def _max_power_w(self, case: Case) -> float | None:
        known = self._inventory().stations.get(case.station)
        outlets = known.connectors if known else ()
        return next((outlet.max_power_w for outlet in outlets if outlet.number == case.connector), None)
