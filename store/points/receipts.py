"""Receipts: which MQTT deliveries were stored but perhaps not yet acknowledged.

They are written in the transaction of their readings: one row per put and session, all its
deliveries packed into one value. What is asked is answered from memory.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from struct import Struct

from core.ports import Receipt

_DELIVERY = Struct("<IB")  # packet id, length of the digest that follows


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One row of the receipt table: the messages of one session that one commit stored."""

    id: int
    receipts: Sequence[Receipt]

    @property
    def columns(self) -> tuple[int, str, str, bytes]:
        """Return what the table holds."""
        some = self.receipts[0]
        pack = _DELIVERY.pack
        deliveries = b"".join([pack(each.packet, len(each.digest)) + each.digest for each in self.receipts])
        return self.id, some.broker, some.client, deliveries

    @classmethod
    def of(cls, columns: tuple[int, str, str, bytes]) -> ReceiptRow:
        """Return the row that the table holds."""
        number, broker, client, deliveries = columns
        receipts, place = [], 0
        while place < len(deliveries):
            packet, length = _DELIVERY.unpack_from(deliveries, place)
            place += _DELIVERY.size + length
            receipts.append(Receipt(broker, client, packet, deliveries[place - length : place]))
        return cls(number, receipts)


@dataclass(frozen=True, slots=True)
class ReceiptChange:
    """What the next commit does to the receipt table: drop these rows, then write those."""

    dropped: frozenset[int]
    written: tuple[ReceiptRow, ...]


class Receipts:
    """All receipts that were not forgotten, each with the row that holds it."""

    def __init__(self, rows: Iterable[ReceiptRow]) -> None:
        self._row_of: dict[Receipt, int] = {}
        self._left: Counter[int] = Counter()  # how many of a row's receipts were not forgotten
        self._touched: set[int] = set()
        for row in rows:
            self._keep(row)
        self._next_id = max(self._left, default=0) + 1

    def of(self, broker: str, client: str) -> frozenset[Receipt]:
        """Return the receipts of one session."""
        return frozenset(receipt for receipt in self._row_of if receipt[:2] == (broker, client))

    def forget(self, receipts: Iterable[Receipt]) -> None:
        """Drop receipts; the rows that held them change with the next commit."""
        rows = [self._row_of.pop(receipt) for receipt in receipts if receipt in self._row_of]
        self._left.subtract(rows)
        self._touched.update(rows)

    def change(self, added: Iterable[Receipt]) -> ReceiptChange | None:
        """Return what a commit with `added` must do, None if nothing. Then `confirm` or `undo` it."""
        touched, self._touched = frozenset(self._touched), set()
        written = (*self._rewritten(touched), *self._numbered(added))
        return ReceiptChange(touched, written) if touched or written else None

    def confirm(self, change: ReceiptChange) -> None:
        """Take over what has been committed."""
        for number in change.dropped - self._touched:  # touched anew: still in the file
            if not self._left[number]:
                del self._left[number]
        for row in change.written:
            if row.id not in self._left:
                self._keep(row)

    def undo(self, change: ReceiptChange) -> None:
        """Remember that the rows are still to be changed, because the commit failed."""
        self._touched |= change.dropped

    def _keep(self, row: ReceiptRow) -> None:
        self.forget(self._row_of.keys() & row.receipts)  # stored once more: the older row lets go of them
        fresh = dict.fromkeys(row.receipts, row.id)
        self._row_of.update(fresh)
        self._left[row.id] = len(fresh)

    def _rewritten(self, touched: frozenset[int]) -> Iterator[ReceiptRow]:
        """Yield what is left of rows of which a part was forgotten."""
        parts: dict[int, list[Receipt]] = {number: [] for number in touched if self._left[number]}
        for receipt, number in self._row_of.items() if parts else ():
            if number in parts:
                parts[number].append(receipt)
        yield from (ReceiptRow(number, receipts) for number, receipts in parts.items())

    def _numbered(self, added: Iterable[Receipt]) -> Iterator[ReceiptRow]:
        sessions: dict[tuple[str, str], list[Receipt]] = defaultdict(list)
        for receipt in added:
            sessions[receipt.broker, receipt.client].append(receipt)
        for receipts in sessions.values():
            yield ReceiptRow(self._next_id, receipts)
            self._next_id += 1
