"""Finding devices: what is told, what is proposed, and that a proposal becomes an entry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.errors import ForbiddenError, NotFoundError, RequestError, UnavailableError
from core.people import Actor, Role
from core.texts import Finding
from operations.arrivals.detective import DiscoverDevices
from operations.edge import InvalidRequestError
from operations.gate import Gate
from tests.district import District
from tests.earshot import SECRET, Earshot


async def discover(district: District, **given: object) -> Any:
    return await district.ask("meters.discover", **given)


def of(found: Any, format_: str) -> Any:
    return next(device for device in found.devices if device.format == format_)


async def test_what_was_heard_is_counted_and_told(district: District) -> None:
    told: list[tuple[float, Finding]] = []
    found = await district.gate.call(
        "meters.discover",
        DiscoverDevices(topics=("tele/#", "haus/#"), duration_s=180),
        district.admin,
        district.clock(),
        lambda fraction, doing: told.append((fraction, doing)),
    )
    listener = district.gate.house.listener
    assert isinstance(listener, Earshot)
    assert listener.asked == [("main", ("tele/#", "haus/#"), 180)]
    assert (found.broker, found.messages, found.retained, found.topics) == ("main", 41, 4, 11)
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    assert told[0][1].code == "detective.listening"
    assert [row.topic for row in found.unknown] == ["haus/name"]


async def test_a_device_that_is_configured_is_shown_as_such(district: District) -> None:
    found = await discover(district)
    known = [device.entry for device in found.devices if device.entry]
    assert known == ["meters/schule-strom"]
    assert next(device for device in found.devices if device.entry).proposal is None


async def test_a_proposal_becomes_an_entry_and_is_taken_back(district: District) -> None:
    found = await discover(district)
    device = next(each for each in found.devices if each.topic == "tele/turnhalle/SENSOR")
    proposal = device.proposal
    assert (proposal.id, proposal.missing) == ("meters/turnhalle", ("site", "role"))
    assert {"medium=electricity", "nominal_interval_s=10", "feed.format=tasmota_sml"} <= set(proposal.values)
    said = ("site=schule", "role=submeter")
    made = await district.ask("inventory.add", id=proposal.id, values=(*proposal.values, *said))
    again = await discover(district)
    assert {each.entry for each in again.devices} >= {"meters/turnhalle", "meters/schule-strom"}
    await district.ask("inventory.undo", id=made.change.id)
    assert "turnhalle" not in district.gate.house.inventory().meters


async def test_every_proposal_is_taken_once_a_person_has_said_the_rest(district: District) -> None:
    rest = {
        "site": "schule",
        "role": "supply",
        "medium": "water",
        "feed.fields": "value: volume_m3",
        "feed.topic": "ovms/fleet/van",
        "maker": "Renault",
        "model": "Zoe",
        "drive": "battery",
        "group": "pool",
    }
    for device in (await discover(district)).devices:
        if device.proposal:
            said = [f"{field}={rest[field]}" for field in device.proposal.missing]
            await district.ask("inventory.add", id=device.proposal.id, values=(*device.proposal.values, *said))
    assert all(each.entry for each in (await discover(district)).devices if each.topic != "ovms/fleet/[vin]")


async def test_what_is_known_is_filled_in_and_nothing_is_guessed(district: District) -> None:
    found = await discover(district)
    solar = of(found, "opendtu").proposal
    assert {"role=generation", "generator=pv", "medium=electricity"} <= set(solar.values)
    assert of(found, "ai_on_the_edge").proposal.missing == ("site", "medium", "role", "feed.fields")
    own = of(found, "generic_json")
    assert not own.certain
    assert 'feed.fields=bezug_kwh: "energy_import_wh * 1000"' in own.proposal.values


async def test_nothing_secret_or_personal_is_told(district: District) -> None:
    found = await discover(district)
    assert SECRET not in str(found)
    assert "WVWZZZ1JZXW000001" not in str(found)
    van = of(found, "ovms_v3")
    assert van.topic == "ovms/fleet/[vin]"
    assert "feed.topic" in van.proposal.missing


@pytest.mark.parametrize("topic", ["a/#/b", "a+/b", "", "#a", "a/b#", "a\0b"])
async def test_a_filter_that_is_none_is_refused(district: District, topic: str) -> None:
    with pytest.raises(RequestError) as refused:
        await discover(district, topics=(topic,))
    assert refused.value.finding.code == "detective.filter_wrong"


@pytest.mark.parametrize("topic", ["#", "+", "a/#", "+/b/+", "/a", "zigbee2mqtt/Büro 1/+"])
async def test_a_filter_is_taken(district: District, topic: str) -> None:
    assert (await discover(district, topics=(topic,))).messages


async def test_it_is_for_people_who_keep_the_inventory_of_the_whole_district(district: District) -> None:
    for actor in (Actor("vera", Role.VIEWER), Actor("fritz", Role.FACILITY, frozenset({"schule"}))):
        with pytest.raises(ForbiddenError):
            await district.ask("meters.discover", actor)
    assert (await district.ask("meters.discover", Actor("fritz", Role.FACILITY))).messages


async def test_brokers_are_named_where_there_are_several_and_asked_for_where_there_is_none(district: District) -> None:
    with pytest.raises(NotFoundError):
        await discover(district, broker="anderer")
    house, ask = district.gate.house, {"broker": None}
    several = Gate(replace(house, listener=Earshot(district.clock(), brokers=("main", "zweiter"))))
    with pytest.raises(RequestError) as which:
        await several.ask("meters.discover", ask, district.admin, district.clock())
    assert which.value.finding.code == "detective.which_broker"
    with pytest.raises(UnavailableError):
        await Gate(replace(house, listener=None)).ask("meters.discover", ask, district.admin, district.clock())
    with pytest.raises(InvalidRequestError):
        await discover(district, duration_s=601)
