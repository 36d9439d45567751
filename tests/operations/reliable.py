"""What happened at the charge points of the test district."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.facts import ConnectorStatus, Protocol, StationLink, StationStatus
from core.station_events import Contact, StationEvent, StationEventKind
from core.texts import Finding
from tests.district import District

HOUR = timedelta(hours=1)


def event(station: str, at_utc: datetime, kind: StationEventKind, code: str, connector: int = 0) -> StationEvent:
    finding = Finding.of("ocpp.not_json", size_byte=5) if kind is StationEventKind.REFUSED else None
    return StationEvent(
        station=station,
        kind=kind,
        at_utc=at_utc,
        received_at_utc=at_utc,
        code=code,
        connector=connector,
        finding=finding,
    )


async def let_happen(district: District, station: str) -> None:
    """Let a station connect two days ago, be faulted for six hours, lose contact for two, and send rubbish."""
    ledger, now_utc = district.stores.ledger, district.clock()
    begin = now_utc - 48 * HOUR
    outlets = [outlet.number for outlet in district.gate.house.inventory().stations[station].connectors]
    events = [event(station, begin, StationEventKind.CONNECTION, Contact.CONNECTED.value)]
    for number in outlets:
        events += [
            event(station, begin, StationEventKind.STATUS, "available", number),
            event(station, begin + 10 * HOUR, StationEventKind.STATUS, "faulted", number),
            event(station, begin + 10 * HOUR, StationEventKind.ERROR, "GroundFailure", number),
            event(station, begin + 16 * HOUR, StationEventKind.STATUS, "available", number),
        ]
    events += [
        event(station, begin + 20 * HOUR, StationEventKind.CONNECTION, Contact.SILENT.value),
        event(station, begin + 22 * HOUR, StationEventKind.CONNECTION, Contact.CONNECTED.value),
        event(station, begin + 23 * HOUR, StationEventKind.REFUSED, "ocpp.not_json"),
        event(station, begin + 24 * HOUR, StationEventKind.NOTICE, "number_as_text"),
    ]
    await ledger.save_link(
        StationLink(
            station=station,
            connected=True,
            since_utc=begin + 22 * HOUR,
            last_frame_at_utc=now_utc,
            protocol=Protocol.OCPP_16,
            maker="Muster",
            model="Eins",
            firmware="1.2",
        )
    )
    await ledger.save_statuses(
        [
            StationStatus(
                station=station,
                connector=number,
                status=ConnectorStatus.AVAILABLE,
                at_utc=begin + 16 * HOUR,
                received_at_utc=begin + 16 * HOUR,
            )
            for number in outlets
        ]
    )
    await ledger.save_events(events)
