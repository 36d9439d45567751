"""The lists of cards inside charge points: who is on them, when they are compared, and how they are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from core.command_words import ListStatus
from core.commands import CommandFilter, CommandKind, CommandState
from core.errors import ForbiddenError, NotFoundError
from core.facts import Protocol, StationLink
from core.inventory import Site, SiteKind, Tag
from core.people import Actor, Role
from operations.local_lists.plan import ListState
from operations.local_lists.sync import keep_lists
from operations.local_lists.wanted import wanted_entries
from tests.district import District

SINCE = date(2026, 1, 1)
STATION = "lis-01"


def a_tag(id_: str, **more: Any) -> Tag:
    written: dict[str, Any] = {"uid": f"04{id_}", "valid_from": SINCE} | more
    return Tag(id=id_, name=id_, **written)


def listed(district: District, *tags: Tag, version: Protocol = Protocol.OCPP_16) -> dict[str, ListStatus | None]:
    site = Site(id="lis", name="lis", valid_from=SINCE, kind=SiteKind.DEPOT, municipality="m", offline_list=True)
    inventory = replace(district.gate.house.inventory(), tags={tag.id: tag for tag in tags})
    entries = wanted_entries(inventory, site, version, district.clock(), lambda uid: f"tag:{uid}")
    return {entry.tag: entry.status for entry in entries}


async def test_who_may_charge_here_is_listed_and_who_is_blocked_is_listed_as_such(empty_district: District) -> None:
    district = empty_district
    ended = a_tag("ended", valid_to=district.gate.house.day(district.clock()))
    found = listed(
        district, a_tag("ok"), a_tag("stolen", blocked=True), ended, a_tag("early", valid_from=date(2099, 1, 1))
    )
    assert found == {"tag:04ok": ListStatus.ACCEPTED, "tag:04stolen": ListStatus.BLOCKED}


async def test_what_nobody_could_judge_offline_is_not_listed(empty_district: District) -> None:
    limited = (
        a_tag("hours", calendar="office"),
        a_tag("energy", energy_limit_wh=1000.0),
        a_tag("elsewhere", sites=("schule",)),
        a_tag("seen", uid="", pseudonym="tag:00000000000000000000"),
    )
    assert listed(empty_district, *limited, a_tag("here", sites=("lis",))) == {"tag:04here": ListStatus.ACCEPTED}


async def test_a_number_that_ocpp_1_6_cannot_say_is_listed_where_2_0_1_is_spoken(empty_district: District) -> None:
    long = a_tag("long", uid="0" * 21)
    assert listed(empty_district, long) == {}
    assert len(listed(empty_district, long, version=Protocol.OCPP_201)) == 1


async def test_a_sealed_number_tells_how_long_it_is(empty_district: District) -> None:
    await empty_district.ask("tags.add", id="karte-9", label="Karte 9", uid="04A1B2C3D4E580", valid_from="2026-01-01")
    sealed = empty_district.gate.house.inventory().tags["karte-9"]
    assert sealed.uid_sealed
    assert listed(empty_district, sealed) == {sealed.pseudonym: ListStatus.ACCEPTED}
    broken = replace(sealed, uid_sealed="!")
    assert listed(empty_district, broken) == {}


@pytest.fixture
async def keeping(empty_district: District) -> District:
    """Return a district whose site wants lists, with a station that is connected."""
    house, now = empty_district.gate.house, empty_district.clock()
    written = empty_district.folder / "config" / "inventory" / "sites.yaml"
    text = written.read_text("utf-8").replace('offline_list: "false"', "offline_list: true")
    written.write_text(text, "utf-8")
    house.reload()
    link = StationLink(station=STATION, connected=True, since_utc=now, protocol=Protocol.OCPP_16)
    await house.ledger.save_links([link])
    return empty_district


async def asked(district: District) -> list[CommandKind]:
    page = await district.gate.house.ledger.commands(CommandFilter(stations=frozenset({STATION})))
    return [command.kind for command in reversed(page.items)]


async def test_the_job_asks_connected_stations_and_asks_no_more_while_that_is_under_way(keeping: District) -> None:
    house, now = keeping.gate.house, keeping.clock()
    done = await keep_lists(house, now)
    assert (done.stations >= 1, done.asked) == (True, 2)
    assert await asked(keeping) == [CommandKind.GET, CommandKind.LIST_VERSION]
    assert (await keep_lists(house, now + timedelta(minutes=15))).asked == 0


async def test_a_list_that_was_taken_is_in_sync_until_a_card_is_blocked(keeping: District) -> None:
    house, now = keeping.gate.house, keeping.clock()
    await keeping.ask("tags.add", id="karte-9", label="Karte 9", uid="04A1B2C3D4E580", valid_from="2026-01-01")
    await take_all(keeping)
    await keep_lists(house, now)
    await take_all(keeping)
    shown = await keeping.ask("stations.local_list", id=STATION)
    assert (shown.standing, shown.listed) == (ListState.IN_SYNC, shown.wanted)
    await keeping.ask("tags.block", id="karte-9", clear_caches=True)
    kinds = await asked(keeping)
    assert kinds[-2:] == [CommandKind.SEND_LIST, CommandKind.CLEAR_CACHE]
    assert (await keeping.ask("stations.local_list", id=STATION)).standing is ListState.UNDER_WAY
    told = await house.ledger.commands(CommandFilter(stations=frozenset({STATION})))
    assert "04A1B2C3D4E580" not in str(told)


async def take_all(district: District) -> None:
    """Let the station take whatever was asked of it."""
    ledger, now = district.gate.house.ledger, district.clock()
    for command in (await ledger.commands(CommandFilter(stations=frozenset({STATION})))).items:
        answer = {"version": 0} if command.kind is CommandKind.LIST_VERSION else {}
        if not command.state.final:
            over = replace(
                command, state=CommandState.DONE, answer=answer, sent_at_utc=now, finished_at_utc=now, finding=None
            )
            await ledger.save_command(over)


async def test_a_site_without_lists_has_none_and_says_so(empty_district: District) -> None:
    assert (await empty_district.ask("stations.local_list", id=STATION)).standing is ListState.OFF
    made = await empty_district.ask("stations.sync_list", id=STATION)
    assert (made.standing, made.asked) == (ListState.OFF, 0)
    assert (await keep_lists(empty_district.gate.house, empty_district.clock())).stations == 0


async def test_a_list_is_the_business_of_who_keeps_the_station(keeping: District) -> None:
    elsewhere = Actor("otto", Role.OPERATOR, frozenset({"anderswo"}))
    with pytest.raises(ForbiddenError):
        await keeping.ask("stations.local_list", elsewhere, id=STATION)
    with pytest.raises(NotFoundError):
        await keeping.ask("stations.local_list", id="nirgends")
    made = await keeping.ask("stations.sync_list", id=STATION)
    assert (made.standing, made.asked) == (ListState.UNDER_WAY, 2)
