"""What the stores of a small district hold when something of every kind has happened."""

from __future__ import annotations

from datetime import timedelta

from core.facts import (
    ChargeSession,
    ConnectorStatus,
    Discovery,
    Protocol,
    Rejection,
    SessionState,
    StationLink,
    StationStatus,
    TagVerdict,
)
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from store.open import Stores
from tests.district import NOW

SML = b'{"Time":"2026-11-22T10:59:00","SML":{"Total_in":1234.5,"Power_curr":2500}}'


async def fill(stores: Stores) -> None:
    """Put something of every kind into the stores."""
    await stores.readings.put(Batch(_readings(), NOW))
    ledger = stores.ledger
    await ledger.save_sessions(_sessions())
    await ledger.save_link(
        StationLink(
            station="lis-01",
            connected=True,
            since_utc=NOW - timedelta(hours=3),
            last_frame_at_utc=NOW - timedelta(seconds=20),
            protocol=Protocol.OCPP_16,
            maker="Alfen",
            model="NG910",
            firmware="6.4",
        )
    )
    await ledger.save_statuses(
        [
            StationStatus(
                station="lis-01",
                connector=number,
                status=status,
                at_utc=NOW - timedelta(minutes=10),
                received_at_utc=NOW - timedelta(minutes=10),
            )
            for number, status in ((1, ConnectorStatus.CHARGING), (2, ConnectorStatus.AVAILABLE))
        ]
    )
    await ledger.reject(
        [
            Rejection(
                channel="mqtt:main",
                subject="tele/schule/SENSOR",
                reason=Finding.of("payload.not_json", position=1),
                payload=payload,
                received_at_utc=NOW - timedelta(minutes=minutes),
            )
            for minutes, payload in ((30, b"\xff\x00 no json"), (20, SML))
        ]
    )
    await ledger.discover(
        [
            Discovery(
                channel="mqtt:main",
                subject=f"tele/unbekannt-{number}/SENSOR",
                first_seen_utc=NOW,
                last_seen_utc=NOW - timedelta(minutes=number),
                sample=SML,
                hint="tasmota_sml",
            )
            for number in range(3)
        ]
    )


def _readings() -> list[Reading]:
    minute = timedelta(minutes=1)
    return [
        Reading("meter:schule-strom", Quantity.POWER_W, NOW - 2 * minute, 4200.0),
        Reading("meter:schule-strom", Quantity.ENERGY_IMPORT_WH, NOW - 2 * minute, 1_234_500.0),
        Reading("station:lis-01/1", Quantity.POWER_W, NOW - minute / 2, 11_000.0),
        Reading("vehicle:lk-e-101", Quantity.SOC_PERCENT, NOW - 50 * minute, 71.0),
        Reading("vehicle:lk-e-101", Quantity.CHARGING_FLAG, NOW - 50 * minute, 0.0),
    ]


def _sessions() -> list[ChargeSession]:
    ended = [
        ChargeSession(
            id=f"lis-01-{number}",
            station="lis-01",
            connector=2,
            protocol=Protocol.OCPP_16,
            transaction=str(number),
            state=SessionState.ENDED,
            begun_at_utc=NOW - timedelta(days=number + 1),
            ended_at_utc=NOW - timedelta(days=number + 1) + timedelta(hours=2),
            tag="tag:0123456789abcdef0123",
            tag_verdict=TagVerdict.ACCEPTED,
            register_start_wh=1000.0,
            register_stop_wh=21_000.0,
            energy_wh=20_000.0,
        )
        for number in range(5)
    ]
    running = ChargeSession(
        id="lis-01-open",
        station="lis-01",
        connector=1,
        protocol=Protocol.OCPP_16,
        transaction="99",
        state=SessionState.OPEN,
        begun_at_utc=NOW - timedelta(minutes=10),
        register_start_wh=50_000.0,
        findings=(Finding.of("session.running"),),
    )
    return [*ended, running]
