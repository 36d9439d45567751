"""Backups of open stores: of one instant, complete, put back into either database; of a failed one nothing."""

from __future__ import annotations

import asyncio
import errno
import tarfile
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import RequestError, StoreError
from core.ports import Batch, Direction, Frame
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from core.work import RegisterCheckpoint
from store.backup.archive import ArchiveReader
from store.influx.timeseries import InfluxTimeSeries
from store.ledger.copies import LedgerSnapshot
from store.open import Stores, open_embedded, open_stores
from store.points.timeseries import TimeSeries
from store.settings import InfluxSettings, StoreSettings
from tests.postgres_server import Cluster
from tests.store.backups import (
    KEY,
    NOW,
    SOURCE,
    content,
    contents,
    filled,
    folder,
    keeper_of,
    mode,
    names,
    quiet,
    restored,
)


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return folder(tmp_path / "backups")


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Stores]:
    async with filled(tmp_path / "data") as stores:
        yield stores


async def test_what_was_kept_is_put_back_as_it_was(stores: Stores, tmp_path: Path, to: Path) -> None:
    kept = await keeper_of(stores, tmp_path / "data").keep(to, quiet)
    assert kept.readings == await stores.readings.count()
    assert kept.frames == 5
    assert kept.key_name == KEY.name
    assert names(to) == ["kreiswatt-20261122T100000Z.tar"]
    assert mode(Path(kept.file)) == 0o600

    await restored(Path(kept.file), tmp_path / "again")
    again = await open_embedded(tmp_path / "again", lambda: NOW)
    try:
        assert await contents(again) == await contents(stores)
        assert await again.journal.append(Frame("lis-01", "c", Direction.IN, NOW, "ocpp1.6", b"next")) == 6
        await again.readings.put(Batch([Reading(SOURCE, Quantity.POWER_W, NOW, 1.0)], NOW))
    finally:
        await again.close()


async def test_firmware_is_in_it_and_what_is_only_being_written_is_not(
    stores: Stores, tmp_path: Path, to: Path
) -> None:
    library = folder(tmp_path / "data" / "firmware")
    whole, part = library / ("ab" * 32), library / f"{'cd' * 32}.part"
    whole.write_bytes(b"firmware" * 3_000_000)
    part.write_bytes(b"half")
    kept = await keeper_of(stores, tmp_path / "data").keep(to, quiet)
    await restored(Path(kept.file), tmp_path / "again")
    assert names(tmp_path / "again" / "firmware") == [whole.name]
    assert (tmp_path / "again" / "firmware" / whole.name).read_bytes() == whole.read_bytes()


async def test_a_number_that_was_given_is_not_given_again(stores: Stores, tmp_path: Path, to: Path) -> None:
    (span,) = await stores.ledger.dirty_spans()
    await stores.ledger.settle([span.id])
    kept = await keeper_of(stores, tmp_path / "data").keep(to, quiet)
    await restored(Path(kept.file), tmp_path / "again")
    again = await open_embedded(tmp_path / "again", lambda: NOW)
    try:
        await again.ledger.mark_dirty([replace(span, id=0)])
        (fresh,) = await again.ledger.dirty_spans()
        assert fresh.id == span.id + 1
    finally:
        await again.close()


async def test_a_ledger_goes_from_one_database_to_the_other_and_back(
    stores: Stores, tmp_path: Path, to: Path, postgresql: Cluster
) -> None:
    url = postgresql.create()
    kept = await keeper_of(stores, tmp_path / "data").keep(to, quiet)
    await restored(Path(kept.file), tmp_path / "served", url)
    served = await open_embedded(tmp_path / "served", lambda: NOW, url)
    try:
        assert await contents(served) == await contents(stores)
        await served.ledger.audit("anna", "one.more", "", "", NOW)
        await served.ledger.mark_dirty(await stores.ledger.dirty_spans())
        second = folder(to / "second")
        from_there = await keeper_of(served, tmp_path / "served").keep(second, quiet)
        await restored(Path(from_there.file), tmp_path / "back")
        back = await open_embedded(tmp_path / "back", lambda: NOW)
        try:
            assert await contents(back) == await contents(served)
        finally:
            await back.close()
        with pytest.raises(RequestError) as refused:
            await restored(Path(kept.file), tmp_path / "once more", url)
        assert refused.value.finding.code == "backup.ledger_not_empty"
    finally:
        await served.close()
        postgresql.drop(url)


