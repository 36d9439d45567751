"""Commands to charge points: what each asks is kept, sent when it is its turn, and waited for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any, Final

from chargepoints.certificates import certificates_in
from core.command_requests import CertificateHash
from core.commands import CommandKind
from core.errors import ConflictError, RequestError
from core.inventory import Admission
from operations.firmware.library import md5_of, offered
from operations.house import Call, House
from operations.stations.asking import asked, fields_of, plain, stations_of, tag_of
from operations.stations.progress import AskedCommands, awaited
from operations.stations.requests import (
    PLAIN,
    AskAvailability,
    AskCertificates,
    AskChange,
    AskClearCache,
    AskCost,
    AskCustomer,
    AskDisplay,
    AskDisplayed,
    AskFirmware,
    AskInstall,
    AskLimit,
    AskLimits,
    AskList,
    AskListVersion,
    AskLog,
    AskMessage,
    AskMonitor,
    AskMonitoringBase,
    AskMonitoringLevel,
    AskMonitors,
    AskNetwork,
    AskNoCertificate,
    AskNoDisplay,
    AskNoLimit,
    AskNoMonitor,
    AskNoReservation,
    AskPassword,
    AskPublished,
    AskReport,
    AskReservation,
    AskReset,
    AskSchedule,
    AskSettings,
    AskStart,
    AskStop,
    AskTransaction,
    AskTransfer,
    AskUnlock,
    AskUnpublished,
    Targets,
)
from operations.stations.upload_places import upload_place

_NUMBERS: Final = 2**31


async def start(house: House, request: AskStart, call: Call) -> AskedCommands:
    """Start a session for a card. Raises `ConflictError` at a station that is not accepted yet."""
    for station in stations_of(house, call, request.id):
        if station.admission is not Admission.ACCEPTED:
            raise ConflictError("commands.station_not_accepted", station=station.id)
    return await _each(house, request, call, CommandKind.START, fields_of(house, CommandKind.START, request))


async def stop(house: House, request: AskStop, call: Call) -> AskedCommands:
    """End sessions. Raises `ConflictError` where none runs."""
    there = {each.id for each in stations_of(house, call, request.id)}
    running = [
        each
        for each in await house.ledger.open_sessions()
        if each.station in there and request.session in (None, each.id) and request.connector in (None, each.connector)
    ]
    if not running:
        raise ConflictError("commands.no_session")
    said = [(each.station, {"session": each.id}) for each in running]
    return await awaited(house, request, call, await asked(house, request, call, CommandKind.STOP, said))


async def reserve(house: House, request: AskReservation, call: Call) -> AskedCommands:
    """Keep an outlet for a card."""
    said = fields_of(house, CommandKind.RESERVE, _numbered(request, call))
    return await _each(house, request, call, CommandKind.RESERVE, said)


async def limit(house: House, request: AskLimit, call: Call) -> AskedCommands:
    """Limit power or current. Raises `RequestError` where neither or both are said."""
    if (request.power_w is None) is (request.current_a is None) and not (request.steps and request.power_w is None):
        raise RequestError("commands.limit_unclear")
    unit = "power_w" if request.current_a is None else "current_a"
    given = {each.name: getattr(request, each.name) for each in fields(request)}
    given["steps"] = [_step(text, unit) for text in request.steps]
    return await _each(house, request, call, CommandKind.LIMIT, plain(CommandKind.LIMIT, given))


async def change(house: House, request: AskChange, call: Call) -> AskedCommands:
    """Change settings, and read them back if wanted: some stations accept every name and change nothing.

    Raises `RequestError` for what is not `name=value`, and for secrets.
    """
    settings = [_setting(text) for text in request.settings]
    said = plain(CommandKind.SET, {"settings": settings, "read_back": request.read_back})
    return await _each(house, request, call, CommandKind.SET, said)


async def send_list(house: House, request: AskList, call: Call) -> AskedCommands:
    """Replace or change the list of cards."""
    entries: list[dict[str, str | None]] = [{"tag": tag_of(house, each)} for each in request.tags]
    entries += [{"tag": tag_of(house, each), "status": None} for each in request.removed]
    given = {"version": request.version, "update": request.update, "entries": entries}
    return await _each(house, request, call, CommandKind.SEND_LIST, plain(CommandKind.SEND_LIST, given))


async def delete_certificate(house: House, request: AskNoCertificate, call: Call) -> AskedCommands:
    """Take a certificate out of stations."""
    named = CertificateHash(
        issuer_name_hash=request.issuer_name_hash,
        issuer_key_hash=request.issuer_key_hash,
        serial_number=request.serial_number,
        algorithm=request.algorithm,
    )
    said = plain(CommandKind.DELETE_CERTIFICATE, {"certificate": asdict(named)})
    return await _each(house, request, call, CommandKind.DELETE_CERTIFICATE, said)


async def monitor(house: House, request: AskMonitor, call: Call) -> AskedCommands:
    """Set a monitor on a variable (2.x)."""
    names = ("key", "value", "severity", "during_sessions_only", "number")
    one = {name: getattr(request, name) for name in names} | {"kind": request.monitor}
    said = plain(CommandKind.SET_MONITORING, {"monitors": [one]})
    return await _each(house, request, call, CommandKind.SET_MONITORING, said)


async def customer(house: House, request: AskCustomer, call: Call) -> AskedCommands:
    """Make stations tell or forget what they know of a customer (2.x)."""
    said = fields_of(house, CommandKind.CUSTOMER_INFORMATION, request)
    return await _each(house, request, call, CommandKind.CUSTOMER_INFORMATION, said)


async def reset(house: House, request: AskReset, call: Call) -> AskedCommands:
    """Restart stations, or an EVSE of them."""
    return await _plain(house, request, call)


async def unlock(house: House, request: AskUnlock, call: Call) -> AskedCommands:
    """Release a plug."""
    return await _plain(house, request, call)


async def availability(house: House, request: AskAvailability, call: Call) -> AskedCommands:
    """Take outlets or stations in or out of service."""
    return await _plain(house, request, call)


async def cancel_reservation(house: House, request: AskNoReservation, call: Call) -> AskedCommands:
    """Give a reserved outlet free."""
    return await _plain(house, request, call)


async def clear_limit(house: House, request: AskNoLimit, call: Call) -> AskedCommands:
    """Take limits away."""
    return await _plain(house, request, call)


async def limits(house: House, request: AskLimits, call: Call) -> AskedCommands:
    """Ask which limits stations have (2.x)."""
    return await _plain(house, request, call)


async def schedule(house: House, request: AskSchedule, call: Call) -> AskedCommands:
    """Ask what all limits together allow."""
    return await _plain(house, request, call)


async def get(house: House, request: AskSettings, call: Call) -> AskedCommands:
    """Ask for settings."""
    return await _plain(house, request, call)


async def report(house: House, request: AskReport, call: Call) -> AskedCommands:
    """Ask for a report of variables (2.x)."""
    return await _plain(house, request, call)


async def network_profile(house: House, request: AskNetwork, call: Call) -> AskedCommands:
    """Tell stations how they may reach us (2.x)."""
    return await _plain(house, request, call)


async def trigger(house: House, request: AskMessage, call: Call) -> AskedCommands:
    """Ask stations to send a message now."""
    return await _plain(house, request, call)


async def clear_cache(house: House, request: AskClearCache, call: Call) -> AskedCommands:
    """Make stations forget the cards they learnt."""
    return await _plain(house, request, call)


async def change_password(house: House, request: AskPassword, call: Call) -> AskedCommands:
    """Give stations new passwords."""
    return await _plain(house, request, call)


async def list_version(house: House, request: AskListVersion, call: Call) -> AskedCommands:
    """Ask for the version of the list of cards."""
    return await _plain(house, request, call)


async def update_firmware(house: House, request: AskFirmware, call: Call) -> AskedCommands:
    """Have firmware loaded and installed. Raises `RequestError` where file and address are both said, or neither."""
    if (request.file is None) is not bool(request.file_url.strip()):
        raise RequestError("firmware.file_or_address")
    if request.file is not None and (request.signature.strip() or request.signing_certificate.strip()):
        raise RequestError("firmware.file_or_address")
    given = {each.name: getattr(request, each.name) for each in fields(request)}
    given |= {"url": request.file_url, "retrieve_at_utc": request.retrieve_at_utc or call.now_utc}
    if request.file is not None:
        file, given["url"] = await offered(house, request.file, stations_of(house, call, request.id))
        given |= {"signing_certificate": file.signing_certificate, "signature": file.signature}
    return await _each(house, request, call, CommandKind.FIRMWARE, plain(CommandKind.FIRMWARE, given))


async def publish_firmware(house: House, request: AskPublished, call: Call) -> AskedCommands:
    """Have local controllers offer firmware (2.x). Raises `RequestError` as for `update_firmware`."""
    given = {each.name: getattr(request, each.name) for each in fields(request)} | {"url": request.file_url}
    if (request.file is None) is not bool(request.file_url.strip()):
        raise RequestError("firmware.file_or_address")
    if (request.file is None) is not bool(request.checksum.strip()):
        raise RequestError("firmware.checksum_unclear")
    if request.file is not None:
        # The stations behind a controller may be of another make than it is: nobody here knows them.
        file, given["url"] = await offered(house, request.file, ())
        given["checksum"] = await md5_of(house, file)
    return await _each(house, request, call, CommandKind.PUBLISH_FIRMWARE, plain(CommandKind.PUBLISH_FIRMWARE, given))


async def unpublish_firmware(house: House, request: AskUnpublished, call: Call) -> AskedCommands:
    """End such an offer (2.x)."""
    return await _plain(house, request, call)


async def log(house: House, request: AskLog, call: Call) -> AskedCommands:
    """Have a log uploaded, to us if no address is given. Raises `RequestError` if none of ours is known."""
    if request.file_url:
        return await _plain(house, request, call)
    said = fields_of(house, CommandKind.LOG, request)
    named = stations_of(house, call, request.id)
    stations = [(each.id, said | {"url": await upload_place(house, each.id)}) for each in named]
    return await awaited(house, request, call, await asked(house, request, call, CommandKind.LOG, stations))


async def certificates(house: House, request: AskCertificates, call: Call) -> AskedCommands:
    """Ask which certificates stations have."""
    return await _plain(house, request, call)


async def install_certificate(house: House, request: AskInstall, call: Call) -> AskedCommands:
    """Give stations a root certificate. Raises `RequestError` for text without one; what else stands in it is left."""
    found = certificates_in(request.certificate)
    if not found:
        raise RequestError("commands.certificate_unreadable")
    certificate = "".join(each.pem for each in found)
    return await _plain(house, replace(request, certificate=certificate), call)


async def transfer(house: House, request: AskTransfer, call: Call) -> AskedCommands:
    """Send a maker's own message."""
    return await _plain(house, request, call)


