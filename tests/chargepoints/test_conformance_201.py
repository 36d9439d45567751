"""The OCA's cases for 2.0.1, one by one, against one running central system."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from core.inventory import Inventory, Site, SiteKind
from tests.chargepoints import asked_201, cases_201, cases_201_vehicles, more_201
from tests.chargepoints.conftest import VALID_FROM, a_house, a_station, an_inventory
from tests.chargepoints.recorded import hold_to_the_record
from tests.chargepoints.station import TAGS, connected

pytestmark = pytest.mark.asyncio(loop_scope="module")
CASES = {**cases_201.CASES, **asked_201.CASES, **more_201.CASES, **cases_201_vehicles.CASES}
NAMES = {id_: id_.casefold().replace("_", "-").replace(" ", "-") for id_ in CASES}

PAID = Site(
    id="paid",
    name="Parkplatz",
    valid_from=VALID_FROM,
    kind=SiteKind.PARKING,
    municipality="kreisstadt",
    charging_eur_per_kwh=Decimal("0.50"),
)


def inventory() -> Inventory:
    stations = {
        name: a_station(name, security_profile=0, site="paid" if id_.startswith("TC_I") else "depot")
        for id_, name in NAMES.items()
    }
    return replace(an_inventory(), stations=stations, tags=TAGS, sites={"paid": PAID})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    async with a_house(tmp_path_factory.mktemp("house"), inventory()) as opened:
        yield opened


@pytest.mark.parametrize("id_", CASES)
async def test_a_case_for_2_0_1_goes_as_the_document_says(house: Any, id_: str) -> None:
    async with connected(house, NAMES[id_], "ocpp2.0.1") as case:
        await CASES[id_](case)
        hold_to_the_record("ocpp2.0.1", id_, case.station.spoken)
        assert not case.station.unanswered
