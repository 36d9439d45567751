"""Firmware that profiles want is part of the plan, and comes from the library by a roll-out of its own."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import RequestError
from core.facts import Protocol, StationLink
from core.rollouts import RolloutKind
from tests.district import District
from tests.station_files import put_firmware

STATION = "lis-01"


async def wanted(district: District, firmware: str = "2.1.0") -> Any:
    """Want a version of all of the station's make, and return the plan."""
    said = ["name=Eve", "valid_from=2026-01-01", "maker=Alfen", "model=Eve", f"firmware={firmware}"]
    await district.ask("inventory.add", id="profiles/eve", values=said)
    link = StationLink(
        station=STATION,
        connected=True,
        since_utc=district.clock(),
        protocol=Protocol.OCPP_16,
        maker="Alfen",
        model="Eve",
        firmware="1.0",
    )
    await district.stores.ledger.save_link(link)
    return await district.ask("stations.plan", id=STATION)


async def apply(district: District, plan: Any) -> Any:
    return await district.ask("stations.apply", id=STATION, plan=plan.hash, absent=True, wait_s=0)


async def test_it_is_planned_by_the_version_told_and_rolled_out_from_the_library(empty_district: District) -> None:
    plan = await wanted(empty_district)
    (line,) = plan.stations[0].settings
    assert (line.term, line.old, line.new) == ("firmware", "1.0", "2.1.0")
    await put_firmware(empty_district.gate, empty_district.clock(), model="Eve")
    applied = await apply(empty_district, plan)
    (rollout,) = applied.rollouts
    assert (rollout.rollout_kind, rollout.firmware, applied.after_firmware) == (RolloutKind.FIRMWARE, "2.1.0", ())
    assert [row.station for row in applied.stations] == [STATION]


async def test_what_the_library_does_not_have_is_refused(empty_district: District) -> None:
    plan = await wanted(empty_district, "9.9")
    with pytest.raises(RequestError) as caught:
        await apply(empty_district, plan)
    assert caught.value.finding.code == "configuring.no_firmware"
