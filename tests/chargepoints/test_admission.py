"""Stations that are not accepted yet: what they may say, and that nothing else of them is ever used."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from chargepoints.admission import Gate
from core.inventory import Admission, Inventory
from tests.chargepoints.cases_admission import CASES_16, CASES_201, admit, boot, status_201
from tests.chargepoints.conftest import a_house, a_station, an_inventory
from tests.chargepoints.recorded import hold_to_the_record
from tests.chargepoints.station import TAGS, Case, Refused, connected

pytestmark = pytest.mark.asyncio(loop_scope="module")
CASES = {**CASES_201, **CASES_16}
NAMES = {id_: id_.casefold().replace("_", "-").replace(" ", "-").replace(".", "-") for id_ in CASES}
AGAIN = "asks-again"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def inventory() -> Inventory:
    names = [*NAMES.values(), AGAIN]
    stations = {name: a_station(name, security_profile=0, admission=Admission.PENDING) for name in names}
    return replace(an_inventory(), stations=stations, tags=TAGS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def yard(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    async with a_house(tmp_path_factory.mktemp("house"), inventory()) as opened:
        yield opened


@pytest.mark.parametrize("id_", CASES)
async def test_a_station_that_is_not_accepted_is_treated_as_the_document_says(yard: Any, id_: str) -> None:
    version = "ocpp1.6" if id_ in CASES_16 else "ocpp2.0.1"
    async with connected(yard, NAMES[id_], version) as case:
        await CASES[id_](case)
        assert case.station.socket.close_code is None
        hold_to_the_record(version, id_, case.station.spoken)


async def test_a_boot_sent_again_is_answered_by_what_is_true_by_then(yard: Any) -> None:
    async with connected(yard, AGAIN, "ocpp2.0.1") as case:
        assert await _boot_number_1(case) == "Pending"
        admit(case, Admission.ACCEPTED)
        assert await _boot_number_1(case) == "Accepted"
    async with connected(yard, AGAIN, "ocpp2.0.1") as case:
        assert await status_201(case) == {}, "an accepted station need not boot again"


async def _boot_number_1(case: Case) -> str:
    case.station._ids = iter([1])
    return await boot(case)


async def test_what_was_refused_stays_refused_when_the_journal_is_read_again(tmp_path: Path) -> None:
    district = inventory()
    async with a_house(tmp_path, district) as house, connected(house, AGAIN, "ocpp2.0.1") as case:
        with pytest.raises(Refused, match="SecurityError"):
            await status_201(case, "Occupied")
        assert await boot(case) == "Pending"
        await house.stores.ledger.set_applied_frame(0)
        frames = await house.frames()
        assert [b"SecurityError" in frame.payload for frame in frames] == [False, True, False, False]
    async with a_house(tmp_path, district) as house:
        await house.stored()
        assert await house.stores.ledger.statuses() == ()


async def test_what_a_call_of_ours_leads_to_is_taken_for_a_while() -> None:
    gate = Gate(accepted=False)
    gate.asked("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}, NOW)
    gate.asked("GetBaseReport", {}, NOW)
    gate.asked("TriggerMessage", {"requestedMessage": "TransactionEvent"}, NOW)
    soon, late = NOW + timedelta(minutes=4), NOW + timedelta(minutes=6)
    assert gate.lets("SignCertificate", soon)
    assert gate.lets("NotifyReport", soon)
    assert not gate.lets("NotifyReport", late)
    assert not gate.lets("TransactionEvent", soon)
    assert gate.lets("BootNotification", late)
    gate.accepted = True
    assert gate.lets("TransactionEvent", late)
