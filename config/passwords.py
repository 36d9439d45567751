"""The passwords of stations: made with a new station, taken back when it is undone.

They stand in the file that `station_passwords` names. Only lines that were written here are ever
removed; where the passwords come from elsewhere (`${ENV}`), none is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

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


def settle(folder: Path, station: str, *, exists: bool, needed: bool) -> StationPassword:
    """Give a station the password it needs, or take back what was made for one that is gone.

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
            replace_file(path, f'{start}{station}: "{secret}"{_MARK}\n')
            return StationPassword(secret)
        if not exists and known:
            ours = rf'^{re.escape(station)}: "[^"\n]*"{re.escape(_MARK)}\n'
            replace_file(path, re.sub(ours, "", text, flags=re.MULTILINE))
    except (OSError, UnicodeDecodeError):
        return StationPassword(missing=needed)
    return StationPassword()


def _file(folder: Path) -> Path | None:
    form, _, _ = read_form(read_settings_text(folder) or "")
    if form is None or not form.station_passwords.startswith("file:"):
        return None
    return folder / form.station_passwords.removeprefix("file:").strip()