async def test_the_time_series_is_that_of_the_ledgers_instant(
    stores: Stores, tmp_path: Path, to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is committed once the instant has been taken is in neither; before it, in both."""
    assert isinstance(stores.readings, TimeSeries)
    begun = asyncio.Event()
    parts = LedgerSnapshot.parts

    async def slowly(snapshot: LedgerSnapshot) -> Any:
        begun.set()
        await late
        async for part in parts(snapshot):
            yield part

    monkeypatch.setattr(LedgerSnapshot, "parts", slowly)

    async def come_late() -> None:
        await begun.wait()
        checkpoint = RegisterCheckpoint(
            source=SOURCE, quantity=Quantity.POWER_W, at_utc=NOW, state="{}", intervals_until_utc=NOW
        )
        await stores.ledger.save_checkpoints([checkpoint])
        await stores.readings.put(Batch([Reading(SOURCE, Quantity.POWER_W, NOW + timedelta(hours=1), 1.0)], NOW))

    before = await contents(stores)
    late = asyncio.ensure_future(come_late())
    kept = await keeper_of(stores, tmp_path / "data").keep(to, quiet)
    assert await stores.ledger.checkpoints([((SOURCE, Quantity.POWER_W), NOW)])
    await restored(Path(kept.file), tmp_path / "again")
    again = await open_embedded(tmp_path / "again", lambda: NOW)
    try:
        assert await contents(again) == before
        assert not await again.ledger.checkpoints([((SOURCE, Quantity.POWER_W), NOW)])
    finally:
        await again.close()


async def test_commits_hardly_wait_for_a_backup(stores: Stores, tmp_path: Path, to: Path) -> None:
    at_ms = np.arange(100_000, dtype=np.int64) * 60_000 + 1_700_000_000_000
    for number in range(10):
        values = np.cumsum(np.random.default_rng(number).integers(0, 20, len(at_ms))).astype(np.float64)
        await stores.readings.put_series(f"meter:m-{number}", Quantity.ENERGY_IMPORT_WH, at_ms, values, NOW)
    waits_s: list[float] = []
    stop = asyncio.Event()

    async def produce() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            at_utc = NOW + timedelta(seconds=number)
            rows = [Reading(f"meter:p-{row}", Quantity.POWER_W, at_utc, float(number)) for row in range(250)]
            begun_s = time.monotonic()
            await stores.readings.put(Batch(rows, at_utc))
            waits_s.append(time.monotonic() - begun_s)
            await asyncio.sleep(0.02)

    producing = asyncio.create_task(produce())
    await asyncio.sleep(0.3)
    quiet_s, before = sorted(waits_s), len(waits_s)
    begun_s = time.monotonic()
    kept = await keeper_of(stores, tmp_path / "data").keep(to, quiet)
    took_s = time.monotonic() - begun_s
    stop.set()
    await producing
    busy_s = sorted(waits_s[before:])
    print(
        f"\n{sum(kept.readings.values())} readings in {took_s:.2f} s, {kept.size_bytes / 1e6:.1f} MB;"
        f" {len(busy_s)} commits beside it: median {busy_s[len(busy_s) // 2] * 1000:.0f} ms,"
        f" longest {busy_s[-1] * 1000:.0f} ms"
        f" (before: longest {quiet_s[-1] * 1000:.0f} ms)"
    )
    assert kept.readings["meter"] >= 1_000_000
    assert len(busy_s) >= took_s / 0.1
    assert busy_s[len(busy_s) // 2] < 0.2
    assert busy_s[-1] < 1.0, "something holds the writer for the whole backup"


async def test_a_slow_ledger_does_not_hold_commits(
    stores: Stores, tmp_path: Path, to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin = LedgerSnapshot.pin
    tries = 0

    async def frozen_at_first(snapshot: LedgerSnapshot) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            await asyncio.sleep(0.3)
        await pin(snapshot)

    monkeypatch.setattr(LedgerSnapshot, "pin", frozen_at_first)
    keeping = asyncio.create_task(keeper_of(stores, tmp_path / "data").keep(to, quiet))
    while not tries:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    begun_s = time.monotonic()
    await stores.readings.put(Batch([Reading(SOURCE, Quantity.POWER_W, NOW, 2.0)], NOW))
    assert time.monotonic() - begun_s < 0.25
    await keeping
    assert tries == 2


async def test_of_a_cancelled_backup_nothing_stays(stores: Stores, tmp_path: Path, to: Path) -> None:
    going = asyncio.Event()

    def progress(_fraction: float, doing: Finding) -> None:
        if doing.code == "backup.points":
            going.set()

    keeping = asyncio.create_task(keeper_of(stores, tmp_path / "data").keep(to, progress))
    await going.wait()
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    assert names(to) == []
    await stores.readings.put(Batch([Reading(SOURCE, Quantity.POWER_W, NOW, 2.0)], NOW))


async def test_of_a_backup_on_a_full_disk_nothing_stays(
    stores: Stores, tmp_path: Path, to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tar's own write fails as a full disk lets it: `addfile` is the only way into the file."""
    room = 3

    class FullDisk(tarfile.TarFile):
        def addfile(self, tarinfo: tarfile.TarInfo, fileobj: Any = None) -> None:
            nonlocal room
            room -= 1
            if room < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            super().addfile(tarinfo, fileobj)

    monkeypatch.setattr("store.backup.archive.tarfile.open", FullDisk.open)
    with pytest.raises(StoreError) as failed:
        await keeper_of(stores, tmp_path / "data").keep(to, quiet)
    assert failed.value.finding.code == "backup.write_failed"
    assert names(to) == []


async def test_a_backup_never_replaces_a_file(stores: Stores, tmp_path: Path, to: Path) -> None:
    await keeper_of(stores, tmp_path / "data").keep(to, quiet)
    (name,) = names(to)
    before = content(to / name)
    with pytest.raises(RequestError) as refused:
        await keeper_of(stores, tmp_path / "data").keep(to, quiet)
    assert refused.value.finding.code == "backup.file_exists"
    assert content(to / name) == before


async def test_a_network_drive_without_hard_links_will_do(
    stores: Stores, tmp_path: Path, to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unable(*_arguments: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("store.backup.archive.os.link", unable)
    kept = await keeper_of(stores, tmp_path / "data").keep(to, quiet)
    assert names(to) == [Path(kept.file).name]
    ArchiveReader.of(Path(kept.file)).verify(lambda _: None)


async def test_a_folder_that_is_missing_is_made_for_its_owner_alone(stores: Stores, tmp_path: Path) -> None:
    kept = await keeper_of(stores, tmp_path / "data").keep(tmp_path / "later", quiet)
    assert Path(kept.file).parent == tmp_path / "later"
    assert (tmp_path / "later").stat().st_mode & 0o777 == 0o700


async def test_no_backup_goes_into_the_data_it_is_of(stores: Stores, tmp_path: Path) -> None:
    with pytest.raises(RequestError) as refused:
        await keeper_of(stores, tmp_path / "data").keep(tmp_path / "data" / "journal", quiet)
    assert refused.value.finding.code == "backup.folder_inside"


async def test_what_waits_for_an_influxdb_comes_along(tmp_path: Path, to: Path) -> None:
    settings = StoreSettings(influxdb=InfluxSettings(url="http://127.0.0.1:1"))
    stores = await open_stores(settings, tmp_path / "data", lambda: NOW)
    try:
        await stores.readings.put(Batch([Reading(SOURCE, Quantity.POWER_W, NOW, 4.5)], NOW))
        (tmp_path / "data" / "spool" / "dead-letters.lp").write_text("# refused\nx 1\n")
        kept = await keeper_of(stores, tmp_path / "data").keep(to, quiet)
    finally:
        await stores.close()
    assert names(to) == [Path(kept.file).name]
    reader = await restored(Path(kept.file), tmp_path / "again")
    assert reader.manifest.time_series == "influxdb"
    assert content(tmp_path / "again" / "spool" / "dead-letters.lp") == b"# refused\nx 1\n"
    again = await open_stores(settings, tmp_path / "again", lambda: NOW)
    try:
        assert isinstance(again.readings, InfluxTimeSeries)
        assert again.readings.sender.health().figures["spool_points"] == 1
        (last,) = await again.readings.last()
        assert last.value == 4.5
    finally:
        await again.close()
