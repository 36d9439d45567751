from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.inventory import Medium, Meter, MeterRole
from core.quantities import Quantity
from core.readings import ReadingQuality
from operations.metering.meters import _register
from operations.values import Freshness, Value

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
METER = Meter(
    id="m",
    name="m",
    site="s",
    medium=Medium.ELECTRICITY,
    role=MeterRole.SUPPLY,
    valid_from=(NOW - timedelta(days=9)).date(),
)


def values(*quantities: Quantity) -> tuple[Value, ...]:
    return tuple(
        Value(
            quantity=quantity,
            value=1.0,
            at_utc=NOW,
            age_s=0.0,
            quality=ReadingQuality.MEASURED,
            freshness=Freshness.FRESH,
        )
        for quantity in quantities
    )


@pytest.mark.parametrize(
    ("medium", "role", "given", "shown"),
    [
        (Medium.ELECTRICITY, MeterRole.SUPPLY, "energy_import_wh energy_export_wh power_w", "energy_import_wh"),
        (Medium.ELECTRICITY, MeterRole.GENERATION, "energy_import_wh energy_export_wh", "energy_export_wh"),
        (Medium.ELECTRICITY, MeterRole.GENERATION, "energy_import_wh", "energy_import_wh"),
        (Medium.HEAT, MeterRole.SUPPLY, "volume_m3 heat_wh temperature_c", "heat_wh"),
        (Medium.WATER, MeterRole.SUPPLY, "battery_percent volume_m3", "volume_m3"),
        (Medium.GAS, MeterRole.SUPPLY, "temperature_c", None),
    ],
)
def test_a_meter_shows_the_dial_it_is_there_for(medium: Medium, role: MeterRole, given: str, shown: str | None) -> None:
    meter = replace(METER, medium=medium, role=role)
    found = _register(meter, values(*map(Quantity, given.split())))
    assert (found.quantity.value if found else None) == shown
