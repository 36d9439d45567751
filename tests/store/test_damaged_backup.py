"""Backups are sealed, and whatever happened to one is told before anything is written."""

from __future__ import annotations

import io
import tarfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from config.recovery import Opened
from core.errors import RequestError
from store.backup import archive
from store.backup.archive import ArchiveReader
from store.open import Stores
from tests.store.backups import (
    PASSPHRASE,
    content,
    filled,
    folder,
    keeper_of,
    names,
    quiet,
    restored,
    write_note,
)


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return folder(tmp_path / "backups")


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Stores]:
    async with filled(tmp_path / "data") as stores:
        yield stores


async def test_without_the_passphrase_nothing_of_the_data_can_be_read(stores: Stores, tmp_path: Path, to: Path) -> None:
    kept = await keeper_of(stores, tmp_path / "data").keep(to, quiet)
    raw = content(Path(kept.file))
    for secret in (b"schule-strom", b"frame 3", b"lis-01", b"vera", b"tele/schule", PASSPHRASE.encode()):
        assert secret not in raw
    reader = ArchiveReader.of(Path(kept.file))
    with pytest.raises(RequestError) as refused:
        Opened.by("1111-1111", reader.manifest.recovery)
    assert refused.value.finding.code == "backup.passphrase_wrong"


class Damage:
    """What may happen to a file between backup and restore."""

    @staticmethod
    def cut(file: Path) -> str:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        return "backup.cut_off"

    @staticmethod
    def flip(file: Path) -> str:
        with tarfile.open(file) as tar:
            member = next(each for each in tar.getmembers() if each.name.startswith("timeseries/point_hot"))
        content = bytearray(file.read_bytes())
        content[member.offset_data + 20] ^= 1
        file.write_bytes(content)
        return "backup.part_changed"

    @staticmethod
    def lose(file: Path) -> str:
        _rewritten(file, lambda name, data: None if name.startswith("ledger/person") else data)
        return "backup.part_missing"

    @staticmethod
    def outgrow(file: Path) -> str:
        _rewritten(
            file, lambda name, data: data.replace(b'"format": 1', b'"format": 99') if name == archive.MANIFEST else data
        )
        return "backup.too_new"

    @staticmethod
    def falsify(file: Path) -> str:
        _rewritten(file, lambda name, data: data.replace(b'"1.2.3"', b'"1.2.4"') if name == archive.MANIFEST else data)
        return "backup.manifest_changed"

    @staticmethod
    def replace_by_a_picture(file: Path) -> str:
        file.write_bytes(b"\x89PNG\r\n" + bytes(2000))
        return "backup.not_one"

    @staticmethod
    def empty(file: Path) -> str:
        file.write_bytes(b"")
        return "backup.not_one"


def _rewritten(file: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    with tarfile.open(file) as tar:
        members = [(each.name, tar.extractfile(each).read()) for each in tar.getmembers()]  # type: ignore[union-attr]
    with tarfile.open(file, "w") as tar:
        for name, data in members:
            if (changed := change(name, data)) is not None:
                info = tarfile.TarInfo(name)
                info.size = len(changed)
                tar.addfile(info, io.BytesIO(changed))


@pytest.mark.parametrize("damage", [getattr(Damage, name) for name in vars(Damage) if not name.startswith("_")])
async def test_what_happened_to_a_backup_is_told_and_nothing_is_written(
    damage: Callable[[Path], str], stores: Stores, tmp_path: Path, to: Path
) -> None:
    kept = await keeper_of(stores, tmp_path / "data").keep(to, quiet)
    code = damage(Path(kept.file))
    with pytest.raises(RequestError) as refused:
        await restored(Path(kept.file), tmp_path / "again")
    assert refused.value.finding.code == code
    assert "again" not in names(tmp_path)


async def test_nothing_is_put_into_a_folder_that_holds_something(stores: Stores, tmp_path: Path, to: Path) -> None:
    kept = await keeper_of(stores, tmp_path / "data").keep(to, quiet)
    write_note(tmp_path / "again")
    with pytest.raises(RequestError) as refused:
        await restored(Path(kept.file), tmp_path / "again")
    assert refused.value.finding.code == "backup.not_empty"
    assert names(tmp_path / "again") == ["notes.txt"]
