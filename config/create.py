"""`kreiswatt init`: a configuration folder that `check` accepts, with fresh secrets."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from chargepoints.authority import new_authority
from config.credentials import new_key, new_password
from config.factors import FOLDER as FACTORS
from config.inventory import FOLDER, MANAGED, inventory_of, read_texts
from config.schema import schemas
from config.settings import FILE, INGEST_USER
from core.errors import ConfigError
from core.texts import Finding, Language

BOUNDARIES = "boundaries"
FEED_IN = "feed_in"
_AUTHORITY = "Kreiswatt Ladestationen"
DEVICES_USER = "devices"
"""The user as which meters and vehicles sign in at the embedded broker."""


def create(folder: Path, *, example: bool, data_dir: Path, language: Language = "de") -> tuple[Path, ...]:
    """Write a new configuration into `folder` and return what was written.

    With `example` the inventory is the fictional district Auental, else commented examples.
    Secrets are random and readable by their owner alone. Raises `ConfigError` if the folder
    holds a configuration already, or cannot be written; nothing of it is changed then.
    """
    _refuse_existing(folder)
    try:
        return tuple(_write(folder, example=example, data_dir=data_dir, language=language))
    except OSError as error:
        raise ConfigError([Finding.of("config.folder_unwritable", folder=str(folder))]) from error


def example_inventory() -> Traversable:
    """Return the folder of the example district's inventory files."""
    return _example() / FOLDER


def example_boundaries() -> Traversable:
    """Return the folder of the example district's boundaries, files that are imported once."""
    return _example() / BOUNDARIES


def _example() -> Traversable:
    return resources.files("config") / "example"


def _refuse_existing(folder: Path) -> None:
    for taken in (FILE, "secrets", FOLDER):
        if (folder / taken).exists():
            raise ConfigError([Finding.of("config.exists_already", folder=str(folder), found=taken)])


def _write(folder: Path, *, example: bool, data_dir: Path, language: Language) -> Iterable[Path]:
    template = resources.files("config") / "template"
    (folder / MANAGED).mkdir(parents=True)
    yield from _copied(example_inventory() if example else template / FOLDER, folder / FOLDER)
    if example:
        (folder / FACTORS).mkdir()
        yield from _copied(_example() / FACTORS, folder / FACTORS)
        (folder / BOUNDARIES).mkdir()
        yield from _copied(example_boundaries(), folder / BOUNDARIES, ".geojson")
        (folder / FEED_IN).mkdir()
        yield from _copied(_example() / FEED_IN, folder / FEED_IN, ".csv")
    yield from _write_secrets(folder)
    (folder / "schema").mkdir(exist_ok=True)
    for name, schema in schemas(language).items():
        yield _new_file(folder / "schema" / name, json.dumps(schema, ensure_ascii=False, indent=2) + "\n")
    # Last, so that a folder with this file is complete.
    text = (template / FILE).read_text(encoding="utf-8")
    yield _new_file(folder / FILE, text.replace("@data_dir@", json.dumps(str(data_dir.absolute()), ensure_ascii=False)))


def _copied(source: Traversable, folder: Path, suffix: str = ".yaml") -> Iterable[Path]:
    for file in sorted(source.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(suffix):
            yield _new_file(folder / file.name, file.read_text(encoding="utf-8"))


def _write_secrets(folder: Path) -> Iterable[Path]:
    secrets = folder / "secrets"
    secrets.mkdir(mode=0o700)
    inventory, _ = inventory_of(read_texts(folder)[0], None)
    yield _new_file(secrets / "privacy.key", new_key() + "\n", 0o600)
    begins_utc = datetime.fromtimestamp(secrets.stat().st_mtime, UTC)
    key, certificate = new_authority(_AUTHORITY, begins_utc)
    yield _new_file(secrets / "charge-points-ca.key", key.decode(), 0o600)
    yield _new_file(secrets / "charge-points-ca.pem", certificate.decode(), 0o600)
    yield _new_file(secrets / "broker.yaml", _table((INGEST_USER, DEVICES_USER)), 0o600)
    current = [station.id for station in inventory.stations.values() if station.valid_to is None]
    yield _new_file(secrets / "stations.yaml", _table(current), 0o600)


def _table(names: Iterable[str]) -> str:
    return "".join(f'{name}: "{new_password()}"\n' for name in names) or "# Kennung: Passwort (16 bis 40 Zeichen)\n"


def _new_file(path: Path, text: str, mode: int = 0o640) -> Path:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return path
