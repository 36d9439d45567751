"""How far a station is with a file that it was asked to load or to upload: the same words in all versions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from chargepoints.decoding.events import Arrival, Decoded, FileProgress
from chargepoints.decoding.routes import Payload

FIRMWARE: Final = "firmware"
LOG: Final = "log"
PUBLISHED: Final = "published"
_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def decode_progress(what: str) -> Callable[[Payload, Arrival], Decoded]:
    """Return what decodes the messages about one kind of file."""

    def decode(payload: Payload, _arrival: Arrival) -> Decoded:
        request = payload.get("requestId")
        status = _WORD.sub("_", payload["status"]).casefold()
        return Decoded(FileProgress(what=what, status=status, request=None if request is None else int(request)))

    return decode
