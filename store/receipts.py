"""Receipts: which MQTT deliveries were stored but perhaps not yet acknowledged.

They are written in the transaction of their readings: one row per put and session, all its
deliveries packed into one value. What is asked is answered from memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from struct import Struct

from core.ports import Receipt

_DELIVERY = Struct("<IB")  # packet id, length of the digest that follows


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One row of the receipt table."""

    id: int
    broker: str
    client: str
    deliveries: bytes


@dataclass(frozen=True, slots=True)
class ReceiptChange:
    """What the next commit does to the receipt table: drop these rows, then write those."""

    dropped: frozenset[int]
    written: tuple[ReceiptRow, ...]


class Receipts:
    """All receipts that were not forgotten."""

    def __init__(self, rows: Iterable[ReceiptRow]) -> None:
        self._rows: dict[int, set[Receipt]] = {row.id: set(_unpacked(row)) for row in rows}
        self._row_of = {receipt: number for number, receipts in self._rows.items() for receipt in receipts}
        self._touched: set[int] = set()
        self._next_id = max(self._rows, default=0) + 1

    def of(self, broker: str, client: str) -> frozenset[Receipt]:
        """Return the receipts of one session."""
        return frozenset(receipt for receipt in self._row_of if receipt[:2] == (broker, client))

    def forget(self, receipts: Collection[Receipt]) -> None:
        """Drop receipts; the rows that held them change with the next commit."""
        for receipt in receipts:
            number = self._row_of.pop(receipt, None)
            if number is not None:
                self._rows[number].discard(receipt)
                self._touched.add(number)

    def change(self, added: Collection[Receipt]) -> ReceiptChange | None:
        """Return what a commit with `added` must do, None if nothing. Then `confirm` or `undo` it."""
        touched, self._touched = frozenset(self._touched), set()
        if not touched and not added:
            return None
        kept = [row for number in sorted(touched) for row in _packed(number, self._rows[number])]
        return ReceiptChange(touched, (*kept, *self._numbered(added)))

    def confirm(self, change: ReceiptChange) -> None:
        """Take over what has been committed."""
        for number in change.dropped:
            if not self._rows[number] and number not in self._touched:  # touched anew: still in the file
                del self._rows[number]
        for row in change.written:
            if row.id not in self._rows:
                self._keep(row)

    def undo(self, change: ReceiptChange) -> None:
        """Remember that the rows are still to be changed, because the commit failed."""
        self._touched |= change.dropped

    def _keep(self, row: ReceiptRow) -> None:
        receipts = set(_unpacked(row))
        self.forget(receipts)  # delivered and stored once more: the older row lets go of them
        self._rows[row.id] = receipts
        self._row_of.update(dict.fromkeys(receipts, row.id))

    def _numbered(self, added: Collection[Receipt]) -> Iterator[ReceiptRow]:
        sessions: dict[tuple[str, str], list[Receipt]] = defaultdict(list)
        for receipt in added:
            sessions[receipt.broker, receipt.client].append(receipt)
        for receipts in sessions.values():
            yield from _packed(self._next_id, receipts)
            self._next_id += 1


def _packed(number: int, receipts: Collection[Receipt]) -> Iterator[ReceiptRow]:
    if receipts:
        some = next(iter(receipts))
        deliveries = b"".join(_DELIVERY.pack(each.packet, len(each.digest)) + each.digest for each in receipts)
        yield ReceiptRow(number, some.broker, some.client, deliveries)


def _unpacked(row: ReceiptRow) -> Iterator[Receipt]:
    place = 0
    while place < len(row.deliveries):
        packet, length = _DELIVERY.unpack_from(row.deliveries, place)
        place += _DELIVERY.size + length
        yield Receipt(row.broker, row.client, packet, row.deliveries[place - length : place])
