"""The firmware library through the gate: what it takes, for whom a file is, and how long stations may load it."""

from __future__ import annotations

from dataclasses import replace
from hashlib import md5
from typing import Any

import pytest

from core.commands import CommandFilter, CommandState
from core.errors import ConflictError, NotFoundError, RequestError
from core.facts import Protocol, StationLink
from operations.firmware.needing import needed_file
from tests.asked_of_stations import PEM
from tests.district import District
from tests.station_files import FIRMWARE, FIRMWARE_DIGEST, OTHER_FIRMWARE, put_firmware

STATION = "lis-01"


async def put(district: District, content: bytes = FIRMWARE, **given: Any) -> Any:
    return await put_firmware(district.gate, district.clock(), content, **given)


async def link(district: District, maker: str, model: str, firmware: str = "1.0") -> None:
    told = StationLink(
        station=STATION,
        connected=True,
        since_utc=district.clock(),
        protocol=Protocol.OCPP_16,
        maker=maker,
        model=model,
        firmware=firmware,
    )
    await district.stores.ledger.save_link(told)


async def test_a_file_is_taken_in_shown_and_thrown_away(empty_district: District) -> None:
    district = empty_district
    added = await put(district, model="Eve", signing_certificate=PEM, signature="c2ln")
    row = added.row
    assert (row.maker, row.model, row.firmware, row.digest) == ("Alfen", "Eve", "2.1.0", FIRMWARE_DIGEST)
    assert (row.size_byte, row.with_signature, row.loadable, row.added_by) == (len(FIRMWARE), True, False, "anna")
    assert (await district.ask("firmware.list", maker="alfen")).items == (row,)
    assert (await district.ask("firmware.list", maker="ABL")).items == ()
    assert await district.ask("firmware.show", id=row.id) == added
    with pytest.raises(ConflictError, match=r"firmware\.known"):
        await put(district, model="Eve")
    twin = await put(district, model="Twin")
    lies = district.gate.house.firmware.path(FIRMWARE_DIGEST)  # type: ignore[union-attr]
    await district.ask("firmware.remove", id=row.id)
    assert lies.read_bytes() == FIRMWARE
    await district.ask("firmware.remove", id=twin.row.id)
    assert not lies.exists()
    with pytest.raises(NotFoundError, match=r"firmware\.unknown"):
        await district.ask("firmware.show", id=row.id)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"maker": " "}, "firmware.no_maker"),
        ({"firmware": " "}, "rollouts.no_version"),
        ({"signature": "c2ln"}, "rollouts.half_signed"),
        ({"signature": "c2ln", "signing_certificate": "no PEM"}, "commands.certificate_unreadable"),
    ],
)
async def test_what_is_incomplete_is_refused(empty_district: District, given: dict[str, str], why: str) -> None:
    with pytest.raises(RequestError) as refused:
        await put(empty_district, **given)
    assert refused.value.finding.code == why
    assert (await empty_district.ask("firmware.list")).items == ()


async def test_a_rollout_takes_all_from_the_library_and_keeps_the_file_while_it_runs(empty_district: District) -> None:
    district = empty_district
    file = (await put(district, model="Eve", signing_certificate=PEM, signature="c2ln")).row
    started = await district.ask("rollouts.start", id=STATION, file=file.id)
    assert (started.row.firmware, started.library_file, started.with_signature) == ("2.1.0", file.id, True)
    (command,) = (await district.stores.ledger.commands(CommandFilter())).items
    assert command.request["url"] == started.file_url
    assert command.request["signature"] == "c2ln"
    token = started.file_url.split("/")[4]
    found = await needed_file(district.stores.ledger, file.id, token)
    assert found is not None
    assert found.sha256 == FIRMWARE_DIGEST
    assert (await district.ask("firmware.show", id=file.id)).row.loadable
    with pytest.raises(ConflictError, match=r"firmware\.needed"):
        await district.ask("firmware.remove", id=file.id)
    await district.ask("rollouts.cancel", id=started.row.id)
    assert await needed_file(district.stores.ledger, file.id, token) is None
    await district.ask("firmware.remove", id=file.id)


async def test_one_command_opens_its_address_until_it_is_over(empty_district: District) -> None:
    district, ledger = empty_district, empty_district.stores.ledger
    file = (await put(district)).row
    await district.ask("stations.firmware", id=STATION, file=file.id, wait_s=0)
    (command,) = (await ledger.commands(CommandFilter())).items
    token = str(command.request["url"]).split("/")[4]
    assert await needed_file(ledger, file.id, token) is not None
    await ledger.save_command(replace(command, state=CommandState.DONE, finished_at_utc=district.clock()))
    assert await needed_file(ledger, file.id, token) is None


async def test_what_a_station_says_of_itself_decides_whether_a_file_is_for_it(empty_district: District) -> None:
    district = empty_district
    right = (await put(district, model="Eve")).row
    wrong = (await put(district, OTHER_FIRMWARE, maker="ABL")).row
    await link(district, "Alfen BV", "EVE")  # as people entered it: Alfen Eve
    await district.ask("stations.firmware", id=STATION, file=right.id, wait_s=0)
    for row in ("rollouts.start", "stations.firmware"):
        with pytest.raises(RequestError) as refused:
            await district.ask(row, id=STATION, file=wrong.id)
        assert refused.value.finding.code == "firmware.other_make"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"file": 77}, "firmware.unknown"),
        ({"file": 1, "file_url": "https://firmware.example/1.bin"}, "firmware.file_or_address"),
        ({"file": 1, "firmware": "2.2.0"}, "firmware.other_version"),
        ({}, "rollouts.no_version"),
    ],
)
async def test_a_rollout_is_of_one_thing(empty_district: District, given: dict[str, Any], why: str) -> None:
    await put(empty_district)
    with pytest.raises(RequestError) as refused:
        await empty_district.ask("rollouts.start", id=STATION, **given)
    assert refused.value.finding.code == why


@pytest.mark.parametrize(
    "given", [{}, {"file": 1, "file_url": "https://firmware.example/1.bin"}, {"file": 1, "signature": "c2ln"}]
)
async def test_a_command_is_of_one_thing(empty_district: District, given: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match=r"firmware\.file_or_address"):
        await empty_district.ask("stations.firmware", id=STATION, **given)


async def test_a_local_controller_offers_a_file_of_the_library_by_its_md5(empty_district: District) -> None:
    district = empty_district
    file = (await put(district, maker="ABL")).row  # the stations behind it are of another make
    await district.ask("stations.publish_firmware", id=STATION, file=file.id, wait_s=0)
    (command,) = (await district.stores.ledger.commands(CommandFilter())).items
    assert command.request["checksum"] == md5(FIRMWARE, usedforsecurity=False).hexdigest()
    assert await needed_file(district.stores.ledger, file.id, str(command.request["url"]).split("/")[4]) is not None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "firmware.file_or_address"),
        ({"file_url": "https://firmware.example/1.bin"}, "firmware.checksum_unclear"),
        ({"file": 1, "checksum": "ab"}, "firmware.checksum_unclear"),
    ],
)
async def test_what_a_controller_is_to_offer_is_one_thing_and_whole(
    empty_district: District, given: dict[str, Any], why: str
) -> None:
    with pytest.raises(RequestError) as refused:
        await empty_district.ask("stations.publish_firmware", id=STATION, **given)
    assert refused.value.finding.code == why
