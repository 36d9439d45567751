"""The evidence of transactions that are open or ended lately; whatever is older comes from the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from chargepoints.decoding.events import Arrival, Event, EvidenceKind, TransactionEvidence
from chargepoints.packing import pack, unpack
from chargepoints.sessions import session_id, sessions_of
from chargepoints.signs import RecentSigns, Sign, sign_of
from core.facts import ChargeSession, Protocol, SessionState
from core.inventory import Inventory
from core.session_corrections import SessionCorrectionBook

_SAVE_EVERY_S = 15.0
_SAVE_LATER_BY_S = 0.1  # for each message: assembling a long session takes longer, so it is done less often
_AMONG_MANY_S = 0.0005  # for each message and each session that runs: 5,000 at once would take all the time there is
_KEEP_ENDED_S = 900.0
_KEEP_SILENT_S = 7200.0

_MOST_SIGNS = 200


class Recalled(NamedTuple):
    """What the journal has of a transaction, and what happened around it."""

    evidence: list[TransactionEvidence]
    signs: list[Sign]

    def take(self, arrival: Arrival, event: Event, session: str) -> None:
        """Add what a message tells of a session, and of what happened at its station."""
        if isinstance(event, TransactionEvidence):
            told_of = session_id(event.arrival.station, event.arrival.protocol, event.transaction)
            if told_of == session:
                self.evidence.append(event)
        if (sign := sign_of(arrival, event)) is not None:
            self.signs.append(sign)


Recall = Callable[[ChargeSession], Awaitable[Recalled]]


@dataclass(slots=True)
class Case:
    """What is known of one transaction. `strange`: a 1.6 number that we never gave."""

    station: str
    packed: list[bytes] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    connector: int | None = None
    ended: bool = False
    strange: bool = False
    due_at_s: float = inf
    touched_at_s: float = 0.0
    saved: bool = False

    def take(self, item: TransactionEvidence, now_s: float, among: int = 1) -> None:
        """Add evidence; begin and end are to be saved at once, samples later, the more so `among` many sessions."""
        self.packed.append(pack(item))
        self.connector = item.connector if self.connector is None else self.connector
        self.ended = self.ended or item.kind is EvidenceKind.END
        self.strange = self.strange and item.kind is not EvidenceKind.BEGIN
        self.touched_at_s = now_s
        late = self.saved and item.kind is EvidenceKind.SAMPLE and not self.ended
        later_by_s = max(_SAVE_LATER_BY_S, _AMONG_MANY_S * among)
        wait_s = _SAVE_EVERY_S + later_by_s * len(self.packed) if late else 0.0
        self.due_at_s = min(self.due_at_s, now_s + wait_s)

    def heed(self, sign: Sign, now_s: float) -> None:
        """Add what happened at the station; what may end the transaction is to be saved at once."""
        if len(self.signs) < _MOST_SIGNS or sign.kind.closes:
            self.signs.append(sign)
        if sign.kind.closes and not self.ended and sign.concerns(self.connector):
            self.due_at_s = min(self.due_at_s, now_s)

    def sessions(self, max_power_w: float | None) -> tuple[ChargeSession, ...]:
        """Return what the evidence tells of."""
        return sessions_of(map(unpack, self.packed), max_power_w, self.signs)


class Transactions:
    """Finds the case of each piece of evidence, and tells which sessions are to be saved."""

    def __init__(self, *, book: SessionCorrectionBook, inventory: Callable[[], Inventory], recall: Recall) -> None:
        self._book = book
        self._inventory = inventory
        self._recall = recall
        self._cases: dict[str, Case] = {}
        self._at: dict[str, dict[str, Case]] = {}
        self._recent = RecentSigns()
        self._silent: dict[str, tuple[str, int | None]] = {}

    @property
    def open(self) -> int:
        """Return how many open transactions are in memory."""
        return sum(not case.ended for case in self._cases.values())

    async def add(self, item: TransactionEvidence, now_s: float) -> Case:
        """Return the case that the evidence was added to; a 1.6 number that we never gave waits for its begin."""
        id_ = session_id(item.arrival.station, item.arrival.protocol, item.transaction)
        case = self._cases.get(id_) or await self._found(id_, item, now_s)
        case.take(item, now_s, len(self._cases))
        await self.heed(item.arrival, item, now_s)
        return case

    def put_back(self, item: TransactionEvidence, now_s: float) -> None:
        """Take evidence from before a restart; its session is saved again, but not at once."""
        id_ = session_id(item.arrival.station, item.arrival.protocol, item.transaction)
        case = self._cases.get(id_) or self._made(id_, Case(item.arrival.station, saved=True))
        case.take(item, now_s)
        case.due_at_s = now_s + _SAVE_EVERY_S

    def put_back_sign(self, arrival: Arrival, event: Event) -> None:
        """Take what happened around transactions before a restart."""
        sign = sign_of(arrival, event)
        if sign is not None and self._recent.add(arrival.station, sign):
            for case in self._at.get(arrival.station, {}).values():
                case.heed(sign, case.due_at_s)

    def let_rest(self, session: ChargeSession) -> None:
        """Remember an open session that is not in memory: it may be ended by what happens at its outlet."""
        self._silent[session.id] = session.station, session.connector or None

    async def heed(self, arrival: Arrival, event: Event, now_s: float) -> None:
        """Have an event end the transactions that it ends, and tell those that run whether energy flows."""
        sign = sign_of(arrival, event)
        if sign is None or not self._recent.add(arrival.station, sign):
            return
        if sign.kind.closes:
            await self._wake(arrival.station, sign, now_s)
        for case in self._at.get(arrival.station, {}).values():
            case.heed(sign, now_s)

    async def due(self, now_s: float) -> list[ChargeSession]:
        """Return the sessions that are to be saved now; between two of them stations are answered."""
        sessions: list[ChargeSession] = []
        for case in [case for case in self._cases.values() if case.due_at_s <= now_s]:
            case.due_at_s, case.saved = inf, True
            sessions += case.sessions(self._max_power_w(case))
            await asyncio.sleep(0)
        return sessions

    async def bring_back(self, session: ChargeSession, now_s: float) -> None:
        """Take up an open session of another process that ended, with all that the journal has of it."""
        if session.id not in self._cases:
            await self._back(session, now_s)

    def hurry(self, station: str) -> None:
        """Have the sessions of a station saved with the next write."""
        for case in self._at.get(station, {}).values():
            case.due_at_s = 0.0

    def let_go(self, station: str) -> None:
        """Drop all of a station: from now on another process gathers it."""
        for id_ in self._at.pop(station, {}):
            del self._cases[id_]
        self._silent = {id_: place for id_, place in self._silent.items() if place[0] != station}

    def forget(self, now_s: float) -> None:
        """Drop what is over or silent; late evidence brings it back from the journal."""
        for id_, case in list(self._cases.items()):
            keep_s = _KEEP_ENDED_S if case.ended else _KEEP_SILENT_S
            if case.due_at_s == inf and now_s - case.touched_at_s > keep_s:
                del self._cases[id_], self._at[case.station][id_]
                if not case.ended and not case.strange:
                    self._silent[id_] = case.station, case.connector

    def _made(self, id_: str, case: Case) -> Case:
        """Put a case into memory, with what happened lately at its station."""
        case.signs.extend(self._recent.around(case.station))
        self._silent.pop(id_, None)
        return self._at.setdefault(case.station, {}).setdefault(id_, self._cases.setdefault(id_, case))

    async def _found(self, id_: str, item: TransactionEvidence, now_s: float) -> Case:
        session = await self._book.session_as_told(id_)
        if session is None:
            strange = item.arrival.protocol is Protocol.OCPP_16 and item.kind is not EvidenceKind.BEGIN
            return self._made(id_, Case(item.arrival.station, strange=strange))
        return await self._back(session, now_s)

    async def _back(self, session: ChargeSession, now_s: float) -> Case:
        case = self._made(session.id, Case(session.station, connector=session.connector or None, saved=True))
        recalled = await self._recall(session)
        case.signs.extend(recalled.signs)
        for earlier in recalled.evidence:
            case.take(earlier, now_s)
        return case

    async def _wake(self, station: str, sign: Sign, now_s: float) -> None:
        """Take up the silent transactions that a sign may end."""
        for id_, (where, connector) in list(self._silent.items()):
            if where == station and sign.concerns(connector):
                del self._silent[id_]
                session = await self._book.session_as_told(id_)
                if session is not None and session.state is SessionState.OPEN and session.first_frame:
                    await self._back(session, now_s)

    def _max_power_w(self, case: Case) -> float | None:
        return max_power_w(self._inventory(), case.station, case.connector)


def max_power_w(inventory: Inventory, station: str, connector: int | None) -> float | None:
    """Return what an outlet can give, None where the inventory does not say."""
    known = inventory.stations.get(station)
    outlets = known.connectors if known else ()
    return next((outlet.max_power_w for outlet in outlets if outlet.number == connector), None)