async def display(house: House, request: AskDisplay, call: Call) -> AskedCommands:
    """Show a text on displays (2.x)."""
    return await _plain(house, request, call)


async def displayed(house: House, request: AskDisplayed, call: Call) -> AskedCommands:
    """Ask for the texts of displays (2.x)."""
    return await _plain(house, request, call)


async def clear_display(house: House, request: AskNoDisplay, call: Call) -> AskedCommands:
    """Take a text off displays (2.x)."""
    return await _plain(house, request, call)


async def clear_monitor(house: House, request: AskNoMonitor, call: Call) -> AskedCommands:
    """Take monitors away (2.x)."""
    return await _plain(house, request, call)


async def monitoring_base(house: House, request: AskMonitoringBase, call: Call) -> AskedCommands:
    """Turn a set of monitors on (2.x)."""
    return await _plain(house, request, call)


async def monitoring_level(house: House, request: AskMonitoringLevel, call: Call) -> AskedCommands:
    """Say from which severity on monitors report (2.x)."""
    return await _plain(house, request, call)


async def monitors(house: House, request: AskMonitors, call: Call) -> AskedCommands:
    """Ask which monitors are set (2.x)."""
    return await _plain(house, request, call)


async def transaction(house: House, request: AskTransaction, call: Call) -> AskedCommands:
    """Ask whether a session runs, and whether messages wait (2.x)."""
    return await _plain(house, request, call)


