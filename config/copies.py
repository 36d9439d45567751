"""A configuration folder as one piece, for backups: packed with its secrets, and put back elsewhere."""

from __future__ import annotations

import io
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from config.settings import FILE
from config.tree import read_tree
from core.errors import ConfigError, RequestError
from core.texts import Finding

LARGEST_BYTES: Final = 64 << 20
ENVIRONMENT: Final = "secrets/environment"
"""Where secrets from the environment are put back, as systemd's `EnvironmentFile=` wants them."""
OUTSIDE: Final = "secrets/outside"
"""Where secrets from files outside of the folder are put back."""


@dataclass(frozen=True, slots=True)
class Packed:
    """The files of a folder as one tar; `left_out` are those that could not be read or are too large."""

    data: bytes = field(repr=False)
    files: int
    left_out: tuple[str, ...]


def pack(folder: Path, data_dir: Path) -> Packed:
    """Return the folder's files, except for hidden ones and the data folder if it lies inside.

    Links are followed. Raises `ConfigError` if the folder cannot be read at all.
    """
    packed, left_out, files = io.BytesIO(), [], 0
    with tarfile.open(fileobj=packed, mode="w:gz", format=tarfile.PAX_FORMAT, dereference=True) as tar:
        for path in _files(folder, data_dir):
            name = path.relative_to(folder).as_posix()
            try:
                if path.stat().st_size > LARGEST_BYTES:
                    left_out.append(name)
                    continue
                tar.add(path, name, recursive=False, filter=_nameless)
            except OSError:
                left_out.append(name)
            else:
                files += 1
    if not files or FILE in left_out:
        raise ConfigError([Finding.of("config.folder_empty", file=FILE, folder=str(folder))])
    return Packed(packed.getvalue(), files, tuple(left_out))


def unpack(data: bytes, folder: Path) -> tuple[str, ...]:
    """Put packed files into `folder`, which must be new or empty, and return their names.

    Raises `RequestError` for a name that leads out of the folder, before anything is written.
    """
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        members = tar.getmembers()
        for member in members:
            place = PurePosixPath(member.name)
            if not member.isreg() or place.is_absolute() or ".." in place.parts or not place.parts:
                raise RequestError("backup.path_outside", path=member.name[:200])
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        for member in members:
            content = tar.extractfile(member)
            assert content is not None  # noqa: S101 - it is a regular file
            _write(folder, member.name, content.read(), member.mode & 0o770)
    return tuple(member.name for member in members)


def put_secrets(folder: Path, outside: Mapping[str, str]) -> tuple[Finding, ...]:
    """Write secrets whose places were not in the folder into it; return which of them are to be put where."""
    findings, lines = [], []
    for reference, secret in sorted(outside.items()):
        if reference.startswith("file:"):
            path = reference.removeprefix("file:").strip()
            name = f"{OUTSIDE}/{path.strip('/').replace('/', '_').replace('..', '_')}"
            _write(folder, name, f"{secret}\n".encode(), 0o600)
            findings.append(Finding.of("backup.secret_file_kept", path=path, kept=str(folder / name)))
        else:
            name = reference[2:-1]
            lines.append(f"{name}={_in_quotes(secret)}\n")
            findings.append(Finding.of("backup.secret_variable_kept", name=name, kept=str(folder / ENVIRONMENT)))
    if lines:
        _write(folder, ENVIRONMENT, "".join(lines).encode(), 0o600)
    return tuple(findings)


def move_data_dir(folder: Path, data_dir: Path) -> None:
    """Let `kreiswatt.yaml` name another data folder; its comments and all else stay as they are."""
    file = folder / FILE
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    for place, line in enumerate(lines):
        if line.startswith("data_dir:"):
            lines[place] = f"data_dir: {_quoted(str(data_dir))}\n"
            break
    else:
        raise RequestError("backup.data_dir_unmovable", file=str(file))
    text = "".join(lines)
    tree, _ = read_tree(text, FILE)
    plain = tree.plain() if tree else None
    if not isinstance(plain, dict) or plain.get("data_dir") != str(data_dir):
        raise RequestError("backup.data_dir_unmovable", file=str(file))
    file.write_text(text, encoding="utf-8")


def _files(folder: Path, data_dir: Path) -> Iterator[Path]:
    data = data_dir.resolve()
    for place, folders, names in os.walk(folder, followlinks=False):
        here = Path(place)
        folders[:] = sorted(name for name in folders if name[0] != "." and (here / name).resolve() != data)
        yield from (here / name for name in sorted(names) if name[0] != ".")


def _nameless(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _write(folder: Path, name: str, content: bytes, mode: int) -> None:
    path = folder / name
    if path.parent != folder:
        secret = PurePosixPath(name).parts[0] == "secrets"
        path.parent.mkdir(mode=0o700 if secret else 0o750, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _in_quotes(secret: str) -> str:
    """Return a value as both systemd and shells read it."""
    return '"' + re.sub(r'([\\"$`])', r"\\\1", secret) + '"'


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"
