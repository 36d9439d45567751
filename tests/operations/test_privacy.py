"""The record of processing: what is kept, how long, and what a card has left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from config.retention import retention_of
from core.errors import ForbiddenError, NotFoundError
from core.inventory import Tag
from core.people import Actor, Role
from core.retention import RetentionClass
from operations.gate import Gate
from operations.upkeep.privacy import ABOUT_PEOPLE, CardReport
from tests.district import District

UID = "04A4C123B16180"


@pytest.fixture
async def house(district: District, tmp_path_factory: pytest.TempPathFactory) -> District:
    """Return the district with the shipped rules and a card that was held to a reader once."""
    rules, mistakes = retention_of(tmp_path_factory.mktemp("empty"))
    assert mistakes == []
    known = district.gate.house
    card = Tag(id="karte-1", name="Karte 1", valid_from=date(2020, 1, 1), uid=UID, vehicle="lk-e-101")
    inventory = replace(known.inventory(), tags={card.id: card})
    session = await district.stores.ledger.session("lis-01-0")
    assert session
    await district.stores.ledger.save_sessions([replace(session, tag=f"tag:{UID.lower()}")])
    changed = replace(
        known,
        inventory=lambda: inventory,
        retention=lambda: rules,
        pseudonym=lambda uid: f"tag:{uid.lower()}",
    )
    return replace(district, gate=Gate(changed))


async def test_every_class_of_data_is_recorded_with_place_period_and_reason(house: District) -> None:
    record = await house.ask("privacy.report")
    assert {each.name for each in record.classes} == {member.value for member in RetentionClass}
    assert all(each.reason for each in record.classes)
    kept = {each.name: (each.shelf.value, each.keep, each.personal) for each in record.classes}
    assert kept["vehicle_values"] == ("time_series", "P30D", True)
    assert kept["frames"] == ("journal", "P400D", True)
    assert kept["presences"] == ("ledger", "P30D", True)
    assert kept["meter_slots"] == ("time_series", "P10Y", False)
    assert {each.name for each in record.classes if each.personal} == {member.value for member in ABOUT_PEOPLE}


async def test_how_much_there_is_and_who_has_access_is_counted(house: District) -> None:
    record = await house.ask("privacy.report")
    assert record.readings == await house.stores.readings.count()
    assert (record.vehicles, record.personal_vehicles, record.cards) == (1, 0, 1)
    assert record.card is None


async def test_of_a_card_its_sessions_are_told_and_never_its_number(house: District) -> None:
    record = await house.ask("privacy.report", tag="karte-1")
    session = await house.stores.ledger.session("lis-01-0")
    assert session
    assert record.card == CardReport(
        id="karte-1",
        name="Karte 1",
        vehicle="lk-e-101",
        sessions=1,
        energy_wh=session.energy_wh or 0.0,
        first_utc=session.begun_at_utc,
        last_utc=session.begun_at_utc,
        stations=("lis-01",),
    )
    assert UID.lower() not in repr(record).lower()


async def test_only_who_administers_the_whole_service_may_ask(house: District) -> None:
    for actor in (Actor("vera", Role.FLEET), Actor("dora", Role.ADMIN, frozenset({"schule"}))):
        with pytest.raises(ForbiddenError):
            await house.ask("privacy.report", actor)


async def test_a_card_that_nobody_knows_is_refused(house: District) -> None:
    with pytest.raises(NotFoundError) as refused:
        await house.ask("privacy.report", tag="nirgends")
    assert refused.value.finding.code == "privacy.card_unknown"
