"""What the fleet costs, as the page shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from core.fleet import VehicleDay

Client = Callable[..., httpx.Client]
CAR = "aut-e-102"


@pytest.fixture(scope="module", autouse=True)
def fleet(district: Any) -> None:
    # a year that no other test of the same district computes anew
    day = VehicleDay(vehicle=CAR, day=date(2023, 10, 5), distance_m=Decimal(100_000), own_charged_wh=Decimal(18_000))
    district.do(district.stores.ledger.save_vehicle_days([day]))


def test_costs_stand_with_their_inputs_or_the_reason(client: Client) -> None:
    page = client().get("/fleet-costs", params={"month": "2023-10"})
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))
    assert page.status_code == 200
    assert "Elektrofahrzeuge je 100 km" in text
    assert "an eigenen Ladepunkten geladen 18 kWh" in text
    assert "kein Preis" in text
    assert "Budgets gelten für Liegenschaften" in text
