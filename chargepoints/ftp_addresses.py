"""Addresses under which stations leave logs by FTP: each with a name and a password that are good for one file."""

from __future__ import annotations

import hmac
from datetime import datetime
from hashlib import sha256

from chargepoints.settings import FtpSettings
from chargepoints.upload_folder import UploadRight
from chargepoints.uploads import UploadTokens


class FtpTokens:
    """Makes and reads the names and passwords of stations, each pair good for one file."""

    def __init__(self, key: bytes) -> None:
        self._tokens = UploadTokens(hmac.digest(key, b"ftp", sha256))

    def __repr__(self) -> str:
        return "FtpTokens()"

    def address(self, station: str, settings: FtpSettings, until_utc: datetime) -> str:
        """Return the address under which a station may leave one file until an instant."""
        user, _, password = self._tokens.issue(station, until_utc).rpartition(".")
        return f"ftp://{user}:{password}@{settings.public_host}:{settings.port}/"

    def read(self, user: str, password: str) -> UploadRight | None:
        """Return what a name with its password allows; None where they are not ours."""
        return self._tokens.read(f"{user}.{password}")
