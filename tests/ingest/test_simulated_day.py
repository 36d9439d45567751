"""For every row of the decoder table: a day in its messages, through store and interval job, gives its energy.

All formats share one broker, one store and one run of the job. The day has a reset and a repeated message.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.intervals import Amount
from core.inventory import Inventory
from core.people import Actor, Role
from core.ports import Batch
from ingest.intake import Catch, Intake
from ingest.routing import DECODERS
from operations.house import Call, House
from operations.intervals.job import compute_intervals
from operations.schedule import JobWork
from store.open import Stores, open_embedded
from tests.ingest.encoded import DAY, ENCODERS, END_UTC, case_of, district, entry_of, messages_of
from tests.ingest.rig import Device, Mosquitto, make, running, until
from tests.ingest.simulated_day import ZONE, Case


@dataclass(frozen=True, slots=True)
class Counted:
    """What the interval job made of each format's day, and what the intake had to say."""

    amounts: dict[str, Amount | None]
    catch: Catch


async def computed(stores: Stores, inventory: Inventory) -> dict[str, Amount | None]:
    """Return what the interval job counts in the day, by format."""
    house = House(
        inventory=lambda: inventory,
        query=stores.readings,
        ledger=stores.ledger,
        journal=stores.journal,
        health=lambda: (),
        clock=lambda: END_UTC,
        intervals=stores.readings,
    )
    job = Call(Actor("job:intervals", Role.ADMIN), END_UTC)
    await compute_intervals(house, JobWork(period="2026-11-20T22:45Z"), job)
    amounts: dict[str, Amount | None] = {}
    for name in ENCODERS:
        quantity, source = case_of(name).quantity, entry_of(name).source
        found = await stores.readings.totals({name: [source]}, quantity, DAY.period, ZONE)
        amounts[name] = found[name][0] if found.get(name) else None
    return amounts


async def count_all(folder: Path) -> Counted:
    stores = await open_embedded(folder, lambda: END_UTC)
    inventory = district()
    messages = sorted((each for name in ENCODERS for each in messages_of(name)), key=lambda each: each.received_at_utc)
    catch = Intake("main", ZONE, lambda: inventory).sort(messages, END_UTC)
    await stores.readings.put(Batch(catch.readings, END_UTC))
    amounts = await computed(stores, inventory)
    await stores.close()
    return Counted(amounts, catch)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Counted:
    return asyncio.run(count_all(tmp_path_factory.mktemp("day")))


def check(amount: Amount | None, case: Case) -> None:
    assert amount is not None
    assert amount.thousandths is not None
    assert amount.thousandths / 1000 / case.per_count == pytest.approx(DAY.truth, abs=case.coarse)
    assert amount.shares.missing_s <= 1  # a value without a time bears that of its receipt, a moment after midnight


@pytest.mark.parametrize("name", DECODERS)
def test_a_day_in_the_messages_of_a_format_gives_its_energy(name: str, counted: Counted) -> None:
    assert name in ENCODERS, f"tests/ingest/encoders/{name}.py is to write the simulated day"
    check(counted.amounts[name], case_of(name))


def test_every_message_of_the_day_was_understood(counted: Counted) -> None:
    assert [(each.subject, each.reason.code) for each in counted.catch.rejections] == []
    assert [each.subject for each in counted.catch.discoveries] == []
    assert {(each.source, each.finding.code) for each in counted.catch.notices} == set()


async def test_a_service_that_starts_anew_loses_no_pulse(tmp_path: Path) -> None:
    stores = await open_embedded(tmp_path / "data", lambda: END_UTC)
    inventory, messages = district(), list(messages_of("tasmota_counter"))
    for part in (messages[:100], messages[100:]):
        catch = Intake("main", ZONE, lambda: inventory).sort(part, END_UTC)
        await stores.readings.put(Batch(catch.readings, END_UTC))
    amounts = await computed(stores, inventory)
    await stores.close()
    check(amounts["tasmota_counter"], case_of("tasmota_counter"))


@pytest.mark.mosquitto
async def test_the_day_through_a_broker_gives_its_energy(mosquitto: Mosquitto, device: Device, tmp_path: Path) -> None:
    stores = await open_embedded(tmp_path / "data", lambda: END_UTC)
    inventory = district()
    parts: dict[str, Any] = {"inventory": lambda: inventory, "sink": stores.readings, "receipts": stores.readings}
    daemon = make(mosquitto.settings(), None, **parts, rejections=stores.ledger, clock=lambda: END_UTC)  # type: ignore[arg-type]
    messages = list(messages_of("tasmota_sml"))
    async with running(daemon):
        await asyncio.to_thread(device.send_all, [(each.topic, each.payload) for each in messages])
        await until(lambda: daemon.health().figures["messages"] == len(messages))
    amounts = await computed(stores, inventory)
    await stores.close()
    check(amounts["tasmota_sml"], case_of("tasmota_sml"))
