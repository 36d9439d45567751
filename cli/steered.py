"""Whether what was asked of charge points went well: the exit code of the command says so."""

from __future__ import annotations

import json
from typing import Final

from core.commands import CommandState
from operations.table import Capability

_BADLY: Final = frozenset(
    {CommandState.REJECTED, CommandState.FAILED, CommandState.TIMED_OUT, CommandState.NOT_SUPPORTED}
)


def went_well(capability: Capability, answer: bytes) -> bool:
    """Return False where a charge point refused, failed or kept silent; what still goes on is no failure."""
    if getattr(capability.result, "__name__", "") != "AskedCommands":
        return True
    return not any(row["progress"] in _BADLY for row in json.loads(answer)["items"])
