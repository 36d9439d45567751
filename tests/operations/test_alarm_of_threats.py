"""Security events of charge points that a person must look into."""

from __future__ import annotations

from datetime import timedelta

from core.facts import StationLink
from core.station_events import StationEventKind
from operations.alarms.watches import WATCHES
from operations.house import Call
from tests.district import NOW, District
from tests.operations.reliable import event

STATION = "lis-01"


async def test_tampering_is_an_alarm_for_an_hour_and_a_restart_is_none(empty_district: District) -> None:
    async def seen() -> list[str]:
        call = Call(empty_district.admin, empty_district.clock())
        found = await WATCHES["station_security"](empty_district.gate.house, call)
        return [sighting.finding.code for sighting in found.sightings]

    ledger, earlier = empty_district.stores.ledger, NOW - timedelta(minutes=1)
    await ledger.save_link(StationLink(station=STATION, connected=True, since_utc=NOW))
    await ledger.save_events([event(STATION, earlier, StationEventKind.SECURITY, "StartupOfTheDevice")])
    assert await seen() == []
    await ledger.save_events([event(STATION, earlier, StationEventKind.SECURITY, "TamperDetectionActivated")])
    assert await seen() == ["alarms.station_security"]
    empty_district.clock.pass_by(timedelta(hours=1))
    assert await seen() == []
