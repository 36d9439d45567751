"""Firmware roll-outs through the gate: what stations are asked, and what people may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.commands import Command, CommandFilter, CommandState
from core.errors import ConflictError, ForbiddenError, RequestError
from core.facts import Protocol, StationLink
from core.people import Actor, Role
from core.rollouts import RolloutState, StationRollout
from operations.house import Call
from operations.rollouts.running import work_rollouts
from operations.schedule import JobWork
from tests.district import District

STATION = "lis-01"
URL = "https://firmware.example/2.1.0.bin"
START: dict[str, Any] = {"id": STATION, "firmware": "2.1.0", "file_url": URL}
ELSEWHERE = Actor("olga", Role.OPERATOR, frozenset({"nirgends"}))


async def commands(district: District) -> tuple[Command, ...]:
    found: tuple[Command, ...] = (await district.stores.ledger.commands(CommandFilter())).items
    return found


async def work(district: District) -> None:
    await work_rollouts(district.gate.house, JobWork(period="x"), Call(district.admin, district.clock()))


async def test_a_rollout_goes_from_the_command_to_the_version_that_the_station_tells(empty_district: District) -> None:
    district = empty_district
    started = await district.ask("rollouts.start", **START, signing_certificate="PEM", signature="c2ln")
    assert [(each.station, each.rollout_state) for each in started.stations] == [(STATION, StationRollout.ASKED)]
    (asked,) = await commands(district)
    assert (asked.request["url"], asked.request["signature"], asked.when_idle) == (URL, "c2ln", True)
    assert asked.expires_at_utc == district.clock() + timedelta(hours=24)
    await work(district)
    assert len(await commands(district)) == 1
    done = replace(asked, state=CommandState.DONE, finished_at_utc=district.clock())
    await district.stores.ledger.save_command(done)
    await work(district)
    shown = await district.ask("rollouts.show", id=started.row.id)
    assert shown.stations[0].rollout_state is StationRollout.PROVING
    link = StationLink(
        station=STATION,
        connected=True,
        since_utc=district.clock(),
        protocol=Protocol.OCPP_16,
        firmware="2.1.0",
        booted_at_utc=district.clock(),
    )
    await district.stores.ledger.save_link(link)
    await work(district)
    (row,) = (await district.ask("rollouts.list")).items
    assert (row.state, row.through, row.failed) == (RolloutState.DONE, 1, 0)


async def test_a_station_is_in_one_rollout_at_a_time_and_free_once_that_is_cancelled(empty_district: District) -> None:
    district = empty_district
    first = await district.ask("rollouts.start", **START)
    with pytest.raises(ConflictError) as caught:
        await district.ask("rollouts.start", **START)
    assert caught.value.finding.code == "rollouts.station_busy"
    gone = await district.ask("rollouts.cancel", id=first.row.id)
    assert (gone.row.state, gone.stations[0].rollout_state) == (RolloutState.CANCELLED, StationRollout.SKIPPED)
    assert (await commands(district))[0].state is CommandState.CANCELLED
    again = await district.ask("rollouts.start", **START)
    assert again.row.id != first.row.id


async def test_a_failure_stops_it_and_a_person_lets_it_go_on(empty_district: District) -> None:
    district = empty_district
    started = await district.ask("rollouts.start", **START)
    (asked,) = await commands(district)
    await district.stores.ledger.save_command(replace(asked, state=CommandState.REJECTED))
    await work(district)
    stopped = await district.ask("rollouts.show", id=started.row.id)
    assert (stopped.row.state, stopped.row.finding.code) == (RolloutState.STOPPED, "rollouts.stopped_itself")
    with pytest.raises(ConflictError):
        await district.ask("rollouts.pause", id=started.row.id)
    resumed = await district.ask("rollouts.resume", id=started.row.id)
    assert (resumed.row.state, resumed.row.failed) == (RolloutState.DONE, 1)


async def test_who_keeps_other_sites_sees_and_steers_nothing_of_it(empty_district: District) -> None:
    district = empty_district
    started = await district.ask("rollouts.start", **START)
    assert (await district.ask("rollouts.list", ELSEWHERE)).items == ()
    with pytest.raises(ForbiddenError):
        await district.ask("rollouts.pause", ELSEWHERE, id=started.row.id)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"firmware": " "}, "rollouts.no_version"),
        ({"file_url": "javascript:alert(1)"}, "rollouts.no_address"),
        ({"signature": "c2ln"}, "rollouts.half_signed"),
    ],
)
async def test_what_makes_no_sense_is_refused(empty_district: District, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(RequestError) as caught:
        await empty_district.ask("rollouts.start", **START | wrong)
    assert caught.value.finding.code == code
    assert await commands(empty_district) == ()


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"id": "maker:alfen"}, None),
        ({"id": "maker:Alfen/Eve"}, None),
        ({"id": "site:schule,lis-01", "group": "maker:ALFEN/eve"}, None),
        ({"id": "maker:Alfen/Twin"}, "commands.group_without_stations"),
        ({"id": "maker:ABL"}, "commands.group_without_stations"),
        ({"id": "site:schule", "group": "maker:ABL"}, "commands.group_without_stations"),
        ({"id": "site:schule", "group": "Alfen"}, "commands.group_unclear"),
        ({"id": " , "}, "stations.unknown"),
    ],
)
async def test_a_rollout_is_of_a_maker_or_model(
    empty_district: District, given: dict[str, str], refused: str | None
) -> None:
    if refused is None:
        started = await empty_district.ask("rollouts.start", **{**START, **given})
        assert [each.station for each in started.stations] == [STATION]
        return
    with pytest.raises(RequestError) as error:
        await empty_district.ask("rollouts.start", **{**START, **given})
    assert error.value.finding.code == refused


async def test_of_a_maker_only_what_the_actor_may_see_is_meant(empty_district: District) -> None:
    with pytest.raises(RequestError, match=r"commands\.group_without_stations"):
        await empty_district.ask("rollouts.start", ELSEWHERE, **{**START, "id": "maker:Alfen"})
