"""What of charge sessions was roof power, kept with whose they were."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest_asyncio

from core.facts import ChargeSession, Protocol, SessionState
from core.fleet import MatchBasis, SessionValuation
from core.intervals import Resolution
from core.inventory import MeterRole
from core.readings import Reading
from core.texts import Finding
from operations.savings.charged import MonthCharges
from store.open import open_embedded
from tests.operations.explaining import Asked
from tests.operations.places import NOW
from tests.operations.test_balance import COUNTED, amounts, place
from tests.operations.test_pv_share import DAY, DRAWN, charging

QUARTER = timedelta(minutes=15)
NOON, NIGHT = DAY.start_utc + 8 * timedelta(hours=1), DAY.start_utc


@pytest_asyncio.fixture
async def school(tmp_path: Path) -> AsyncIterator[Asked]:
    stores = await open_embedded(tmp_path, lambda: NOW)
    try:
        rows = {key: amounts(*each) for key, each in (COUNTED | DRAWN).items()}
        await stores.readings.put_amounts(Resolution.SLOT, rows)
        asked = Asked(stores, tmp_path)
        asked.house = replace(asked.house, inventory=charging)
        await asked.put(*(Reading(*key, NOW, 1.0) for key in COUNTED))
        yield asked
    finally:
        await stores.close()


async def charged(school: Asked, name: str, begun: datetime, energy_wh: float, basis: MatchBasis) -> None:
    session = ChargeSession(
        id=name,
        station="saeule",
        connector=1,
        protocol=Protocol.OCPP_16,
        transaction=name,
        state=SessionState.ENDED,
        begun_at_utc=begun,
        ended_at_utc=begun + QUARTER,
        energy_wh=energy_wh,
    )
    valuation = SessionValuation(
        session=name,
        version=1,
        vehicle="eins",
        basis=basis,
        confidence=Decimal(1),
        begun_at_utc=begun,
        energy_wh=Decimal(repr(energy_wh)),
        findings=(Finding.of("valuation.pv_unknown"),),
        made_by="anna",
        made_at_utc=NOW,
    )
    await school.house.ledger.save_sessions([session])
    await school.house.ledger.value_sessions([valuation])


async def share(school: Asked, *, again: bool = False) -> int:
    """Say of the sessions of the day what was roof power; return of how many that is new."""
    charges = MonthCharges(school.house, DAY, school.call)
    try:
        return await (charges.share_again() if again else charges.share(await charges.unshared()))
    finally:
        await charges.close()


async def test_a_session_by_day_was_roof_power_and_one_by_night_was_not(school: Asked) -> None:
    await charged(school, "tag", NOON, 1000.001, MatchBasis.TAG)
    await charged(school, "nacht", NIGHT, 100.0, MatchBasis.HAND)
    assert await share(school) == 2
    night, day = await school.house.ledger.valuations(DAY)
    assert (day.pv_wh, day.grid_wh, day.findings) == (Decimal("1000.001"), Decimal(0), ())
    assert (night.pv_wh, night.grid_wh, night.made_by) == (Decimal(0), Decimal(100), "anna")


async def test_what_is_known_is_shared_out_again_only_when_asked_and_says_nothing_new(school: Asked) -> None:
    await charged(school, "tag", NOON, 1000.001, MatchBasis.TAG)
    await share(school)
    assert await share(school) == 0
    assert await share(school, again=True) == 0
    dark = {name: meter for name, meter in place().meters.items() if meter.role is not MeterRole.GENERATION}
    school.house = replace(school.house, inventory=lambda: replace(charging(), meters=dark))
    assert await share(school, again=True) == 1
    (day,) = await school.house.ledger.valuations(DAY)
    assert (day.pv_wh, day.grid_wh) == (Decimal(0), Decimal("1000.001"))
