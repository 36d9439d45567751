"""Logs that come by FTP, from a real client: one file in, nothing out."""

from __future__ import annotations

import asyncio
import ftplib
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import pytest

from chargepoints.ftp import FtpReceiver
from chargepoints.ftp_addresses import FtpTokens
from chargepoints.settings import FtpSettings
from chargepoints.upload_folder import UploadFolder, UploadLimits
from chargepoints.uploads import UploadTokens

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
TOKENS = FtpTokens(b"k" * 32)
SETTINGS = FtpSettings(host="127.0.0.1", port=0, public_host="127.0.0.1", passive_first=0, passive_last=0)
LIMITS = UploadLimits(file_bytes=3_000_000, station_bytes=4_000_000, total_bytes=8_000_000, time_s=10)
T = TypeVar("T")


@asynccontextmanager
async def served(
    folder: Path, limits: UploadLimits = LIMITS, settings: FtpSettings = SETTINGS
) -> AsyncIterator[tuple[FtpReceiver, list[str]]]:
    refused: list[str] = []

    async def no_room(station: str, _room_bytes: int) -> None:
        refused.append(station)

    receiver = FtpReceiver(settings, TOKENS, UploadFolder(folder, limits), lambda: NOW, no_room)
    serving = asyncio.create_task(receiver.serve())
    await receiver.started.wait()
    try:
        yield receiver, refused
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


def named(station: str = "CP1", minutes: int = 60) -> tuple[str, str]:
    address = urlsplit(TOKENS.address(station, SETTINGS, NOW + timedelta(minutes=minutes)))
    assert address.username
    assert address.password
    return address.username, address.password


async def with_client(
    receiver: FtpReceiver, who: tuple[str, str], do: Callable[[ftplib.FTP], T], host: str = "127.0.0.1"
) -> T:
    def work() -> T:
        with ftplib.FTP() as ftp:  # noqa: S321 - it is what is tested
            ftp.connect(host, receiver.port, timeout=5)
            ftp.login(*who)
            return do(ftp)

    return await asyncio.to_thread(work)


def store(ftp: ftplib.FTP, name: str, content: bytes) -> str:
    return ftp.storbinary(f"STOR {name}", io.BytesIO(content))


@pytest.mark.parametrize("passive", ["PASV", "EPSV"])
async def test_a_client_leaves_one_file_and_no_second(tmp_path: Path, passive: str) -> None:
    content, who = b"0123456789" * 200_000, named()

    def leave(ftp: ftplib.FTP) -> str:
        ftp.af = 10 if passive == "EPSV" else ftp.af  # what makes ftplib ask for it
        ftp.cwd("/")
        assert ftp.pwd() == "/"
        assert store(ftp, "../../diagnostics.zip", content).startswith("226")
        with pytest.raises(ftplib.error_perm, match="550"):
            store(ftp, "another", b"x")
        return ftp.quit()

    async with served(tmp_path) as (receiver, _):
        assert (await with_client(receiver, who, leave)).startswith("221")
        with pytest.raises(ftplib.error_perm, match="550"):
            await with_client(receiver, who, partial(store, name="again", content=b"x"))
        assert receiver.health().figures["files"] == 1
    (log,) = UploadFolder(tmp_path, LIMITS).logs()
    assert (log.station, log.name, log.sha256) == ("CP1", "diagnostics.zip", sha256(content).hexdigest())


async def test_who_is_not_ours_or_too_late_gets_in_nowhere(tmp_path: Path) -> None:
    user, _, password = UploadTokens(b"k" * 32).issue("CP1", NOW + timedelta(hours=1)).rpartition(".")
    strangers = [named(minutes=-1), ("anonymous", ""), (named()[0], named()[1]), (user, password)]
    async with served(tmp_path) as (receiver, _):
        for who in strangers:
            with pytest.raises(ftplib.error_perm, match="530"):
                await with_client(receiver, who, lambda ftp: ftp.quit())
    assert UploadFolder(tmp_path, LIMITS).logs() == ()


@pytest.mark.parametrize(
    "command", ["LIST", "NLST", "MLSD", "RETR x", "SIZE x", "DELE x", "RNFR x", "MKD x", "PORT 127,0,0,1,0,22", "SITE"]
)
async def test_nothing_is_listed_read_or_changed(tmp_path: Path, command: str) -> None:
    def ask(ftp: ftplib.FTP) -> None:
        with pytest.raises(ftplib.error_perm, match="502"):
            ftp.voidcmd(command)

    async with served(tmp_path) as (receiver, _):
        await with_client(receiver, named(), ask)


async def test_a_file_beyond_the_quota_is_refused_and_told_of(tmp_path: Path) -> None:
    def leave(ftp: ftplib.FTP) -> None:
        with pytest.raises(ftplib.error_perm, match="552"):
            ftp.voidcmd("ALLO 2000")
        with pytest.raises((ftplib.error_perm, ConnectionError)):
            store(ftp, "large", b"x" * 1001)

    async with served(tmp_path, replace(LIMITS, file_bytes=1000)) as (receiver, refused):
        who = named()
        await with_client(receiver, who, leave)
        assert "CP1" in refused
        assert (await with_client(receiver, who, partial(store, name="small", content=b"x"))).startswith("226")
    assert [log.name for log in UploadFolder(tmp_path, LIMITS).logs()] == ["small"]


async def test_by_a_name_the_address_is_told_that_the_station_reached(tmp_path: Path) -> None:
    async with served(tmp_path, settings=replace(SETTINGS, public_host="laden.example")) as (receiver, _):
        told = await with_client(receiver, named(), lambda ftp: ftp.sendcmd("PASV"))
        assert "(127,0,0,1," in told


async def test_over_ipv6_only_epsv_helps(tmp_path: Path) -> None:
    settings = replace(SETTINGS, public_host="laden.example", host="::1")
    async with served(tmp_path, settings=settings) as (receiver, _):

        def leave(ftp: ftplib.FTP) -> str:
            with pytest.raises(ftplib.error_temp, match="425"):
                ftp.sendcmd("PASV")
            return store(ftp, "log", b"x")

        assert (await with_client(receiver, named(), leave, "::1")).startswith("226")


async def test_garbage_ends_only_its_own_session(tmp_path: Path) -> None:
    async with served(tmp_path) as (receiver, _):
        for garbage in (b"\xff\xfe\x00\r\n", b"USER " + b"a" * 5000 + b"\r\n", b"PASS\r\n" * 4, b"STOR x\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", receiver.port)
            assert (await reader.readline()).startswith(b"220")
            writer.write(garbage)
            writer.write_eof()
            await asyncio.wait_for(reader.read(), 5)
            writer.close()
        assert (await with_client(receiver, named(), partial(store, name="log", content=b"x"))).startswith("226")
