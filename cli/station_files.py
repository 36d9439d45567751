"""Joins the ways of files between stations and the service: logs that come in, firmware that goes out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from config.load import Configuration
from config.settings import Settings
from core.books import Ledger
from core.firmware import FirmwareAddress
from core.ports import Clock, Daemon

if TYPE_CHECKING:
    from chargepoints.firmware_files import FirmwareFolder
    from chargepoints.upload_folder import UploadFolder
    from chargepoints.uploads import Application, NoRoom

MB = 1_000_000
UPLOAD_WITHIN = timedelta(days=1)
"""For how long a station may upload a log it was asked for."""


def upload_folder(settings: Settings) -> UploadFolder:
    """Return where the logs of stations lie."""
    from chargepoints.upload_folder import UploadFolder, UploadLimits

    limits = UploadLimits(total_bytes=settings.charge_points.logs_max_mb * MB)
    return UploadFolder(settings.data_dir / "uploads", limits)


def firmware_folder(settings: Settings) -> FirmwareFolder:
    """Return where the files of the firmware library lie."""
    from chargepoints.firmware_files import FirmwareFolder

    return FirmwareFolder(settings.data_dir / "firmware", settings.charge_points.firmware_max_mb * MB)


def upload_url(configuration: Configuration, clock: Clock) -> Callable[[str], str] | None:
    """Return what makes an address for a station's log; None where none of ours is known."""
    from chargepoints.uploads import PREFIX, UploadTokens

    public_url = configuration.settings.console.public_url.rstrip("/")
    tokens = UploadTokens(configuration.privacy_key)

    def address(station: str) -> str:
        return f"{public_url}{PREFIX}{tokens.issue(station, clock() + UPLOAD_WITHIN)}/"

    return address if public_url else None


def ftp_upload_url(configuration: Configuration, clock: Clock) -> Callable[[str], str] | None:
    """Return what makes an FTP address for a station's log; None where FTP is not wanted."""
    from chargepoints.ftp_addresses import FtpTokens

    settings, tokens = configuration.settings.charge_points.ftp, FtpTokens(configuration.privacy_key)
    if settings is None:
        return None
    return lambda station: tokens.address(station, settings, clock() + UPLOAD_WITHIN)


def ftp_receivers(configuration: Configuration, ledger: Ledger, clock: Clock) -> list[Daemon]:
    """Return what takes logs by FTP, where that is wanted."""
    settings = configuration.settings.charge_points.ftp
    if settings is None:
        return []
    from chargepoints.ftp import FtpReceiver
    from chargepoints.ftp_addresses import FtpTokens

    tokens, folder = FtpTokens(configuration.privacy_key), upload_folder(configuration.settings)
    return [FtpReceiver(settings, tokens, folder, clock, _no_room(ledger, clock))]


def _no_room(ledger: Ledger, clock: Clock) -> NoRoom:
    from operations.stations.log_room import note_no_room

    async def no_room(station: str, room_bytes: int) -> None:
        await note_no_room(ledger, station, room_bytes, clock())

    return no_room


def firmware_url(configuration: Configuration) -> FirmwareAddress | None:
    """Return what makes an address of a firmware file; None where none of ours is known."""
    from chargepoints.firmware_files import FirmwareTokens

    public_url = configuration.settings.console.public_url.rstrip("/")
    tokens = FirmwareTokens(configuration.privacy_key)

    def address(file: int, name: str) -> str:
        return f"{public_url}{tokens.address(file, name)}"

    return address if public_url else None


def with_station_files(app: Application, configuration: Configuration, ledger: Ledger, clock: Clock) -> Application:
    """Return an application that takes logs and gives firmware, and leaves all else to another."""
    from functools import partial

    from chargepoints.firmware_files import FirmwareServer, FirmwareTokens
    from chargepoints.uploads import UploadReceiver, UploadTokens
    from operations.firmware.needing import needed_file

    key, settings = configuration.privacy_key, configuration.settings
    logs = UploadReceiver(UploadTokens(key), upload_folder(settings), clock, _no_room(ledger, clock))
    firmware = FirmwareServer(FirmwareTokens(key), firmware_folder(settings), partial(needed_file, ledger))
    return firmware.before(logs.before(app))
