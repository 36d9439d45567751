"""The firmware library: files handed in once, for the makers and models they are for, loaded from us by stations."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from hashlib import file_digest, md5
from pathlib import Path

from chargepoints.certificates import certificates_in
from core.errors import ConflictError, NotFoundError, RequestError, UnavailableError
from core.firmware import FirmwareFile, FirmwareShelf
from core.inventory import Station
from core.ports import Page
from operations.arrivals.import_reading import inbox_of, kept_file
from operations.firmware.needing import addresses_in_use, is_among
from operations.firmware.rows import (
    AddFirmware,
    FirmwareDetail,
    FirmwareRow,
    ListFirmware,
    RemoveFirmware,
    ShowFirmware,
    row_of,
)
from operations.house import Call, House


async def add_firmware(house: House, request: AddFirmware, call: Call) -> FirmwareDetail:
    """Take a file into the library. Raises `RequestError` for what is not complete, or beyond the quota."""
    shelf = _shelf(house)
    kept = kept_file(house, request.upload)
    maker, model, version = (text.strip() for text in (request.maker, request.model, request.firmware))
    certificate, signature = request.signing_certificate.strip(), request.signature.strip()
    if not maker:
        raise RequestError("firmware.no_maker")
    if not version:
        raise RequestError("rollouts.no_version")
    if bool(certificate) != bool(signature):
        raise RequestError("rollouts.half_signed")
    if certificate and not certificates_in(certificate):
        raise RequestError("commands.certificate_unreadable")
    file = FirmwareFile(
        name=kept.name,
        maker=maker,
        model=model,
        version=version,
        size_bytes=kept.size_byte,
        sha256=kept.digest,
        added_by=call.actor.name,
        added_at_utc=call.now_utc,
        signing_certificate=certificate,
        signature=signature,
    )
    for known in await house.ledger.firmware_files():
        if known.sha256 == file.sha256 and (known.maker, known.model) == (maker, model):
            raise ConflictError("firmware.known", id=known.id)
    await asyncio.to_thread(shelf.put, inbox_of(house).path(kept.digest), kept.digest)
    return await _detail(house, await house.ledger.add_firmware(file))


async def list_firmware(house: House, request: ListFirmware, _call: Call) -> Page[FirmwareRow]:
    """Return the files of the library, newest first."""
    addresses = await addresses_in_use(house.ledger)
    files = await house.ledger.firmware_files()
    wanted = [each for each in files if request.maker.strip().casefold() in ("", each.maker.casefold())]
    rows = tuple(row_of(each, loadable=is_among(each, addresses)) for each in wanted)
    return Page(rows, len(rows))


async def show_firmware(house: House, request: ShowFirmware, _call: Call) -> FirmwareDetail:
    """Return a file. Raises `NotFoundError`."""
    return await _detail(house, await _found(house, request.id))


async def remove_firmware(house: House, request: RemoveFirmware, _call: Call) -> FirmwareDetail:
    """Throw a file away and return what it was. Raises `ConflictError` while stations need it."""
    file = await _found(house, request.id)
    shown = await _detail(house, file)
    if shown.row.loadable:
        raise ConflictError("firmware.needed", id=file.id)
    await house.ledger.forget_firmware(file.id)
    if all(each.sha256 != file.sha256 for each in await house.ledger.firmware_files()):
        await asyncio.to_thread(_shelf(house).drop, file.sha256)
    return shown


async def offered(house: House, number: int, stations: Sequence[Station]) -> tuple[FirmwareFile, str]:
    """Return a file with a new address of it for these stations.

    Raises `NotFoundError` for an unknown file, `RequestError` for a station it is not for or whose maker nobody
    knows, and where none of our addresses is known.
    """
    file = await _found(house, number)
    if house.firmware_url is None:
        raise RequestError("firmware.no_address")
    links = {link.station: link for link in await house.ledger.links()}
    for station in stations:
        link = links.get(station.id)
        # What a station says of itself is more certain than what people entered.
        told = (link.maker, link.model) if link and link.maker else (station.maker or "", station.model or "")
        if not told[0]:
            raise RequestError("firmware.make_unknown", station=station.id)
        if not file.fits(*told) and not file.fits(station.maker or "", station.model or ""):
            raise RequestError(
                "firmware.other_make", station=station.id, is_make=" ".join(told)[:80], for_make=_make(file)[:80]
            )
    return file, house.firmware_url(file.id, file.name)


async def md5_of(house: House, file: FirmwareFile) -> str:
    """Return the checksum by which local controllers know a file (PublishFirmware of OCPP 2.x asks for MD5)."""
    return await asyncio.to_thread(_md5, _shelf(house).path(file.sha256))


def _md5(path: Path) -> str:
    with path.open("rb") as content:
        return file_digest(content, partial(md5, usedforsecurity=False)).hexdigest()


def _make(file: FirmwareFile) -> str:
    return f"{file.maker} {file.model}".strip()


async def _detail(house: House, file: FirmwareFile) -> FirmwareDetail:
    loadable = is_among(file, await addresses_in_use(house.ledger))
    return FirmwareDetail(
        row=row_of(file, loadable=loadable), signing_certificate=file.signing_certificate, signature=file.signature
    )


async def _found(house: House, number: int) -> FirmwareFile:
    file = await house.ledger.firmware(number)
    if file is None:
        raise NotFoundError("firmware.unknown", id=number)
    return file


def _shelf(house: House) -> FirmwareShelf:
    if house.firmware is None:
        raise UnavailableError("firmware.no_shelf")
    return house.firmware
