"""The passwords of stations: made with a new station, taken back when it is undone.

They stand in the file that `station_passwords` names. Only lines that were written here are ever
turned into digests or removed; where the passwords come from elsewhere (`${ENV}`), none is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from chargepoints.kept_secrets import StationSecrets, is_kept
from config.credentials import new_password
from config.history import replace_file
from config.settings import read_form, read_settings_text
from config.tree import read_tree

_MARK = "  # von kreiswatt"


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
    path = _file(folder)
    said = password.decode("ascii", errors="replace")
    secret = said if said.isascii() and said.isprintable() and not set(said) & {'"', "\\"} else password.hex()
    try:
        text = path.read_text(encoding="utf-8") if path else None
        if path is None or text is None:
            return False
        before = re.sub(rf"^{re.escape(station)}: .*\n?", "", text, flags=re.MULTILINE)
        start = before if not before or before.endswith("\n") else before + "\n"
        replace_file(path, f'{start}{station}: "{secrets.kept(station, secret) if secrets else secret}"{_MARK}\n')
    except (OSError, UnicodeDecodeError):
        return False
    return True


def _digested(text: str, secrets: StationSecrets | None) -> str:
    """Return the file with digests in the place of passwords that were made here; other lines stay as they are."""

    def kept(line: re.Match[str]) -> str:
        station, secret = line[1], line[2]
        return line[0] if secrets is None or is_kept(secret) else f'{station}: "{secrets.kept(station, secret)}"{_MARK}'

    return re.sub(rf'^([a-z][a-z0-9-]*): "([^"\\\n]*)"{re.escape(_MARK)}$', kept, text, flags=re.MULTILINE)


def _file(folder: Path) -> Path | None:
    form, _, _ = read_form(read_settings_text(folder) or "")
    if form is None or not form.station_passwords.startswith("file:"):
        return None
    return folder / form.station_passwords.removeprefix("file:").strip()
