"""The service is killed under live traffic: what was acknowledged is there, and nothing is there twice.

Meters publish at QoS 1 through Mosquitto, which outlives the service; stations send again what
was not answered. The promise ends at the broker: what Mosquitto acknowledged, it keeps for us.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta

import orjson
import pytest

from cli.wire import now_utc
from core.books import SessionFilter
from core.facts import ChargeSession, SessionState
from core.periods import Period
from core.ports import Direction
from core.quantities import Quantity
from store.open import Stores, open_embedded
from tests.flows.meter_traffic import MeterTraffic
from tests.flows.resending_station import ResendingStation
from tests.flows.rig import KreiswattProcess
from tests.ingest.rig import DEVICE_PASSWORD, DEVICE_USER, Mosquitto

STATIONS = 4
BEGAN_UTC = now_utc().replace(microsecond=0) - timedelta(days=1)
TIMED = (Quantity.ENERGY_IMPORT_WH, Period(BEGAN_UTC, BEGAN_UTC + timedelta(days=1)))


@pytest.mark.kill
@pytest.mark.timeout(240)
@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])])
async def test_nothing_acknowledged_is_lost_and_nothing_is_counted_twice(
    kills: int, service: KreiswattProcess, mosquitto: Mosquitto
) -> None:
    configuration = service.configuration
    meters = MeterTraffic(configuration.inventory, "127.0.0.1", mosquitto.port, DEVICE_USER, DEVICE_PASSWORD, BEGAN_UTC)
    stations = _stations(service)
    stop = asyncio.Event()
    meters.start()
    charging = [asyncio.create_task(station.charge_until(stop)) for station in stations]
    try:
        await _kill_again_and_again(service, kills)
        await asyncio.sleep(1.0)
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*charging), 60)
        await asyncio.to_thread(meters.stop)
    await service.caught_up()
    assert service.stop() == 0, "the service did not end cleanly"

    stores = await open_embedded(configuration.settings.data_dir, now_utc)
    try:
        await _every_reading_is_there_once(stores, meters)
        await _every_frame_is_there(stores, stations)
        await _every_session_is_there_once(stores, stations)
    finally:
        await stores.close()
    answered = sum(len(station.answered) for station in stations)
    print(
        f"\n{kills} kills: {len(meters.timed)} timed and {meters.untimed.total()} untimed readings acknowledged, "
        f"{answered} calls answered, {sum(len(station.transactions) for station in stations)} transactions; 0 lost"
    )


def _stations(service: KreiswattProcess) -> list[ResendingStation]:
    configuration = service.configuration
    chosen = [name for name in configuration.station_secrets if name in configuration.inventory.stations][:STATIONS]
    return [
        ResendingStation(
            url=service.ocpp_url,
            name=name,
            password=configuration.station_secrets[name],
            protocol=("ocpp1.6", "ocpp2.0.1")[place % 2],
            clock=BEGAN_UTC,
        )
        for place, name in enumerate(chosen)
    ]


async def _kill_again_and_again(service: KreiswattProcess, kills: int) -> None:
    chance = random.Random(kills)
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.8, 2.5))
        service.kill()
        await service.start()


async def _every_reading_is_there_once(stores: Stores, meters: MeterTraffic) -> None:
    sources = {source for source, _ in meters.timed}
    stored = {
        (reading.source, reading.at_utc): reading.value
        for source in sources
        for reading in await stores.readings.readings(source, *TIMED)
    }
    lost = [key for key, value in meters.timed.items() if abs(stored.get(key, -1.0) - value) > 1e-3]
    assert not lost, f"{len(lost)} of {len(meters.timed)} lost, first {sorted(lost)[:3]}"

    period = Period(BEGAN_UTC, now_utc() + timedelta(minutes=1))
    kept: Counter[tuple[str, float]] = Counter()
    for source in {source for source, _ in meters.untimed}:
        readings = await stores.readings.readings(source, Quantity.ODOMETER_M, period)
        kept.update((source, reading.value) for reading in readings)
    assert not meters.untimed - kept, f"lost: {list((meters.untimed - kept).items())[:5]}"
    assert not kept - meters.untimed, f"stored twice: {list((kept - meters.untimed).items())[:5]}"


async def _every_frame_is_there(stores: Stores, stations: list[ResendingStation]) -> None:
    journalled: set[str] = set()
    async for frame in stores.journal.frames():
        if frame.direction is Direction.IN:
            journalled.add(orjson.loads(frame.payload)[1])
    for station in stations:
        assert not station.refused, station.refused[:3]
        lost = [unique for unique in station.answered if unique not in journalled]
        assert not lost, f"{station.name}: {len(lost)} of {len(station.answered)} answered frames lost: {lost[:3]}"


async def _every_session_is_there_once(stores: Stores, stations: list[ResendingStation]) -> None:
    sessions: list[ChargeSession] = []
    cursor: str | None = None
    while True:
        page = await stores.ledger.sessions(SessionFilter(limit=500, cursor=cursor))
        sessions += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    for station in stations:
        known = sorted(
            (session.begun_at_utc, session.register_start_wh, session.register_stop_wh, session.energy_wh)
            for session in sessions
            if session.station == station.name and session.state is SessionState.ENDED
        )
        wanted = [
            (
                was.begun_at_utc,
                was.register_start_wh,
                was.register_stop_wh,
                was.register_stop_wh - was.register_start_wh,
            )
            for was in station.transactions
        ]
        assert known == wanted
        assert wanted, f"{station.name} finished no transaction"
