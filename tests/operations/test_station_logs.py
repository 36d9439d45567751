"""Uploaded logs through the gate: listed, fetched, thrown away, forgotten by rule, and no room for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chargepoints.upload_folder import UploadFolder, UploadLimits
from config.retention import shipped
from core.commands import CommandState
from core.errors import ForbiddenError, NotFoundError, RequestError
from core.people import Actor, Role
from core.retention import RetentionClass
from operations.alarms.log_watch import refused_logs
from operations.house import Call
from operations.schedule import JobWork
from operations.stations.log_room import note_no_room
from operations.stations.upload_places import upload_place
from operations.upkeep.retention import apply_retention
from tests.district import District
from tests.station_files import LOG, put_log

STATION = "lis-01"
ELSEWHERE = Actor("olga", Role.OPERATOR, frozenset({"nirgends"}))


async def test_logs_are_listed_newest_first_and_fetched_by_who_may_see_the_station(empty_district: District) -> None:
    district = empty_district
    for number in range(3):
        put_log(district.gate, STATION, district.clock() + timedelta(hours=number), f"{number:032x}")
    first: Any = await district.ask("stations.logs", limit=2)
    rest: Any = await district.ask("stations.logs", limit=2, cursor=first.next_cursor)
    assert [each.id[-1] for each in (*first.items, *rest.items)] == ["2", "1", "0"]
    assert (first.total, rest.next_cursor) == (3, None)
    row = first.items[0]
    assert (row.station, row.station_name, row.name, row.size_byte) == (STATION, "Parkplatz", "diagnostics.zip", 13)
    assert (await district.ask("stations.logs", station="another")).items == ()
    fetched = await district.ask("stations.fetch_log", id=row.id)
    assert (fetched.log, fetched.file.digest) == (row, row.digest)
    found = await district.gate.fetch(fetched.file.id, district.admin, district.clock())
    assert found.path is not None
    assert found.path.read_bytes() == b"log of lis-01"
    assert (await district.ask("stations.logs", ELSEWHERE)).items == ()
    with pytest.raises(ForbiddenError):
        await district.ask("stations.fetch_log", ELSEWHERE, id=row.id)
    await district.ask("stations.delete_log", id=row.id)
    with pytest.raises(NotFoundError, match=r"logs\.unknown"):
        await district.ask("stations.delete_log", id=row.id)
    assert (await district.ask("stations.logs")).total == 2


async def test_a_log_goes_by_the_rule_of_its_own_class(empty_district: District) -> None:
    district = empty_district
    put_log(district.gate, STATION, district.clock() - timedelta(days=31))
    put_log(district.gate, STATION, district.clock() - timedelta(days=29), "f" * 32)
    rule = {RetentionClass.STATION_LOGS: shipped()[RetentionClass.STATION_LOGS]}
    house = replace(district.gate.house, retention=lambda: rule)
    gone = await apply_retention(house, JobWork(period="x"), Call(district.admin, district.clock()))
    assert gone.records == 1
    assert [each.id for each in (await district.ask("stations.logs")).items] == ["f" * 32]
    (deletion,) = await district.stores.ledger.deletions("station_logs")
    assert deletion.count == 1


async def test_a_log_without_room_is_an_event_and_an_alarm_until_there_is_room(empty_district: District) -> None:
    district = empty_district
    small = UploadFolder(district.folder / "data" / "uploads", UploadLimits(file_bytes=20, station_bytes=30))
    house = replace(district.gate.house, station_logs=small)
    call = Call(district.admin, district.clock() + timedelta(minutes=1))
    put_log(district.gate, STATION, district.clock())
    assert (await refused_logs(house, call)).sightings == ()
    await note_no_room(district.stores.ledger, STATION, 17, district.clock())
    await note_no_room(district.stores.ledger, STATION, 17, district.clock())
    (event,) = (await district.ask("stations.events", id=STATION)).items
    assert event.finding.code == "logs.no_room"
    (seen,) = (await refused_logs(house, call)).sightings
    assert (seen.subject, seen.site) == ("station:lis-01", "schule")
    await district.ask("stations.delete_log", id=LOG)
    assert (await refused_logs(house, call)).sightings == ()


@pytest.mark.parametrize(
    ("told", "scheme"),
    [(None, "https"), ("FTP,HTTP", "https"), (" ftp ", "ftp"), ("FTP,SFTP", "ftp"), ("SFTP", None)],
)
async def test_ftp_is_only_for_who_knows_nothing_else(
    empty_district: District, told: str | None, scheme: str | None
) -> None:
    district = empty_district
    asked = await district.ask("stations.get", id=STATION, wait_s=0)
    if told is not None:
        answer = {"settings": [{"key": "SupportedFileTransferProtocols", "value": told}]}
        await finish(district, asked.items[0].id, answer)
    house = replace(
        district.gate.house, upload_url=lambda _: "https://here/upload/x/", ftp_upload_url=lambda _: "ftp://x:y@here/"
    )
    if scheme is None:
        with pytest.raises(RequestError, match=r"commands\.no_way_to_upload"):
            await upload_place(house, STATION)
    else:
        assert (await upload_place(house, STATION)).partition(":")[0] == scheme
    if scheme == "ftp":
        with pytest.raises(RequestError, match=r"commands\.no_way_to_upload"):
            await upload_place(replace(house, ftp_upload_url=None), STATION)


async def finish(district: District, number: int, answer: dict[str, Any]) -> None:
    command = await district.stores.ledger.command(number)
    assert command is not None
    done = replace(command, state=CommandState.DONE, answer=answer, finished_at_utc=district.clock())
    await district.stores.ledger.save_command(done)