async def cost(house: House, request: AskCost, call: Call) -> AskedCommands:
    """Tell stations what a session has cost so far (2.x)."""
    return await _plain(house, request, call)


async def _plain(house: House, request: Targets, call: Call) -> AskedCommands:
    kind = PLAIN[type(request)]
    return await _each(house, request, call, kind, fields_of(house, kind, request))


async def _each(
    house: House, request: Targets, call: Call, kind: CommandKind, said: Mapping[str, Any]
) -> AskedCommands:
    stations = [(each.id, said) for each in stations_of(house, call, request.id)]
    return await awaited(house, request, call, await asked(house, request, call, kind, stations))


def _numbered(request: AskReservation, call: Call) -> AskReservation:
    """Return the request with a number: the instant's, so that none comes twice within seconds."""
    return request if request.number else replace(request, number=int(call.now_utc.timestamp()) % _NUMBERS)


def _step(text: str, unit: str) -> dict[str, float]:
    start, _, value = text.partition("=")
    try:
        return {"start_s": int(start), unit: float(value)}
    except ValueError as error:
        raise RequestError("commands.step_invalid", step=text[:40]) from error


def _setting(text: str) -> dict[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise RequestError("commands.setting_invalid", setting=key[:80])
    return {"key": key.strip(), "value": value}
