"""`kreiswatt restore`: a backup put back where nothing is yet, and proven there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from cli.progress import bar
from core.errors import RequestError, StoreError
from core.texts import Catalogue, Finding, Language, catalogue

if TYPE_CHECKING:
    from config.load import Configuration
    from config.recovery import Opened
    from operations.house import Progress
    from store.backup.archive import ArchiveReader, Manifest

CONFIG = Path("/etc/kreiswatt")
FAILED = 1
TRIES = 3


@dataclass(frozen=True, slots=True)
class _Wish:
    """Where to: the configuration's folder, and the data's if it is not the one that the configuration names."""

    config: Path
    data: Path | None
    language: Language


def restore(
    backup: Annotated[Path, typer.Argument(metavar="FILE")],
    config: Annotated[Path, typer.Option("--config", envvar="KREISWATT_CONFIG")] = CONFIG,
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR", show_default=False)] = None,
    passphrase_file: Annotated[
        Path | None, typer.Option("--passphrase-file", metavar="FILE", show_default=False)
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Look whether a backup is whole (`--check`), or put it back and prove it; exit with 1 if something differs."""
    from cli.main import language_of
    from store.backup.archive import ArchiveReader
    from store.backup.restore import must_be_empty

    language = language_of(sys.argv[1:], os.environ)
    texts = catalogue(language)
    if not check:
        must_be_empty(config)
        if data is not None:
            must_be_empty(data)
    reader = ArchiveReader.of(backup)
    with bar(language) as progress:
        reader.verify(lambda share: progress(share, Finding.of("backup.verifying")))
    if not json:
        _say_whole(reader.manifest, backup, texts)
    if check:
        if json:
            print(orjson.dumps(_summary(reader.manifest)).decode())
        return
    opener = _opener(reader, passphrase_file, texts)
    wish = _Wish(config, data and data.absolute(), language)
    with bar(language) as progress:
        configuration, advice = _restored(reader, opener, wish, progress)
        if not json:
            _say_restored(wish, advice, texts)
        try:
            proof = asyncio.run(_proven(reader, configuration, progress))
        except StoreError as error:
            raise StoreError("backup.unproven", reason=texts.tell(error.finding)) from error
        finally:
            _give_to_owner(config, configuration.settings.data_dir)
    if json:
        print(orjson.dumps(_summary(reader.manifest) | {"proof": proof}).decode())
    else:
        _say_proof(proof, texts)
    if proof["wrong"]:
        raise typer.Exit(FAILED)


def _opener(reader: ArchiveReader, passphrase_file: Path | None, texts: Catalogue) -> Opened:
    """Return what opens the backup. A file is read once; a person may try again."""
    from config.recovery import Opened, read_passphrase

    header = reader.manifest.recovery
    if passphrase_file is not None:
        opener = Opened.by(read_passphrase(_read(passphrase_file)), header)
    else:
        for attempt in range(1, TRIES + 1):
            try:
                opener = Opened.by(read_passphrase(_asked(texts)), header)
                break
            except RequestError as error:
                if attempt == TRIES or not sys.stdin.isatty():
                    raise
                print(texts.tell(error.finding), file=sys.stderr)
    reader.must_be_ours(opener)
    return opener


def _asked(texts: Catalogue) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    asked: str = typer.prompt(texts.say("backup.passphrase_asked"), hide_input=True, err=True)
    return asked


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise RequestError("backup.file_unreadable", file=str(file), error=reason) from error


def _restored(
    reader: ArchiveReader, opener: Opened, wish: _Wish, progress: Progress
) -> tuple[Configuration, Sequence[Finding]]:
    """Put everything back; return the configuration and what is left to be done by hand."""
    from store.backup.restore import put_back

    with contextlib.ExitStack() as undone:
        undone.enter_context(_made(wish.config))
        configuration, advice = _configuration(reader, opener, wish)
        settings = configuration.settings
        undone.enter_context(_made(settings.data_dir))
        asyncio.run(put_back(reader, opener, settings.data_dir, settings.stores.ledger_url, progress))
    return configuration, advice


