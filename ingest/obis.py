"""OBIS codes, the names of a meter's registers, in all the spellings in which readers send them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

_DOTTED: Final = re.compile(r"(?:(\d{1,3})-(\d{1,3}):)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\*\d{1,3})?\Z", re.ASCII)
_WORDED: Final = re.compile(r"obis_?(?:(\d{1,3})_(\d{1,3})_)?(\d{1,3})_(\d{1,3})_(\d{1,3})\Z", re.ASCII | re.IGNORECASE)
_HEXADECIMAL: Final = re.compile(r"(?:7707)?([0-9a-f]{10})ff\Z", re.IGNORECASE)


class Obis(NamedTuple):
    """A code's value groups C, D and E, and A (medium) and B (channel) where the spelling has them."""

    medium: int | None
    channel: int | None
    what: tuple[int, int, int]

    def meets(self, other: Obis) -> bool:
        """Return whether both name the same register; a spelling without medium or channel leaves them open."""
        groups = ((self.medium, other.medium), (self.channel, other.channel))
        return self.what == other.what and all(one is None or two is None or one == two for one, two in groups)


@lru_cache(maxsize=4096)
def obis(text: str) -> Obis | None:
    """Return the code that `text` spells, None if it spells none.

    The spellings are `1-0:1.8.0`, `1-0:1.8.0*255`, `1.8.0`, `obis1_8_0`, `0100010800FF` and, from
    Tasmota, `77070100010800ff`.
    """
    if found := _DOTTED.match(text) or _WORDED.match(text):
        medium, channel, *what = found.groups()
        return Obis(_group(medium), _group(channel), (int(what[0]), int(what[1]), int(what[2])))
    if found := _HEXADECIMAL.match(text):
        medium_, channel_, c, d, e = bytes.fromhex(found[1])
        return Obis(medium_, channel_, (c, d, e))
    return None


def _group(text: str | None) -> int | None:
    return None if text is None else int(text)
