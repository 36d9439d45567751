"""Where a station may leave its log with us: by HTTP, or by FTP if that is all it knows."""

from __future__ import annotations

from typing import Final

from core.errors import RequestError
from operations.house import House
from operations.stations.configuration import known_settings

PROTOCOLS: Final = "filetransferprotocols"
"""How the setting's name ends: `SupportedFileTransferProtocols` in 1.6, `FileTransferProtocols` in 2.x."""

_BY_HTTP: Final = frozenset({"http", "https"})
_BY_FTP: Final = frozenset({"ftp"})


async def upload_place(house: House, station: str) -> str:
    """Return an address, good for one file. Raises `RequestError` where none of ours is one that the station knows.

    What a station can is known once its settings were read; until then it is taken to know HTTP.
    """
    known = await _protocols(house, station)
    if not known or known & _BY_HTTP:
        if house.upload_url is None:
            raise RequestError("commands.no_upload_url")
        return house.upload_url(station)
    if known & _BY_FTP and house.ftp_upload_url is not None:
        return house.ftp_upload_url(station)
    raise RequestError("commands.no_way_to_upload", station=station, protocols=", ".join(sorted(known))[:80])


async def _protocols(house: House, station: str) -> frozenset[str]:
    _, settings = await known_settings(house, station)
    said = [one.value or "" for name, one in settings.items() if name.casefold().endswith(PROTOCOLS)]
    return frozenset(word.strip().casefold() for text in said for word in text.split(",") if word.strip())