def _configuration(reader: ArchiveReader, opener: Opened, wish: _Wish) -> tuple[Configuration, tuple[Finding, ...]]:
    from config.copies import move_data_dir, put_secrets, unpack
    from config.load import load
    from store.backup.copy import CONFIGURATION, OUTSIDE
    from store.backup.restore import must_be_empty

    parts = {part.name: part for part in reader.manifest.of("configuration/")}
    for name in (CONFIGURATION, OUTSIDE):
        if name not in parts:
            raise RequestError("backup.part_missing", part=name)
    unpack(reader.open(parts[CONFIGURATION], opener), wish.config)
    outside: dict[str, str] = orjson.loads(reader.open(parts[OUTSIDE], opener))
    advice = put_secrets(wish.config, outside)
    if wish.data is not None:
        move_data_dir(wish.config, wish.data)
    configuration = load(wish.config, os.environ, outside)
    must_be_empty(configuration.settings.data_dir)
    return configuration, advice


@contextlib.contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Take away again what was made in a folder that was new or empty, if the block fails."""
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        yield
    except BaseException as error:
        for each in folder.iterdir() if folder.exists() else ():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        for each in made:
            if each.exists() and not any(each.iterdir()):
                each.rmdir()
        if isinstance(error, OSError):
            raise StoreError("backup.restore_failed", folder=str(folder), error=error.strerror or "") from error
        raise


def _give_to_owner(*folders: Path) -> None:
    """Where root restores, let all belong to whom the folder belonged: the service runs as another user."""
    if os.geteuid() != 0:
        return
    for folder in folders:
        owner = folder.stat()
        for path in folder.rglob("*"):
            os.chown(path, owner.st_uid, owner.st_gid)


async def _proven(reader: ArchiveReader, configuration: Configuration, progress: Progress) -> dict[str, Any]:
    from cli.wire import local_actor, now_utc, open_house
    from operations.edge import write_result
    from operations.local import LOCAL_ROWS

    manifest, row = reader.manifest, "backup.prove"
    asked: dict[str, Any] = {
        "file": reader.path.name,
        "sessions": manifest.counts.get("ledger/charge_session", 0),
        "last_frame": manifest.last_frame,
        "audit_head": manifest.audit_head,
    }
    if manifest.layout:
        asked["readings"] = dict(manifest.readings)
    async with open_house(configuration.folder, configuration) as gate:
        proof = await gate.ask(row, asked, local_actor(), now_utc(), progress)
    said: dict[str, Any] = orjson.loads(write_result(LOCAL_ROWS[row], proof))
    return said


def _summary(manifest: Manifest) -> dict[str, Any]:
    return {
        "created_at_utc": manifest.created_at_utc,
        "version": manifest.version,
        "readings": dict(manifest.readings),
        "counts": dict(manifest.counts),
        "parts": len(manifest.parts),
    }


def _say_whole(manifest: Manifest, file: Path, texts: Catalogue) -> None:
    size_mb = round(sum(part.size_bytes for part in manifest.parts) / 1e6, 1)
    at, parts = manifest.created_at_utc[:16].replace("T", " "), len(manifest.parts)
    print(texts.say("backup.whole", file=str(file), at=at, version=manifest.version, parts=parts, size_mb=size_mb))


def _say_restored(wish: _Wish, advice: Sequence[Finding], texts: Catalogue) -> None:
    print(texts.say("backup.restored", config=str(wish.config)))
    for finding in advice:
        print(texts.tell(finding))


def _say_proof(proof: dict[str, Any], texts: Catalogue) -> None:
    readings = sum(proof["readings"].values())
    print(texts.say("backup.counted", readings=readings, sessions=proof["sessions"], entries=proof["audit_entries"]))
    if proof["day"]:
        print(texts.say("backup.recomputed", day=proof["day"], series=proof["series"], slots=proof["slots"]))
    else:
        print(texts.say("backup.nothing_to_recompute"))
    print(texts.say("backup.statements_verified", number=proof["statements"]))
    for wrong in proof["wrong"]:
        print(texts.say(wrong["code"], **wrong["params"]), file=sys.stderr)
    print(texts.say("backup.not_proven" if proof["wrong"] else "backup.proven"))
