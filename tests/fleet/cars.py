"""Vehicles and what they told, for tests: made of a few numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from core.facts import ChargeSession, Protocol, SessionState
from core.inventory import Drive, Inventory, Vehicle
from core.quantities import Quantity
from energy.days import days_of as local_days_of
from energy.intervals import compute
from energy.register_walk import epoch_ms
from energy.series import Amounts, Samples
from energy.source_rules import series_rules
from fleet.vehicle_days.days import VehicleFacts

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 2, tzinfo=BERLIN).astimezone(UTC)
RULES = series_rules(Inventory(), "vehicle:auto", Quantity.ODOMETER_M).register
assert RULES is not None


def car(**changes: Any) -> Vehicle:
    """Return a battery vehicle of 50 kWh."""
    said: dict[str, Any] = {
        "id": "auto",
        "name": "Auto",
        "site": "amt",
        "maker": "A",
        "model": "B",
        "drive": Drive.BATTERY,
        "group": "Amt",
        "battery_wh": 50_000.0,
        "charge_loss_percent": Decimal(10),
        "energy_wh_per_100km": Decimal(16_000),
        "valid_from": date(2020, 1, 1),
    }
    return Vehicle(**(said | changes))


def samples(rows: Sequence[tuple[datetime, float]]) -> Samples:
    at_ms = np.array([epoch_ms(at) for at, _ in rows], np.int64)
    return Samples(at_ms, np.array([value for _, value in rows], np.float64), np.zeros(len(rows), np.uint8))


def hours(begin: datetime, values: Sequence[float], step_h: float = 1.0) -> Samples:
    """Return values told every hour."""
    return samples([(begin + timedelta(hours=step_h * number), value) for number, value in enumerate(values)])


def counted(series: Samples, quantity: Quantity = Quantity.ODOMETER_M, zone: ZoneInfo = BERLIN) -> Amounts:
    """Return the days that a register's readings come to, as the job of intervals computes them."""
    computed = compute(series, series_rules(Inventory(), "vehicle:auto", quantity))
    assert computed is not None
    return local_days_of(computed.amounts[quantity], zone)


def facts(vehicle: Vehicle, series: Mapping[Quantity, Samples], **more: Any) -> VehicleFacts:
    registers = {
        quantity: counted(found)
        for quantity, found in series.items()
        if quantity in {Quantity.ODOMETER_M, Quantity.ENERGY_SESSION_WH, Quantity.ENERGY_USED_WH}
    }
    return VehicleFacts(vehicle=vehicle, counted=registers, series=series, rules=RULES, **more)


def session(name: str, begun: datetime, hours_: float, kwh: float | None, **changes: Any) -> ChargeSession:
    said: dict[str, Any] = {
        "id": name,
        "station": "saeule",
        "connector": 1,
        "protocol": Protocol.OCPP_16,
        "transaction": name,
        "state": SessionState.ENDED,
        "begun_at_utc": begun,
        "ended_at_utc": begun + timedelta(hours=hours_),
        "energy_wh": None if kwh is None else kwh * 1000,
    }
    return ChargeSession(**(said | changes))
