"""Secrets: found by `${ENV}` or `file:path`, generated at init, never shown."""

from __future__ import annotations

import secrets
import stat
from collections.abc import Mapping, Sequence
from os.path import normpath
from pathlib import Path

from config.findings import Locator
from config.tree import Step, read_tree
from core.texts import Finding

KEY_BYTES = 32
_OTHERS = stat.S_IRWXO | stat.S_IWGRP


class Vault:
    """Resolves where secrets are; what it cannot find or should not use becomes a finding without the secret."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        locator: Locator,
        recovered: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = folder
        self._recovered = recovered or {}
        self._environment = environment
        self.locator = locator
        self.findings: list[Finding] = []
        self.outside: dict[str, str] = {}
        """The secrets that do not stand in the folder, by their references; a backup keeps them too."""

    def text(self, reference: str, way: Sequence[Step]) -> str:
        """Return the secret of a reference, "" (and a finding) if it is not there."""
        if reference.startswith("file:"):
            return self._recovered.get(reference) or self._file(reference.removeprefix("file:").strip(), way)
        name = reference[2:-1]
        # What is in the environment may be newer than the backup: a database that now is elsewhere.
        secret = self._environment.get(name, "").strip() or self._recovered.get(reference, "")
        if secret:
            self.outside[reference] = secret
        else:
            self._add("config.environment_missing", way, name=name)
        return secret

    def key(self, reference: str, way: Sequence[Step]) -> bytes:
        """Return a key of 32 bytes written as 64 hexadecimal digits, b"" (and a finding) if it is none."""
        text = self.text(reference, way)
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = b""
        if text and len(key) != KEY_BYTES:
            self._add("config.key_file_invalid", way)
            return b""
        return key

    def table(self, reference: str, way: Sequence[Step]) -> dict[str, str]:
        """Return names and secrets written as YAML `name: secret`, {} (and findings) if they are not."""
        text = self.text(reference, way)
        tree, writing = read_tree(text, reference.removeprefix("file:").strip())
        self.findings += writing
        if tree is None:
            return {}
        plain = tree.plain()
        if not isinstance(plain, dict) or not all(isinstance(secret, str) for secret in plain.values()):
            self._add("config.secret_table_invalid", way)
            return {}
        return plain

    def expect_file(self, path: Path, way: Sequence[Step]) -> None:
        """Add a finding if there is no such file."""
        if not path.is_file():
            self._add("config.file_missing", way, found=str(path))

    def _file(self, name: str, way: Sequence[Step]) -> str:
        path = self._folder / name
        try:
            text = path.read_text(encoding="utf-8").strip()
            mode = path.stat().st_mode
        except (OSError, UnicodeDecodeError, ValueError):
            self._add("config.secret_file_unreadable", way, found=name)
            return ""
        if mode & _OTHERS:
            self._add("config.secret_file_open", way, found=name)
        if not text:
            self._add("config.secret_file_empty", way, found=name)
        if not Path(normpath(path)).is_relative_to(normpath(self._folder)):
            self.outside[f"file:{name}"] = text
        return text

    def _add(self, code: str, way: Sequence[Step], **params: str) -> None:
        self.findings.append(self.locator.finding(code, way, **params))


def new_key() -> str:
    """Return a fresh key of 32 random bytes as hexadecimal digits."""
    return secrets.token_hex(KEY_BYTES)


def new_password() -> str:
    """Return a fresh password of 192 random bits in 32 printable characters (OCPP allows 16 to 40)."""
    return secrets.token_urlsafe(24)


def password_fits_ocpp(password: str) -> bool:
    """Return whether stations can take it: 16 to 40 printable ASCII characters (OCPP security whitepaper, A00)."""
    return 16 <= len(password) <= 40 and password.isascii() and password.isprintable()  # noqa: PLR2004
