"""Charging cards: adding, handing on, blocking; unknown ones; and that no number is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chargepoints.privacy import Privacy
from chargepoints.tags import Tags
from config.load import load
from core.errors import ConfigError, ConflictError, ForbiddenError, NotFoundError, RequestError
from core.facts import Discovery, TagVerdict
from core.inventory import Tag
from core.people import Actor, Role
from operations.edge import InvalidRequestError
from operations.tags.rows import TagState, state_of
from tests.district import District

UID = "04AABBCCDDEE80"
CAR, VAN = "lk-e-101", "lk-e-102"
CARD: dict[str, Any] = {"id": "karte-1", "label": "Karte 1", "uid": UID, "valid_from": "2026-01-01"}
OPERATOR = Actor("ole", Role.OPERATOR)


def verdict(district: District, day: date, uid: str = UID) -> TagVerdict:
    privacy = Privacy(load(district.folder / "config", {}).privacy_key)
    tags = Tags(district.gate.house.inventory, privacy, accept_unknown=False)
    return tags.verdict(privacy.token(uid), day)


def today(district: District) -> date:
    return district.gate.house.day(district.clock())


async def test_a_card_is_in_force_at_once_and_its_number_is_told_to_nobody(empty_district: District) -> None:
    assert verdict(empty_district, today(empty_district)) is TagVerdict.INVALID
    await empty_district.ask("tags.add", OPERATOR, **CARD, vehicle=CAR)
    assert verdict(empty_district, today(empty_district)) is TagVerdict.ACCEPTED
    shown = await empty_district.ask("tags.show", OPERATOR, id="karte-1")
    assert (shown.tag.vehicle, shown.tag.state, shown.tag.number_known) == (CAR, TagState.VALID, True)
    told = [shown, *(await empty_district.ask("tags.list")).items, *(await empty_district.ask("audit.list")).items]
    assert UID not in str(told)
    written = [path.read_text("utf-8") for path in empty_district.folder.glob("config/inventory/managed/*")]
    assert written
    assert not any(UID in text for text in written)


async def test_a_blocked_card_is_refused_at_once_until_it_is_unblocked(empty_district: District) -> None:
    await empty_district.ask("tags.add", **CARD, vehicle=CAR)
    made = await empty_district.ask("tags.block", id="karte-1", reason="verloren")
    assert verdict(empty_district, today(empty_district)) is TagVerdict.BLOCKED
    assert "verloren" in (await empty_district.ask("audit.list")).items[0].detail
    with pytest.raises(ConflictError):
        await empty_district.ask("tags.block", id="karte-1")
    with pytest.raises(ConflictError):
        await empty_district.ask("tags.assign", id="karte-1", vehicle=VAN)
    await empty_district.ask("tags.unblock", id="karte-1")
    assert verdict(empty_district, today(empty_district)) is TagVerdict.ACCEPTED
    with pytest.raises(ConflictError):
        await empty_district.ask("tags.unblock", id="karte-1")
    with pytest.raises(ConflictError):
        await empty_district.ask("inventory.undo", id=made.change.id)


async def test_handing_on_leaves_the_past_with_whom_the_card_was(empty_district: District) -> None:
    await empty_district.ask("tags.add", **CARD, vehicle=CAR)
    day = today(empty_district)
    made = await empty_district.ask("tags.assign", id="karte-1", group="Bauhof")
    assert made.change.entry == "tags/karte-1-2"
    tags = empty_district.gate.house.inventory().tags
    assert (tags["karte-1"].vehicle, tags["karte-1"].valid_to) == (CAR, day)
    assert (tags["karte-1-2"].group, tags["karte-1-2"].vehicle, tags["karte-1-2"].valid_from) == ("Bauhof", None, day)
    assert verdict(empty_district, day) is TagVerdict.ACCEPTED
    shown = await empty_district.ask("tags.show", id="karte-1-2")
    assert ([other.id for other in shown.others], shown.tag.number_known) == (["karte-1"], True)
    later = await empty_district.ask(
        "tags.assign", id="karte-1-2", vehicle=CAR, valid_from=str(day + timedelta(days=9))
    )
    assert later.change.entry == "tags/karte-1-3"
    with pytest.raises(ConflictError) as caught:
        await empty_district.ask("tags.block", id="karte-1")
    assert caught.value.finding.code == "tags.ended"
    for number in (5, 4):  # both steps are taken back one after the other, the last first
        await empty_district.ask("inventory.undo", id=number)
    assert empty_district.gate.house.inventory().tags["karte-1-2"].valid_to is None


async def test_a_lost_card_stays_blocked_when_its_next_holder_would_begin(empty_district: District) -> None:
    await empty_district.ask("tags.add", **CARD, vehicle=CAR)
    next_week = today(empty_district) + timedelta(days=7)
    await empty_district.ask("tags.assign", id="karte-1", group="Bauhof", valid_from=str(next_week))
    await empty_district.ask("tags.block", id="karte-1")
    assert verdict(empty_district, next_week) is TagVerdict.BLOCKED
    await empty_district.ask("tags.unblock", id="karte-1")
    assert verdict(empty_district, next_week) is TagVerdict.ACCEPTED


async def test_what_cannot_be_handed_on_stays_as_it_was(empty_district: District) -> None:
    await empty_district.ask("tags.add", **CARD, vehicle=CAR)
    with pytest.raises(ConfigError):
        await empty_district.ask("tags.assign", id="karte-1", vehicle="gibt-es-nicht")
    tag = empty_district.gate.house.inventory().tags["karte-1"]
    assert (tag.vehicle, tag.valid_to) == (CAR, None)


async def test_a_card_that_was_nobodys_gets_its_holder_without_a_new_entry(empty_district: District) -> None:
    await empty_district.ask("tags.add", **CARD)
    made = await empty_district.ask("tags.assign", id="karte-1", vehicle=CAR)
    assert made.change.entry == "tags/karte-1"
    assert list(empty_district.gate.house.inventory().tags) == ["karte-1"]


async def test_two_vehicles_with_one_card_at_the_same_time_are_refused_with_both_named(
    empty_district: District,
) -> None:
    await empty_district.ask("tags.add", **CARD, vehicle=CAR)
    with pytest.raises(ConfigError) as caught:
        await empty_district.ask("tags.add", **CARD | {"id": "karte-2", "uid": UID.lower()}, group="Bauhof")
    (finding,) = caught.value.findings
    said = dict(finding.params)
    assert (finding.code, said["holder"], said["other_holder"]) == ("config.uid_twice", "Bauhof", CAR)


async def test_an_unknown_card_seen_at_a_charge_point_is_taken_on_without_its_number(empty_district: District) -> None:
    house = empty_district.gate.house
    assert house.pseudonym
    pseudonym, now = house.pseudonym(UID), empty_district.clock()
    seen = {"first_seen_utc": now - timedelta(hours=2), "last_seen_utc": now - timedelta(minutes=1)}
    other = Discovery(channel="tag", subject=house.pseudonym("0000"), hint="weg", **seen)
    mine = Discovery(channel="tag", subject=pseudonym, hint="lis-01", count=3, **seen)
    await house.ledger.discover([mine, replace(other, last_seen_utc=now)])
    rows = (await empty_district.ask("tags.unknown")).items
    assert [(row.pseudonym, row.station, row.count) for row in rows][1:] == [(pseudonym, "lis-01", 3)]
    scoped = Actor("olga", Role.OPERATOR, frozenset({"schule"}))
    assert [row.pseudonym for row in (await empty_district.ask("tags.unknown", scoped)).items] == [pseudonym]
    await empty_district.ask("tags.add", id="karte-1", label="Karte 1", pseudonym=pseudonym, vehicle=CAR)
    assert verdict(empty_district, today(empty_district)) is TagVerdict.ACCEPTED
    assert (await empty_district.ask("tags.unknown", scoped)).items == ()
    assert not (await empty_district.ask("tags.show", id="karte-1")).tag.number_known


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"id": "karte-1", "label": f"Karte {UID}", "uid": UID}, "tags.number_in_the_open"),
        ({"id": "a4aabbccdd", "label": "Karte", "uid": "A4AABBCCDD"}, "tags.number_in_the_open"),
        ({"id": UID, "label": "Karte", "uid": UID}, "tags.id_invalid"),
    ],
)
async def test_a_number_in_the_open_is_refused_before_the_audit(
    empty_district: District, given: dict[str, str], code: str
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        await empty_district.ask("tags.add", **given)
    assert [finding.code for finding in caught.value.findings] == [code]
    assert (await empty_district.ask("audit.list")).total == 0


async def test_what_is_missing_is_asked_for(empty_district: District) -> None:
    await empty_district.ask("tags.add", **CARD)
    with pytest.raises(RequestError):
        await empty_district.ask("tags.add", id="karte-2", label="Karte 2")
    with pytest.raises(RequestError):
        await empty_district.ask("tags.assign", id="karte-1")
    with pytest.raises(RequestError):
        await empty_district.ask("tags.assign", id="karte-1", vehicle=CAR, group="Bauhof")
    with pytest.raises(NotFoundError):
        await empty_district.ask("tags.show", id="karte-9")


async def test_only_operators_see_cards_and_only_those_of_their_sites(empty_district: District) -> None:
    await empty_district.ask("tags.add", **CARD, vehicle=CAR)
    await empty_district.ask("tags.add", id="karte-2", label="Karte 2", uid="04FF", group="Bauhof")
    vehicle = empty_district.gate.house.inventory().vehicles[CAR]
    near = Actor("olga", Role.OPERATOR, frozenset({vehicle.site}))
    assert [row.id for row in (await empty_district.ask("tags.list", near)).items] == ["karte-1"]
    with pytest.raises(ForbiddenError):
        await empty_district.ask("tags.show", near, id="karte-2")
    with pytest.raises(ForbiddenError):
        await empty_district.ask("tags.block", Actor("otto", Role.OPERATOR, frozenset({"anderswo"})), id="karte-1")
    with pytest.raises(ForbiddenError):
        await empty_district.ask("tags.list", Actor("fritz", Role.FLEET))


def test_a_card_of_a_file_is_valid_from_its_first_to_its_last_day() -> None:
    tag = Tag(id="k", name="K", uid="04FF", valid_from=date(2026, 1, 1), valid_to=date(2026, 2, 1))
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1)]
    assert [state_of(tag, day) for day in days] == [TagState.NOT_YET, TagState.VALID, TagState.VALID, TagState.ENDED]
    assert state_of(replace(tag, blocked=True), date(2026, 1, 5)) is TagState.BLOCKED
