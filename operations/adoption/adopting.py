"""Charge points that wait are adopted or refused."""

from __future__ import annotations

import asyncio
from typing import Final

from config.splice import write_value
from core.command_words import Triggered
from core.errors import ConflictError, NotFoundError, RequestError, ServiceError
from core.inventory import Admission, Station
from operations.adoption.joining import joined, objection_to
from operations.adoption.rows import AdoptStation, RefuseStation
from operations.adoption.welcoming import NOT_SAID, STATIONS
from operations.house import Call, House
from operations.inventory import EntryWritten, write
from operations.keepers import EntryKind, must_keep
from operations.stations.commands import trigger
from operations.stations.requests import AskMessage

_NOT_LONG_S: Final = 0.1
"""Whoever adopts does not wait for the station to start."""


async def adopt_station(house: House, request: AdoptStation, call: Call) -> EntryWritten:
    """Take a station that waits into service; one that is connected is asked to start anew, and is accepted then.

    Raises `NotFoundError` or `ConflictError` for one that does not wait, `RequestError` where nobody said what it is.
    """
    station = _waiting(house, request.id, call)
    link = next((each for each in await house.ledger.links() if each.station == station.id), None)
    maker = request.maker or (link.maker if link else "") or _said(station.maker)
    model = request.model or (link.model if link else "") or _said(station.model)
    if not maker or not model:
        raise RequestError("adoption.make_unknown", station=station.id)
    outlets = [
        {"number": number, "max_power_w": f"{request.power_w:g}", "plug": request.plug}
        for number in range(1, request.outlets + 1)
    ]
    given = {
        "name": request.new_name or station.name,
        "maker": maker,
        "model": model,
        "serial_number": station.serial_number or (link.serial_number if link else ""),
        "connectors": write_value(outlets),
        "admission": "",
    }
    if objection := next(objection_to(house, request.station_profile) if request.station_profile else iter(()), None):
        raise RequestError(objection.code, **dict(objection.params))
    written = await _changed(house, station, given, call)
    if request.station_profile and house.managed is not None:
        await asyncio.to_thread(joined, house, house.managed, request.station_profile, [station.id], call)
        house.reload()
    if link is not None and link.connected:
        try:
            await trigger(house, AskMessage(id=station.id, message=Triggered.BOOT, wait_s=_NOT_LONG_S), call)
        except ServiceError:
            return written  # it is accepted when it starts by itself
    return written


async def refuse_station(house: House, request: RefuseStation, call: Call) -> EntryWritten:
    """Tell a station that waits that it is not wanted; it may be adopted later all the same. Raises as adopting."""
    station = _waiting(house, request.id, call)
    return await _changed(house, station, {"admission": Admission.REJECTED.value}, call)


def _waiting(house: House, name: str, call: Call) -> Station:
    station = house.inventory().stations.get(name)
    must_keep(call.actor, EntryKind.STATIONS, [station.site if station else None])
    if station is None:
        raise NotFoundError("config.entry_unknown", kind=STATIONS, entry=name)
    if station.admission is Admission.ACCEPTED:
        raise ConflictError("adoption.not_waiting", station=name)
    return station


async def _changed(house: House, station: Station, given: dict[str, str], call: Call) -> EntryWritten:
    by, at = call.actor.name, call.now_utc
    return await write(house, lambda managed: managed.change_fields(STATIONS, station.id, given, actor=by, now_utc=at))


def _said(text: str) -> str:
    return "" if text == NOT_SAID else text
