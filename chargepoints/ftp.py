"""Takes logs by FTP from stations that know nothing else: into our folder, and nothing ever out of it.

It knows the commands that leaving one file takes (RFC 959, EPSV of RFC 2428), passive only. There is no code that
lists, reads, renames or deletes; whoever logs in is told that there is one empty folder.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from ipaddress import IPv4Address
from typing import Any, Final

from chargepoints.ftp_addresses import FtpTokens
from chargepoints.settings import FtpSettings
from chargepoints.upload_folder import Upload, UploadFolder, UploadRight
from chargepoints.uploads import NoRoom
from core.errors import StoreError
from core.ports import Clock, Health

_LOG = logging.getLogger(__name__)
_LINE_BYTES: Final = 1024
_BLOCK_BYTES: Final = 1 << 16
_IDLE_S: Final = 60.0
_TRIES: Final = 3
_ALWAYS: Final[Mapping[str, tuple[int, str]]] = {
    "SYST": (215, "UNIX Type: L8"),
    "NOOP": (200, "ok"),
    "OPTS": (200, "ok"),
    "FEAT": (211, "no features"),
}
_LOGGED_IN: Final[Mapping[str, tuple[int, str]]] = {
    "TYPE": (200, "ok"),
    "MODE": (200, "ok"),
    "STRU": (200, "ok"),
    "PWD": (257, '"/"'),
    "XPWD": (257, '"/"'),
    "CWD": (250, "ok"),
    "CDUP": (250, "ok"),
    "REST": (504, "files come whole"),
}
_NOT_HERE: Final = (502, "files are only taken here")


class FtpReceiver:
    """The part of the service that listens; `port` is known once `started` is set."""

    name = "ftp"

    def __init__(
        self, settings: FtpSettings, tokens: FtpTokens, folder: UploadFolder, clock: Clock, no_room: NoRoom
    ) -> None:
        self.started = asyncio.Event()
        self.port = settings.port
        self.settings = settings
        self.tokens = tokens
        self.folder = folder
        self.clock = clock
        self.no_room = no_room
        self.busy: set[str] = set()
        """The numbers of the requests whose files come at this moment."""
        self._sessions: set[asyncio.Task[Any]] = set()
        self._kept = 0

    async def serve(self) -> None:
        """Take files until cancelled."""
        server = await asyncio.start_server(self._session, self.settings.host, self.settings.port, limit=_LINE_BYTES)
        self.port = server.sockets[0].getsockname()[1]
        self.started.set()
        try:
            await server.serve_forever()
        finally:
            self.started.clear()
            for task in self._sessions:
                task.cancel()
            await asyncio.gather(*self._sessions, return_exceptions=True)

    def health(self) -> Health:
        """Return how many files came and come."""
        figures = {"files": float(self._kept), "sessions": float(len(self._sessions))}
        return Health(name=self.name, ok=True, figures=figures)

    def kept(self) -> None:
        """Count a file."""
        self._kept += 1

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._sessions) >= 2 * self.folder.limits.at_once:
            writer.write(b"421 too many\r\n")
            writer.close()
            return
        self._sessions.add(task)
        session = _Session(self, reader, writer)
        try:
            async with asyncio.timeout(self.folder.limits.time_s):
                await session.run()
        except (OSError, TimeoutError, ValueError, StoreError) as error:  # the station may begin anew
            _LOG.warning("ftp_session_ended error=%s", type(error).__name__)
        finally:
            self._sessions.discard(task)
            session.close()


class _Session:
    """One station on its control connection."""

    def __init__(self, house: FtpReceiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._house = house
        self._reader = reader
        self._writer = writer
        self._user = ""
        self._failed = 0
        self._right: UploadRight | None = None
        self._door: asyncio.Server | None = None
        self._data: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] | None = None
        self._verbs: Mapping[str, Callable[[str], Awaitable[None]]] = {
            "PASV": self._pasv,
            "EPSV": self._epsv,
            "ALLO": self._allo,
            "STOR": self._stor,
            "STOU": self._stor,
            "APPE": self._stor,
        }

    async def run(self) -> None:
        """Answer commands until the station leaves, or failed to log in too often."""
        await self._say(220, "Kreiswatt")
        while self._failed < _TRIES:
            async with asyncio.timeout(_IDLE_S):
                line = await self._reader.readline()
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if not line or verb.upper() == "QUIT":
                break
            await self._answer(verb.upper(), rest.strip())
        await self._say(221, "bye")

    def close(self) -> None:
        """Close all that is open."""
        if self._door is not None:
            self._door.close()
        if self._data is not None and self._data.done() and not self._data.cancelled():
            self._data.result()[1].close()
        self._writer.close()

    async def _answer(self, verb: str, rest: str) -> None:
        if verb == "USER":
            self._user, self._right = rest, None
            await self._say(331, "password")
        elif verb == "PASS":
            await self._log_in(rest)
        elif verb in _ALWAYS:
            await self._say(*_ALWAYS[verb])
        elif self._right is None:
            await self._say(530, "log in first")
        elif verb in _LOGGED_IN:
            await self._say(*_LOGGED_IN[verb])
        elif verb in self._verbs:
            await self._verbs[verb](rest)
        else:
            await self._say(*_NOT_HERE)

    async def _log_in(self, password: str) -> None:
        right = self._house.tokens.read(self._user, password)
        if right is None or right.until_utc <= self._house.clock():
            self._failed += 1
            await self._say(530, "unknown")
            return
        self._right = right
        await self._say(230, "ok")

    async def _pasv(self, _rest: str) -> None:
        host = self._ipv4()
        if host is None:
            await self._say(425, "EPSV here")
            return
        port = await self._open()
        numbers = (*str(host).split("."), str(port >> 8), str(port & 0xFF))
        await self._say(227, f"({','.join(numbers)})")

    def _ipv4(self) -> IPv4Address | None:
        """Return the address to be told for data: ours as the settings say it, else as the station reached it."""
        for each in (self._house.settings.public_host, self._writer.get_extra_info("sockname")[0]):
            with suppress(ValueError):
                return IPv4Address(each)
        return None

    async def _epsv(self, _rest: str) -> None:
        await self._say(229, f"(|||{await self._open()}|)")

    async def _open(self) -> int:
        """Open a port for the data of this station alone, and return it. Raises `OSError` if none is free."""
        if self._door is not None:
            self._door.close()
        data = self._data = asyncio.get_running_loop().create_future()
        here, peer = self._writer.get_extra_info("sockname")[0], self._writer.get_extra_info("peername")[0]

        async def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if data.done() or writer.get_extra_info("peername")[0] != peer:
                writer.close()  # somebody else is not to leave a file in the station's name
            else:
                data.set_result((reader, writer))

        settings = self._house.settings
        for port in range(settings.passive_first, settings.passive_last + 1):
            with suppress(OSError):
                self._door = await asyncio.start_server(came, here, port)
                return int(self._door.sockets[0].getsockname()[1])
        raise OSError

    async def _allo(self, rest: str) -> None:
        size = rest.partition(" ")[0]
        if size.isdecimal() and int(size) > await self._room_bytes():
            await self._no_room()
        else:
            await self._say(200, "ok")

    async def _stor(self, rest: str) -> None:
        house, right, data = self._house, self._right, self._data
        assert right is not None  # noqa: S101 - asked for by who has logged in
        if data is None:
            await self._say(425, "PASV first")
        elif right.number in house.busy or await asyncio.to_thread(house.folder.came, right):
            await self._say(550, "one file only")
        elif len(house.busy) >= house.folder.limits.at_once:
            await self._say(450, "later")
        else:
            house.busy.add(right.number)
            try:
                await self._take(right, data, rest)
            finally:
                house.busy.discard(right.number)
                self._data = None

    async def _take(
        self,
        right: UploadRight,
        data: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]],
        name: str,
    ) -> None:
        await self._say(150, "come")
        async with asyncio.timeout(_IDLE_S):
            reader, writer = await data
        upload = await asyncio.to_thread(self._house.folder.begin, right)
        try:
            if await self._stream(reader, upload):
                await asyncio.to_thread(upload.finish, name, self._house.clock())
            else:
                upload.drop()
                await self._no_room()
                return
        except BaseException:
            upload.drop()
            raise
        finally:
            writer.close()
        self._house.kept()
        await self._say(226, "kept")

    async def _stream(self, reader: asyncio.StreamReader, upload: Upload) -> bool:
        """Write what comes; return False where there is no room for it."""
        room_bytes = await self._room_bytes()
        while True:
            async with asyncio.timeout(_IDLE_S):
                block = await reader.read(_BLOCK_BYTES)
            if not block:
                return True
            room_bytes -= len(block)
            if room_bytes < 0:
                return False
            await asyncio.to_thread(upload.write, block)

    async def _room_bytes(self) -> int:
        assert self._right is not None  # noqa: S101 - as above
        return await asyncio.to_thread(self._house.folder.room_bytes, self._right.station)

    async def _no_room(self) -> None:
        assert self._right is not None  # noqa: S101 - as above
        with suppress(StoreError):  # the station hears of it in any case
            await self._house.no_room(self._right.station, await self._room_bytes())
        await self._say(552, "no room")

    async def _say(self, code: int, text: str) -> None:
        self._writer.write(f"{code} {text}\r\n".encode())
        await self._writer.drain()
