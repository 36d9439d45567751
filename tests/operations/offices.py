"""Two offices with cars, a tariff and a fuel receipt, for tests of what the fleet costs and what may replace it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core.inventory import Drive, Medium, Site, SiteKind, Vehicle
from core.inventory.mobility import FuelKind
from core.inventory.supplies import Tariff
from core.people import Actor, Role
from core.vouchers import Voucher, VoucherKind
from tests.operations.places import NOW, SINCE

ANNA = Actor(name="anna", role=Role.ADMIN)
ELSEWHERE = Actor(name="fritz", role=Role.FLEET, sites=frozenset({"tor"}))


def vehicle(name: str, /, **changes: Any) -> Vehicle:
    said: dict[str, Any] = {
        "id": name,
        "name": f"Wagen {name}",
        "valid_from": SINCE,
        "site": "amt",
        "maker": "A",
        "model": "B",
        "drive": Drive.DIESEL,
        "group": "Amt",
    }
    return Vehicle(**(said | changes))


def sites(**amt: Any) -> dict[str, Site]:
    """Return the offices `amt`, with what is said of it, and `tor`."""
    said: dict[str, Any] = {"valid_from": SINCE, "kind": SiteKind.OFFICE, "municipality": "au"}
    return {"amt": Site(id="amt", name="Amt", **said, **amt), "tor": Site(id="tor", name="Tor", **said)}


def tariffs() -> dict[str, Tariff]:
    """Return the price of electricity at `amt`."""
    tariff = Tariff(
        id="strom",
        name="Strom",
        valid_from=SINCE,
        medium=Medium.ELECTRICITY,
        sites=("amt",),
        energy_eur_per_kwh=Decimal("0.30"),
    )
    return {"strom": tariff}


def filled(name: str) -> Voucher:
    """Return a receipt for diesel at 1.60 EUR/l, filled into a vehicle."""
    return Voucher(
        kind=VoucherKind.FUEL,
        vehicle=name,
        at_utc=datetime(2026, 10, 9, tzinfo=UTC),
        fuel=FuelKind.DIESEL,
        fuel_l=Decimal(50),
        amount_eur=Decimal(80),
        entered_at_utc=NOW,
    )
