"""What people ask of charge points becomes commands: of one, of several, of a site, now or when nobody charges."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.command_requests import REQUESTS
from core.commands import CommandKind, CommandState
from core.errors import ConflictError, NotFoundError, RequestError, ServiceError
from core.inventory import Admission
from operations.house import Call
from operations.stations.commands import log
from operations.stations.requests import PLAIN, AskLog
from operations.table import CAPABILITIES
from tests.asked_of_stations import ASKED, CARD
from tests.district import District

BY_OTHERS = {CommandKind.CERTIFICATE_SIGNED}
"""What is said by itself, when a station asked for it."""


async def test_every_kind_of_command_but_one_is_asked_by_a_row_of_its_own(district: District) -> None:
    kinds = []
    for name, given in ASKED.items():
        if name.startswith("stations."):
            (row,) = (await district.ask(name, **given)).items
            assert (row.station, row.progress, row.asked_by) == ("lis-01", CommandState.WAITING, "anna")
            kinds.append(row.command)
    assert len(kinds) == len(set(kinds))
    assert set(kinds) == set(CommandKind) - BY_OTHERS
    assert set(PLAIN.values()) < set(kinds)
    assert REQUESTS.keys() == set(CommandKind)


async def test_what_is_kept_is_what_the_command_carries_and_no_more(district: District) -> None:
    (row,) = (await district.ask("stations.start", **ASKED["stations.start"])).items
    assert row.request == {"connector": 1, "tag": CARD}
    (row,) = (await district.ask("stations.limit", **ASKED["stations.limit"])).items
    assert row.request == {"power_w": 11000.0, "steps": [{"start_s": 3600, "power_w": 7400.0}]}
    (row,) = (await district.ask("stations.set", id="lis-01", wait_s=0, settings=["A=b=c"])).items
    assert row.request == {"settings": [{"key": "A", "value": "b=c"}]}
    (row,) = (await district.ask("stations.log", **ASKED["stations.log"])).items
    assert row.request == {"url": "https://logs.example/in"}


async def test_a_command_goes_to_all_of_a_site_or_to_several_under_one_group(district: District) -> None:
    stations = sorted(district.gate.house.inventory().stations)
    site = district.gate.house.inventory().stations["lis-01"].site
    asked = await district.ask("stations.clear_cache", id=f"site:{site}", wait_s=0)
    there = sorted(each.id for each in district.gate.house.inventory().stations.values() if each.site == site)
    assert sorted(each.station for each in asked.items) == there
    asked = await district.ask("stations.clear_cache", id=", ".join(stations[:2]), wait_s=0)
    assert [each.station for each in asked.items] == stations[:2]
    listed = await district.ask("commands.list", group=asked.group)
    assert {each.id for each in listed.items} == {each.id for each in asked.items}


async def test_nobody_is_made_to_charge_at_a_station_that_is_not_accepted_yet(district: District) -> None:
    stations: Any = district.gate.house.inventory().stations
    stations["lis-01"] = replace(stations["lis-01"], admission=Admission.PENDING)
    assert (await district.ask("stations.show", id="lis-01")).admission is Admission.PENDING
    with pytest.raises(ConflictError) as refused:
        await district.ask("stations.start", **ASKED["stations.start"])
    assert refused.value.finding.code == "commands.station_not_accepted"
    (trigger,) = (await district.ask("stations.trigger", **ASKED["stations.trigger"])).items
    assert trigger.progress is CommandState.WAITING


async def test_what_is_to_wait_lasts_a_day_and_else_a_minute(district: District) -> None:
    now_utc = district.clock()
    (now,) = (await district.ask("stations.reset", id="lis-01", wait_s=0)).items
    (idle,) = (await district.ask("stations.reset", id="lis-01", when_idle=True)).items
    later_utc = now_utc + timedelta(hours=5)
    (later,) = (await district.ask("stations.reset", id="lis-01", at_utc=later_utc.isoformat())).items
    assert now.expires_at_utc - now_utc == timedelta(minutes=1)
    assert (idle.when_idle, idle.expires_at_utc - now_utc) == (True, timedelta(days=1))
    assert (later.not_before_utc, later.expires_at_utc) == (later_utc, later_utc + timedelta(days=1))


@pytest.mark.parametrize(
    ("name", "given", "error", "code"),
    [
        ("stations.reset", {"id": "nirgends"}, NotFoundError, "stations.unknown"),
        ("stations.reset", {"id": "site:nirgends"}, NotFoundError, "commands.site_without_stations"),
        ("stations.stop", {"id": "lis-01", "connector": 9}, ConflictError, "commands.no_session"),
        ("stations.start", {"id": "lis-01", "connector": 1, "tag": "weg"}, NotFoundError, "commands.card_unknown"),
        ("stations.set", {"id": "lis-01", "settings": ["Heartbeat"]}, RequestError, "commands.setting_invalid"),
        (
            "stations.set",
            {"id": "lis-01", "settings": ["SecurityCtrlr/BasicAuthPassword=x"]},
            RequestError,
            "commands.secret_setting",
        ),
        ("stations.set", {"id": "lis-01", "settings": ["AuthorizationKey=x"]}, RequestError, "commands.secret_setting"),
        ("stations.limit", {"id": "lis-01"}, RequestError, "commands.limit_unclear"),
        ("stations.limit", {"id": "lis-01", "power_w": 1, "steps": ["bald=2"]}, RequestError, "commands.step_invalid"),
        (
            "stations.reset",
            {"id": "lis-01", "expires_utc": "2020-01-01T00:00:00Z"},
            RequestError,
            "commands.expires_before",
        ),
        (
            "stations.reset",
            {"id": "lis-01", "at_utc": "2026-11-23T00:00:00"},
            RequestError,
            "commands.instant_without_zone",
        ),
        ("commands.show", {"id": 77}, NotFoundError, "commands.unknown"),
    ],
)
async def test_what_cannot_be_asked_is_told_and_nothing_is_kept(
    district: District, name: str, given: dict[str, Any], error: type[ServiceError], code: str
) -> None:
    with pytest.raises(error) as told:
        await district.ask(name, **given)
    assert told.value.finding.code == code
    assert (await district.ask("commands.list")).total == 0


async def test_a_command_that_waits_is_taken_back_once(district: District) -> None:
    (row,) = (await district.ask("stations.reset", id="lis-01", wait_s=0)).items
    back = await district.ask("commands.cancel", id=row.id)
    assert (back.progress, back.finding.code) == (CommandState.CANCELLED, "commands.cancelled_by")
    with pytest.raises(ConflictError, match="sent_already"):
        await district.ask("commands.cancel", id=row.id)


def test_only_operators_steer_charge_points() -> None:
    for name in ASKED:
        assert CAPABILITIES[name].role.value == "operator", name


async def test_a_log_without_an_address_comes_to_us_under_one_of_each_station(district: District) -> None:
    stations = sorted(district.gate.house.inventory().stations)[:2]
    with pytest.raises(RequestError) as refused:
        await district.ask("stations.log", id=stations[0], wait_s=0)
    assert refused.value.finding.code == "commands.no_upload_url"
    house = replace(district.gate.house, upload_url=lambda station: f"https://kreiswatt.example/upload/{station}/")
    call = Call(district.admin, district.clock())
    asked = await log(house, AskLog(id=", ".join(stations), wait_s=0), call)
    assert [row.request["url"] for row in asked.items] == [
        f"https://kreiswatt.example/upload/{station}/" for station in stations
    ]
