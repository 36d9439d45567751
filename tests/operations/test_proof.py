"""Restored stores prove themselves: what is as it was agrees, what is not is named."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from core.intervals import SeriesKey
from core.people import Actor, Role
from core.ports import Batch, Direction, Frame
from core.readings import Reading
from core.statements import StatementDraft, StatementKey
from core.work import MeterEvent, MeterEventKind
from operations.house import Call, silent
from operations.upkeep.proof import Proof, ProveStores, prove_stores
from store.open import open_embedded
from store.points.timeseries import TimeSeries
from tests.operations.places import IMPORT, NOW, POWER, STROM, WATT, Place

MINUTE = timedelta(minutes=1)
DAYS = 40
"""Over a month's end, so that a checkpoint lies before the day that is proven."""


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    stores = await open_embedded(tmp_path, lambda: NOW)
    place = Place(stores)
    chance = random.Random(7)
    dial_wh = 1000.0
    begin_utc = NOW - timedelta(days=DAYS)
    readings = []
    for number in range(DAYS * 24 * 6):
        at_utc = begin_utc + number * 10 * MINUTE + timedelta(seconds=chance.randrange(50))
        if chance.random() < 0.03:  # gaps
            continue
        dial_wh += chance.randrange(300)
        readings.append(Reading(*STROM, at_utc, dial_wh))
        readings.append(Reading(*WATT, at_utc, float(chance.randrange(8000))))
    await place.put(*readings)
    await place.run()
    await stores.ledger.audit("anna", "users.add", "vera", "", NOW)
    yield place
    await stores.close()


async def proof_of(place: Place, **said: object) -> Proof:
    asked = ProveStores(**said)  # type: ignore[arg-type]
    return await prove_stores(place.house, asked, Call(Actor("local:root", Role.ADMIN), place.now_utc, silent))


def codes(proof: Proof) -> list[str]:
    return [told.code for told in proof.wrong]


async def test_a_day_computed_again_is_as_it_was_kept(place: Place) -> None:
    proof = await proof_of(place)
    assert proof.wrong == []
    assert proof.day == date(2026, 11, 21)
    assert proof.series == 2
    assert proof.slots > 250, "the register, the powers, and the energy that follows from them"


async def test_a_changed_quarter_hour_is_found(place: Place) -> None:
    assert isinstance(place.stores.readings, TimeSeries)
    at = "timestamp '2026-11-21 12:00:00'"
    await place.stores.readings.change(
        lambda connection: connection.execute(
            f"update slot_amount_hot set thousandths = thousandths + 1 where ts = {at} and series_id = 0"
        ).fetchall()
    )
    proof = await proof_of(place)
    assert codes(proof) == ["backup.slots_differ"]
    assert dict(proof.wrong[0].params)["series"] == "meter:strom energy_import_wh"


async def test_a_lost_reading_is_found(place: Place) -> None:
    assert isinstance(place.stores.readings, TimeSeries)
    ((count,),) = await place.stores.readings.change(
        lambda connection: connection.execute(
            "delete from point_warm where ts between timestamp '2026-11-21 11:00' and timestamp '2026-11-21 13:00'"
        ).fetchall()
    )
    assert count > 20
    assert set(codes(await proof_of(place))) == {"backup.slots_differ"}


async def test_what_waits_to_be_computed_again_is_not_held_against_it(place: Place) -> None:
    late_utc = NOW - timedelta(days=1) + MINUTE / 7
    await place.put(Reading(*WATT, late_utc, 9000.0))
    proof = await proof_of(place)
    assert proof.wrong == []
    assert proof.series == 1


async def test_an_exchange_is_computed_again_with_its_booking(place: Place) -> None:
    at_utc = NOW - timedelta(days=1, minutes=3)
    await place.stores.ledger.book(
        MeterEvent(
            source=STROM[0],
            quantity=IMPORT,
            kind=MeterEventKind.EXCHANGE,
            at_utc=at_utc,
            end_value=10_000_000.0,
            start_value=900_000.0,
            booked_by="anna",
            booked_at_utc=NOW,
        )
    )
    await place.run()
    proof = await proof_of(place)
    assert proof.wrong == []
    assert proof.series == 2


async def test_of_many_series_fifty_are_taken_of_every_kind(place: Place) -> None:
    key: SeriesKey
    for number in range(60):
        key = f"meter:m-{number:02d}", POWER
        await place.put(*(Reading(*key, NOW - minutes * 15 * MINUTE, 1.0) for minutes in range(200)))
    await place.run()
    proof = await proof_of(place)
    assert proof.wrong == []
    assert proof.series == 50


async def test_counts_are_compared_with_what_the_backup_says(place: Place) -> None:
    await place.stores.journal.append(Frame("lis", "c", Direction.IN, NOW, "ocpp1.6", b"one"))
    readings = await place.stores.readings.count()
    assert (await proof_of(place, readings=readings, sessions=0, last_frame=1)).wrong == []
    proof = await proof_of(place, readings={"meter": readings["meter"] + 1, "plant": 2}, sessions=3, last_frame=2)
    assert codes(proof) == ["backup.count_differs"] * 4


async def test_the_audit_is_followed_to_the_head_that_was_noted(place: Place) -> None:
    head = await place.stores.ledger.audit_head()
    assert head is not None
    assert (await proof_of(place, audit_head=f"{head.number}:{head.digest}")).wrong == []
    assert codes(await proof_of(place, audit_head=f"{head.number}:{'0' * 64}")) == ["audit.rewritten"]
    async with place.stores.ledger._database.writing() as connection:
        await connection.execute(text("update audit_entry set actor = 'eve' where number = 1"))
    assert "audit.broken" in codes(await proof_of(place))


async def test_every_version_of_a_statement_keeps_its_digest(place: Place) -> None:
    draft = StatementDraft(
        key=StatementKey("savings", "2026-10", "lra"),
        body={"saved_eur": Decimal("12.30"), "rows": [1, "zwei", None]},
        inputs_digest="d",
        reason="",
        made_by="anna",
        made_at_utc=NOW,
    )
    await place.stores.ledger.state(draft)
    await place.stores.ledger.state(replace(draft, inputs_digest="e"))
    proof = await proof_of(place)
    assert (proof.statements, proof.wrong) == (2, [])
    async with place.stores.ledger._database.writing() as connection:
        await connection.execute(text("update statement set body = replace(body, '12.30', '12.31') where version = 1"))
    proof = await proof_of(place)
    assert codes(proof) == ["backup.statement_differs"]


async def test_stores_without_anything_prove_themselves(tmp_path: Path) -> None:
    stores = await open_embedded(tmp_path, lambda: NOW)
    try:
        proof = await proof_of(Place(stores), readings={}, sessions=0)
        assert proof.wrong == []
        assert proof.day is None
    finally:
        await stores.close()


async def test_a_place_that_began_today_is_proven_by_today(tmp_path: Path) -> None:
    stores = await open_embedded(tmp_path, lambda: NOW)
    try:
        place = Place(stores)
        readings = [Reading(*WATT, NOW - number * MINUTE, 5.0) for number in range(120)]
        await stores.readings.put(Batch(readings, NOW))
        await place.run()
        proof = await proof_of(place)
        assert proof.day == date(2026, 11, 22)
        assert proof.wrong == []
        assert proof.slots >= 7
    finally:
        await stores.close()
