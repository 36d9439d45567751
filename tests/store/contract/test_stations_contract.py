"""What every book of stations must do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from core.facts import ConnectorStatus, Protocol, StationLink, StationStatus

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def status(word: ConnectorStatus, second: int, connector: int = 1, received: int = 0) -> StationStatus:
    return StationStatus(
        station="lra-01",
        connector=connector,
        status=word,
        at_utc=NOW + timedelta(seconds=second),
        received_at_utc=NOW + timedelta(seconds=received),
        error_code="NoError",
        info="Tür offen",
    )


async def test_the_newest_status_by_the_stations_own_instant_stays(ledger: Any) -> None:
    newest = status(ConnectorStatus.CHARGING, 10)
    await ledger.save_statuses([newest, status(ConnectorStatus.AVAILABLE, 5, received=20)])
    await ledger.save_statuses([status(ConnectorStatus.FAULTED, 9, received=30)])
    assert await ledger.statuses() == (newest,)


async def test_of_equal_instants_the_one_received_last_stays(ledger: Any) -> None:
    await ledger.save_statuses([status(ConnectorStatus.CHARGING, 10)])
    later = status(ConnectorStatus.FINISHING, 10, received=1)
    await ledger.save_statuses([later])
    assert await ledger.statuses() == (later,)


async def test_outlets_are_listed_in_order_with_the_whole_station_first(ledger: Any) -> None:
    await ledger.save_statuses([status(ConnectorStatus.AVAILABLE, 0, connector) for connector in (2, 0, 1)])
    await ledger.save_statuses([])
    assert [each.connector for each in await ledger.statuses()] == [0, 1, 2]


async def test_a_link_is_kept_whole_and_replaced(ledger: Any) -> None:
    link = StationLink(station="lra-01", connected=True, since_utc=NOW)
    await ledger.save_link(link)
    assert await ledger.links() == (link,)
    whole = StationLink(
        station="lra-01",
        connected=False,
        since_utc=NOW,
        last_frame_at_utc=NOW + timedelta(seconds=3),
        protocol=Protocol.OCPP_16,
        maker="Beispiel",
        model="Säule 2",
        firmware="1.2.3",
        serial_number="0815",
        booted_at_utc=NOW,
    )
    await ledger.save_link(whole)
    assert await ledger.links() == (whole,)
