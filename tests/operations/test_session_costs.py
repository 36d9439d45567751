"""What charge sessions cost: at the price of their site, or why nobody can say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.facts import ChargeSession, Protocol, SessionState
from core.inventory import Medium, PriceWindow, Tariff, Weekday
from core.people import Actor, Role
from operations.house import Call
from operations.sessions import ListSessions, ShowSession, list_sessions, show_session
from tests.operations.places import NOW, Place, inventory, opened

PLAIN = {"medium": Medium.ELECTRICITY, "sites": ("schule",)}
NIGHT = PriceWindow(name="Nacht", days=tuple(Weekday), begins=time(0), ends=time(6), energy_eur_per_kwh=Decimal("0.20"))


def tariff(name: str, begin: date, end: date | None, price: str, **more: Any) -> Tariff:
    return Tariff(
        id=name, name=name, valid_from=begin, valid_to=end, energy_eur_per_kwh=Decimal(price), **{**PLAIN, **more}
    )


TARIFFS = (
    tariff("neu", date(2026, 11, 1), None, "0.30"),
    tariff("fenster", date(2026, 10, 1), date(2026, 11, 1), "0.25", windows=(NIGHT,)),
    tariff("alt", date(2026, 9, 1), date(2026, 10, 1), "0.40"),
)


def session(name: str, begun: datetime, energy_wh: float | None, station: str = "lis") -> ChargeSession:
    return ChargeSession(
        id=name,
        station=station,
        connector=1,
        protocol=Protocol.OCPP_16,
        transaction=name,
        state=SessionState.ENDED,
        begun_at_utc=begun,
        ended_at_utc=begun,
        energy_wh=energy_wh,
    )


async def costs(place: Place, *sessions: ChargeSession) -> dict[str, tuple[Decimal | None, str]]:
    known = replace(inventory(), tariffs={each.id: each for each in TARIFFS})
    place.house = replace(place.house, inventory=lambda: known)
    await place.stores.ledger.save_sessions(sessions)
    call = Call(Actor("leserin", Role.FLEET), NOW)
    rows = (await list_sessions(place.house, ListSessions(), call)).items
    for row in rows:
        assert (await show_session(place.house, ShowSession(id=row.id), call)).session == row
    return {row.id: (row.cost_eur, row.cost_reason.code if row.cost_reason else "") for row in rows}


async def test_a_session_costs_its_energy_at_the_price_of_the_site_in_its_month(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        found = await costs(
            place,
            session("november", datetime(2026, 11, 3, tzinfo=UTC), 12_345.0),
            # At the place the month has begun already.
            session("neujahr", datetime(2026, 8, 31, 22, 30, tzinfo=UTC), 10_000.0),
            session("nichts", datetime(2026, 11, 4, tzinfo=UTC), 0.0),
        )
    assert found == {
        "november": (Decimal("3.7035"), ""),
        "neujahr": (Decimal(4), ""),
        "nichts": (Decimal(0), ""),
    }


async def test_what_a_session_cost_is_not_guessed(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        found = await costs(
            place,
            session("ohne", datetime(2026, 11, 3, tzinfo=UTC), None),
            session("fremd", datetime(2026, 11, 3, tzinfo=UTC), 1000.0, station="weg"),
            session("frueher", datetime(2025, 11, 3, tzinfo=UTC), 1000.0),
            session("fenster", datetime(2026, 10, 3, tzinfo=UTC), 1000.0),
        )
    assert found == {
        "ohne": (None, "sessions.cost_without_energy"),
        "fremd": (None, "sessions.cost_without_station"),
        "frueher": (None, "fleet_costs.no_tariff"),
        "fenster": (None, "fleet_costs.no_bill"),
    }
