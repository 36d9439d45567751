"""What every receipt book must do."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.ports import Batch, Receipt
from core.quantities import Quantity
from core.readings import Reading
from store.points.receipts import ReceiptRow, Receipts

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def receipt(packet: int, client: str = "ingest", broker: str = "own") -> Receipt:
    return Receipt(broker, client, packet, sha256(bytes([packet])).digest()[:16])


def batch(*receipts: Receipt) -> Batch:
    return Batch([Reading("meter:a", Quantity.POWER_W, NOW, 1.0)], NOW, receipts)


async def reopened(readings: Any, tmp_path: Path) -> Any:
    await readings.close()
    return await type(readings).open(tmp_path / "timeseries.duckdb", NOW)


async def test_a_receipt_is_known_from_put_until_forgotten(readings: Any) -> None:
    await readings.put(batch(receipt(1), receipt(2)))
    assert await readings.receipts("own", "ingest") == {receipt(1), receipt(2)}
    await readings.forget([receipt(1)])
    assert await readings.receipts("own", "ingest") == {receipt(2)}
    await readings.forget([receipt(2), receipt(9)])
    assert await readings.receipts("own", "ingest") == frozenset()


async def test_receipts_belong_to_one_session(readings: Any) -> None:
    await readings.put(batch(receipt(1), receipt(1, client="other"), receipt(1, broker="chirpstack")))
    assert await readings.receipts("own", "other") == {receipt(1, client="other")}
    await readings.forget([receipt(1)])
    assert await readings.receipts("chirpstack", "ingest") == {receipt(1, broker="chirpstack")}


async def test_receipts_survive_a_restart_and_forgotten_ones_do_not(tmp_path: Path, readings: Any) -> None:
    await readings.put(batch(receipt(1), receipt(2), receipt(3)))
    await readings.put(batch(receipt(4)))
    await readings.forget([receipt(2), receipt(4)])
    again = await reopened(readings, tmp_path)
    try:
        assert await again.receipts("own", "ingest") == {receipt(1), receipt(3)}
        await again.put(batch(receipt(3), receipt(5)))
        await again.forget([receipt(3)])
        assert await again.receipts("own", "ingest") == {receipt(1), receipt(5)}
    finally:
        final = await reopened(again, tmp_path)
    try:
        assert await final.receipts("own", "ingest") == {receipt(1), receipt(5)}
    finally:
        await final.close()


async def test_receipts_without_readings_are_kept_too(readings: Any) -> None:
    await readings.put(Batch((), NOW, [receipt(1)]))
    assert await readings.receipts("own", "ingest") == {receipt(1)}
    assert await readings.count() == {}


@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "forget", "fail", "late"]), st.sets(st.integers(0, 8), max_size=5)),
        max_size=20,
    )
)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_the_table_follows_what_is_known(steps: list[tuple[str, set[int]]]) -> None:
    book, table, known = Receipts(()), dict[int, ReceiptRow](), set[Receipt]()
    for act, packets in (*steps, ("put", set())):
        some = [receipt(packet) for packet in sorted(packets)]
        if act == "forget":
            book.forget(some)
            known -= set(some)
            continue
        change = book.change(some if act == "put" else ())
        if change is None:
            continue
        if act == "fail":
            book.undo(change)
            continue
        if act == "late":  # forgotten while the commit is under way
            book.forget(some)
            known -= set(some)
        for number in change.dropped:
            table.pop(number)
        table |= {row.id: ReceiptRow.of(row.columns) for row in change.written}
        book.confirm(change)
        known |= set(some) if act == "put" else set()
        assert book.of("own", "ingest") == known
    stored = [each for row in table.values() for each in row.receipts]
    assert sorted(stored) == sorted(known)
