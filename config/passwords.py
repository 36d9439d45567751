"""The passwords of stations: made with a new station, taken back when it is undone.

They stand in the file that `station_passwords` names. Only lines that were written here are ever
turned into digests or removed; where the passwords come from elsewhere (`${ENV}`), none is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Final

from chargepoints.kept_secrets import StationSecrets, digests_in
from config.credentials import new_password
from config.history import replace_file
from config.settings import read_form, read_settings_text
from config.tree import read_tree

_MARK = "  # von kreiswatt"
_MOST: Final = 3
"""So many passwords before the newest are good while it is not known which of them a station took."""


@dataclass(frozen=True, slots=True)
class StationPassword:
    """The password just made for a station, None if none was; `missing` if it needs one and has none."""

    secret: str | None = field(default=None, repr=False)
    missing: bool = False


def settle(
    folder: Path, station: str, *, exists: bool, needed: bool, secrets: StationSecrets | None = None
) -> StationPassword:
    """Give a station the password it needs, or take back what was made for one that is gone.

    With `secrets` what was made here is kept as its digest, and what an earlier version kept in the clear becomes one.
    The caller holds the folder's lock.
    """
    path = _file(folder)
    try:
        text = path.read_text(encoding="utf-8") if path else None
        if path is None or text is None:
            return StationPassword(missing=needed)
        tree, _ = read_tree(text, "")
        known = tree is not None and isinstance(tree.data, dict) and station in tree.data
        if needed and not known:
            secret = new_password()
            start = text if not text or text.endswith("\n") else text + "\n"
            kept = secrets.kept(station, secret) if secrets else secret
            replace_file(path, _digested(f'{start}{station}: "{kept}"{_MARK}\n', secrets))
            return StationPassword(secret)
        if not exists and known:
            ours = rf'^{re.escape(station)}: "[^"\n]*"{re.escape(_MARK)}\n'
            replace_file(path, re.sub(ours, "", text, flags=re.MULTILINE))
    except (OSError, UnicodeDecodeError):
        return StationPassword(missing=needed)
    return StationPassword()


def keep(folder: Path, station: str, password: bytes, secrets: StationSecrets | None = None) -> bool:
    """Keep the password that a station showed in the place of any other; return whether there is a place for it.

    With `secrets` its digest is kept. The caller holds the folder's lock.
    """
    said = password.decode("ascii", errors="replace")
    secret = said if said.isascii() and said.isprintable() and not set(said) & {'"', "\\"} else password.hex()
    return _rewrite(folder, station, lambda _before: secrets.kept(station, secret) if secrets else secret)


def offer(folder: Path, station: str, secrets: StationSecrets) -> str | None:
    """Return a new password for a station, kept beside the one before; None where there is no place for it.

    It has 128 random bits in 32 hexadecimal digits: OCPP 1.6 asks for such, 2.0.1 and 2.1 for 16 to 40 characters. A
    password that stood there in the clear becomes a digest. The caller holds the folder's lock.
    """
    secret = token_hex(16)

    def beside(before: str) -> str:
        digests = digests_in(before) or ((secrets.kept(station, before),) if before else ())
        return " ".join((*digests[-_MOST:], secrets.kept(station, secret)))

    return secret if _rewrite(folder, station, beside) else None


def withdraw(folder: Path, station: str) -> bool:
    """Forget the newest of several passwords; return whether there were several. The caller holds the folder's lock."""
    return _rewrite(folder, station, lambda before: " ".join(digests_in(before)[:-1]), only_several=True)


def prove(folder: Path, station: str, password: bytes, secrets: StationSecrets) -> bool:
    """Keep the password alone that a station showed; return whether any was forgotten.

    With the oldest none is: the others may still be on their way. The caller holds the folder's lock.
    """

    def shown(before: str) -> str:
        newer = [each for each in digests_in(before)[1:] if secrets.matches(station, password, each)]
        return newer[0] if newer else before

    return _rewrite(folder, station, shown, only_several=True)


def _rewrite(folder: Path, station: str, kept: Callable[[str], str], *, only_several: bool = False) -> bool:
    """Put something else in the place of what is kept for a station; return whether that was possible."""
    path = _file(folder)
    try:
        text = path.read_text(encoding="utf-8") if path else None
        if path is None or text is None:
            return False
        tree, _ = read_tree(text, "")
        told = tree.plain() if tree is not None else None
        before = str(told.get(station, "")) if isinstance(told, dict) else ""
        after = "" if only_several and not digests_in(before)[1:] else kept(before)
        if after in ("", before):
            return False
        others = re.sub(rf"^{re.escape(station)}: .*\n?", "", text, flags=re.MULTILINE)
        start = others if not others or others.endswith("\n") else others + "\n"
        replace_file(path, f'{start}{station}: "{after}"{_MARK}\n')
    except (OSError, UnicodeDecodeError):
        return False
    return True


def _digested(text: str, secrets: StationSecrets | None) -> str:
    """Return the file with digests in the place of passwords that were made here; other lines stay as they are."""

    def kept(line: re.Match[str]) -> str:
        station, secret = line[1], line[2]
        return (
            line[0] if secrets is None or digests_in(secret) else f'{station}: "{secrets.kept(station, secret)}"{_MARK}'
        )

    return re.sub(rf'^([a-z][a-z0-9-]*): "([^"\\\n]*)"{re.escape(_MARK)}$', kept, text, flags=re.MULTILINE)


def _file(folder: Path) -> Path | None:
    form, _, _ = read_form(read_settings_text(folder) or "")
    if form is None or not form.station_passwords.startswith("file:"):
        return None
    return folder / form.station_passwords.removeprefix("file:").strip()
